#pragma once
// The first of many heads by some order: a heap of slot numbers, 4 bytes each. Every head knows its
// place in it, so that one can be taken out of the middle.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/lane_slots.h"

namespace tillbridge::engine {

// Before: whether one slot comes before another; must not change while they are in here.
template <bool (*Before)(const Slot&, const Slot&)>
class SlotHeap {
 public:
  bool empty() const { return heap_.empty(); }
  std::uint32_t top() const { return heap_.front(); }

  void push(std::uint32_t slot, LaneSlots& slots) {
    heap_.push_back(slot);
    up(heap_.size() - 1, slots);
  }

  void remove(std::uint32_t slot, LaneSlots& slots) {
    const std::size_t place = slots[slot].place;
    const std::uint32_t last = heap_.back();
    heap_.pop_back();
    if (slot != last) {
      set(place, last, slots);
      up(place, slots);
      down(slots[last].place, slots);
    }
    if (heap_.empty()) std::vector<std::uint32_t>().swap(heap_);
  }

 private:
  static constexpr std::size_t children = 4;  // shallower than with two: fewer slots are touched

  void set(std::size_t place, std::uint32_t slot, LaneSlots& slots) {
    heap_[place] = slot;
    slots[slot].place = static_cast<std::uint32_t>(place);
  }

  void up(std::size_t place, LaneSlots& slots) {
    const std::uint32_t slot = heap_[place];
    while (place > 0) {
      const std::size_t parent = (place - 1) / children;
      if (!Before(slots[slot], slots[heap_[parent]])) break;
      set(place, heap_[parent], slots);
      place = parent;
    }
    set(place, slot, slots);
  }

  void down(std::size_t place, LaneSlots& slots) {
    const std::uint32_t slot = heap_[place];
    for (;;) {
      const std::size_t first = place * children + 1;
      if (first >= heap_.size()) break;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < std::min(first + children, heap_.size());
           ++child) {
        if (Before(slots[heap_[child]], slots[heap_[least]])) least = child;
      }
      if (!Before(slots[heap_[least]], slots[slot])) break;
      set(place, heap_[least], slots);
      place = least;
    }
    set(place, slot, slots);
  }

  std::vector<std::uint32_t> heap_;
};

}  // namespace tillbridge::engine
