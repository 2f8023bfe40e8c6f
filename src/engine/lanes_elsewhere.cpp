// What several hubs that share the work do with lanes: which are sent from here, and what became of
// the others.

#include "engine/lanes.h"

namespace tillbridge::engine {

void Lanes::carry(const ShardSet& shards, std::uint64_t workspace) {
  carries_all_ = false;
  carried_ = shards;
  workspace_ = workspace;
  const auto has_moved = [this](const Slot& slot) {
    const LaneState state = slot.state;
    if (is_elsewhere(slot)) return state == LaneState::ready || state == LaneState::due;
    return state == LaneState::elsewhere;
  };
  for_heads(has_moved, [this](std::uint32_t head) {
    delist(head);
    if (slots_[head].state == LaneState::elsewhere) slots_[head].echo = true;
    enlist(head);
  });
}

bool Lanes::under_way_in(const ShardSet& shards) const {
  bool found = false;
  const auto is_busy = [&](const Slot& slot) {
    return slot.state == LaneState::busy && shards[shard_of(workspace_, slot.lane)];
  };
  for_heads(is_busy, [&found](std::uint32_t) { found = true; });
  return found;
}

std::optional<Lanes::Place> Lanes::place_of(std::uint64_t lane, DeliveryId id) const {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  if (tail == nullptr) return std::nullopt;
  std::uint32_t before = *tail;
  do {
    const std::uint32_t slot = slots_[before].next;
    if (slots_[slot].id == id) return Place{slot, before};
    before = slot;
  } while (before != *tail);
  return std::nullopt;
}

std::optional<Item> Lanes::find(std::uint64_t lane, DeliveryId id) const {
  const auto place = place_of(lane, id);
  return place ? std::optional<Item>(slots_.item(place->slot)) : std::nullopt;
}

std::optional<std::uint64_t> Lanes::lane_of(DeliveryId id) const {
  for (std::uint32_t at = 0; at < slots_.end(); ++at) {
    if (slots_[at].id == id && contains(slots_[at].lane, id)) return slots_[at].lane;
  }
  return std::nullopt;
}

// Commits are told of in the order in which they happened, and ids are given a little earlier: one
// with a lower id may be told of later.
void Lanes::insert(const Item& item, Tick due) {
  const std::uint32_t* const found = lanes_.find(item.lane, slots_);
  if (found == nullptr || slots_[*found].id < item.id) return add(item, due);
  const std::uint32_t tail = *found;
  const std::uint32_t head = head_of(tail);
  if (waits(slots_[head]) && item.id < slots_[head].id) {
    delist(head);
    const std::uint32_t added = slots_.take(item, due);
    slots_[added].next = head;
    slots_[tail].next = added;
    return enlist(added);
  }
  std::uint32_t before = head;
  while (before != tail && slots_[slots_[before].next].id < item.id) before = slots_[before].next;
  if (before == tail) return add(item, due);  // behind its only one, which is under way or blocked
  const std::uint32_t added = slots_.take(item, due);
  slots_[added].next = slots_[before].next;
  slots_[before].next = added;
  if (slots_[head].state == LaneState::held) {
    ++held_;
    ++slots_[head].place;
  }
}

bool Lanes::wait_elsewhere(const Item& item, Tick due) {
  const auto place = place_of(item.lane, item.id);
  if (!place) {
    insert(item, due);
    return false;
  }
  Slot& slot = slots_[place->slot];
  const bool is_head = head_of(*lanes_.find(item.lane, slots_)) == place->slot;
  if (is_head && slot.state == LaneState::busy) return true;
  if (is_head && slot.state == LaneState::blocked) {
    unblock(item.lane);
  } else if (is_head) {
    delist(place->slot);
  }
  slots_.put(place->slot, item);
  slot.due = due;
  if (is_head) enlist(place->slot);
  return true;
}

bool Lanes::block_elsewhere(const Item& item) {
  const bool known = contains(item.lane, item.id);
  if (!known) insert(item, Tick{});
  const std::uint32_t head = head_of(*lanes_.find(item.lane, slots_));
  if (slots_[head].id != item.id || !waits(slots_[head])) return known;
  delist(head);
  slots_.put(head, item);
  slots_[head].state = LaneState::blocked;
  ++blocked_;
  return known;
}

std::optional<Item> Lanes::end_elsewhere(std::uint64_t lane, DeliveryId id) {
  const auto place = place_of(lane, id);
  if (!place) return std::nullopt;
  std::uint32_t* const tail = lanes_.find(lane, slots_);
  const std::uint32_t head = head_of(*tail);
  const Item ended = slots_.item(place->slot);
  if (place->slot == head) {
    if (slots_[head].state == LaneState::busy) return std::nullopt;
    if (slots_[head].state == LaneState::blocked) {
      unblock(lane);
    } else {
      delist(head);
      slots_[head].state = LaneState::busy;
    }
    finish(lane);
    return ended;
  }
  slots_[place->before].next = slots_[place->slot].next;
  if (place->slot == *tail) *tail = place->before;
  if (slots_[head].state == LaneState::held) {
    --held_;
    --slots_[head].place;
  }
  slots_.give_back(place->slot);
  return ended;
}

}  // namespace tillbridge::engine
