#include "engine/slot_heap.h"

#include <set>

#include <gtest/gtest.h>

#include "base/entropy.h"
#include "base/seeds_for_tests.h"

namespace tillbridge::engine {
namespace {

bool older(const Slot& one, const Slot& other) {
  return one.id < other.id;
}

// Whatever comes and goes, also out of the middle, the oldest is on top.
TEST(SlotHeap, KeepsTheFirstOnTop) {
  for (unsigned seed = 1; seed <= seeds(200); ++seed) {
    Entropy random{seed};
    LaneSlots slots;
    SlotHeap<older> heap;
    std::set<std::pair<std::uint64_t, std::uint32_t>> all;  // id and slot
    for (int act = 0; act < 2'000; ++act) {
      if (all.empty() || random.chance(act < 1'200 ? 0.6 : 0.3)) {
        Item item;
        item.id = DeliveryId{random.next() >> 1};
        const std::uint32_t slot = slots.take(item, Tick{});
        heap.push(slot, slots);
        all.emplace(item.id.value, slot);
      } else {
        auto one = all.begin();
        if (random.chance(0.5)) one = all.lower_bound({random.next() >> 1, 0});
        if (one == all.end()) continue;
        heap.remove(one->second, slots);
        slots.give_back(one->second);
        all.erase(one);
      }
      ASSERT_EQ(heap.empty(), all.empty());
      if (all.empty()) continue;
      ASSERT_EQ(heap.top(), all.begin()->second) << "seed " << seed << ", act " << act;
    }
  }
}

}  // namespace
}  // namespace tillbridge::engine
