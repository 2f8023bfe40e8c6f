#include "engine/lane_slots.h"

#include "base/assert.h"

namespace tillbridge::engine {
namespace {

constexpr std::uint32_t bits_24 = 0xffffff;

}  // namespace

std::uint32_t LaneSlots::take(const Item& item, Tick due) {
  std::uint32_t slot = free_;
  if (slot != none) {
    free_ = (*this)[slot].next;
  } else {
    slot = end_++;
    if (slot / block_size == blocks_.size())
      blocks_.push_back(std::make_unique<Slot[]>(block_size));
  }
  ++size_;
  Slot& fresh = (*this)[slot];
  fresh.begun = false;
  put(slot, item);
  fresh.due = due;
  fresh.next = none;
  return slot;
}

void LaneSlots::give_back(std::uint32_t slot) {
  TB_ASSERT(size_ > 0);
  if ((*this)[slot].begun) parts_done_.erase(slot);
  if (--size_ > 0) {
    (*this)[slot].next = free_;
    free_ = slot;
    return;
  }
  blocks_.resize(1);
  end_ = 0;
  free_ = none;
}

void LaneSlots::put(std::uint32_t slot, const Item& item) {
  TB_ASSERT(item.store <= bits_24 && item.attempts <= bits_24 && item.attempts_made <= bits_24);
  Slot& to = (*this)[slot];
  to.id = item.id;
  to.record = item.record;
  to.lane = item.lane;
  to.happened_at = item.happened_at;
  to.late_from = item.late_from;
  to.attempts = item.attempts & bits_24;
  to.parts = item.parts;
  to.attempts_made = item.attempts_made & bits_24;
  to.priority = item.priority;
  to.on_reject = item.on_reject;
  to.settle = item.settle;
  to.next_trigger = item.next_trigger;
  to.alone = item.alone;
  to.store = item.store & bits_24;
  to.echo = item.echo;
  to.lag_series = item.lag_series;
  to.flow = item.flow;
  if (to.begun && item.parts_done == 0) parts_done_.erase(slot);
  to.begun = item.parts_done != 0;
  if (to.begun) parts_done_[slot] = item.parts_done;
}

Item LaneSlots::item(std::uint32_t slot) const {
  const Slot& from = (*this)[slot];
  Item item;
  item.id = from.id;
  item.record = from.record;
  item.lane = from.lane;
  item.happened_at = from.happened_at;
  item.parts_done = from.begun ? parts_done_.at(slot) : 0;
  item.attempts = from.attempts;
  item.attempts_made = from.attempts_made;
  item.lag_series = from.lag_series;
  item.flow = from.flow;
  item.store = from.store;
  item.late_from = from.late_from;
  item.parts = from.parts;
  item.priority = from.priority;
  item.on_reject = from.on_reject;
  item.settle = from.settle;
  item.next_trigger = from.next_trigger;
  item.alone = from.alone;
  item.echo = from.echo;
  return item;
}

std::uint32_t LaneSlots::parts_left(std::uint32_t slot) const {
  const Slot& one = (*this)[slot];
  if (!one.begun) return one.parts;
  return one.parts - static_cast<std::uint32_t>(__builtin_popcountll(parts_done_.at(slot)));
}

}  // namespace tillbridge::engine
