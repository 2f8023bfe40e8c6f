#include "engine/lanes.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {
namespace {

// What a store or a flow has.
auto of(PauseKind kind, std::uint32_t number) {
  return [kind, number](const Slot& slot) {
    return (kind == PauseKind::store ? slot.store : slot.flow) == number;
  };
}

}  // namespace

bool Lanes::more_urgent(const Slot& one, const Slot& other) {
  return one.priority != other.priority ? one.priority < other.priority : one.id < other.id;
}

bool Lanes::sooner(const Slot& one, const Slot& other) {
  return one.due < other.due;
}

std::pair<std::uint32_t, bool> Lanes::append(const Item& item, Tick due) {
  const std::uint32_t added = slots_.take(item, due);
  Slot& slot = slots_[added];
  std::uint32_t* const tail = lanes_.find(item.lane, slots_);
  if (tail == nullptr) {
    slot.next = added;
    lanes_.add(added, slots_);
    const auto quiet = quiet_.find(item.lane);
    if (quiet != quiet_.end()) slot.due = std::max(due, quiet->second);
    return {added, true};
  }
  const std::uint32_t head = head_of(*tail);
  slot.next = head;
  slots_[*tail].next = added;
  *tail = added;
  if (slots_[head].state == LaneState::held) {
    ++held_;
    ++slots_[head].place;
  }
  return {added, false};
}

bool Lanes::holds(const Slot& head) const {
  return (!held_stores_.empty() && held_stores_.contains(head.store)) ||
         (!held_flows_.empty() && held_flows_.contains(head.flow));
}

std::uint32_t Lanes::length_of(std::uint32_t head) const {
  std::uint32_t length = 1;
  for (std::uint32_t at = slots_[head].next; at != head; at = slots_[at].next) ++length;
  return length;
}

// The head decides whether the lane is held, ready or waits for a tick. A due tick in the past
// becomes ready at wake().
void Lanes::enlist(std::uint32_t head) {
  Slot& slot = slots_[head];
  if (holds(slot)) {
    slot.state = LaneState::held;
    slot.place = length_of(head);
    held_ += slot.place;
    return;
  }
  if (is_elsewhere(slot)) {
    slot.state = LaneState::elsewhere;
    return;
  }
  slot.state = LaneState::due;
  due_.push(head, slots_);
}

void Lanes::make_ready(std::uint32_t head) {
  slots_[head].state = LaneState::ready;
  ready_.push(head, slots_);
  ready_parts_ += slots_.parts_left(head);
}

void Lanes::add(const Item& item, Tick due) {
  const auto [slot, is_head] = append(item, due);
  if (is_head) enlist(slot);
}

// Takes the waiting head out of where its state put it.
void Lanes::delist(std::uint32_t head) {
  const Slot& slot = slots_[head];
  if (slot.state == LaneState::held) {
    held_ -= slot.place;
  } else if (slot.state == LaneState::due) {
    due_.remove(head, slots_);
  } else if (slot.state == LaneState::ready) {
    ready_.remove(head, slots_);
    ready_parts_ -= slots_.parts_left(head);
  }
}

void Lanes::hold(PauseKind kind, std::uint32_t number) {
  if (!(kind == PauseKind::store ? held_stores_ : held_flows_).insert(number).second) return;
  for_heads(of(kind, number), [this](std::uint32_t head) {
    if (!waits(slots_[head]) || slots_[head].state == LaneState::held) return;
    delist(head);
    enlist(head);
  });
}

void Lanes::release(PauseKind kind, std::uint32_t number) {
  if ((kind == PauseKind::store ? held_stores_ : held_flows_).erase(number) == 0) return;
  for_heads(of(kind, number), [this](std::uint32_t head) {
    if (slots_[head].state != LaneState::held) return;
    delist(head);
    enlist(head);  // held again if the other kind is still paused
  });
}

std::optional<Item> Lanes::add_newest(const Item& item, Tick due) {
  const std::uint32_t* const found = lanes_.find(item.lane, slots_);
  if (found == nullptr) {
    add(item, due);
    return std::nullopt;
  }
  const std::uint32_t tail = *found;
  const std::uint32_t head = head_of(tail);
  const LaneState state = slots_[head].state;
  const bool head_stays = state == LaneState::busy || state == LaneState::blocked;
  if (head_stays && head == tail) {
    add(item, due);
    return std::nullopt;
  }
  if (item.id < slots_[tail].id) return item;
  const Item replaced = slots_.item(tail);
  if (!head_stays) {
    delist(head);
    due = std::max(due, slots_[tail].due);
  }
  Item newest = item;
  newest.priority = std::min(item.priority, replaced.priority);
  slots_.put(tail, newest);
  slots_[tail].due = due;
  if (!head_stays) enlist(head);
  return replaced;
}

bool Lanes::newer_waits(std::uint64_t lane) const {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  return tail != nullptr && head_of(*tail) != *tail;
}

bool Lanes::contains(std::uint64_t lane, DeliveryId id) const {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  if (tail == nullptr) return false;
  std::uint32_t at = *tail;
  do {
    if (slots_[at].id == id) return true;
    at = slots_[at].next;
  } while (at != *tail);
  return false;
}

void Lanes::add_blocked(const Item& item) {
  const auto [slot, is_head] = append(item, Tick{});
  if (!is_head) return;
  slots_[slot].state = LaneState::blocked;
  ++blocked_;
}

void Lanes::wake(Tick now) {
  while (!quiet_until_.empty() && quiet_until_.front().first <= now) {
    const auto over = quiet_.find(quiet_until_.front().second);
    if (over != quiet_.end() && over->second <= now) quiet_.erase(over);
    quiet_until_.pop_front();
  }
  while (!due_.empty() && slots_[due_.top()].due <= now) {
    const std::uint32_t head = due_.top();
    due_.remove(head, slots_);
    make_ready(head);
  }
}

std::optional<Tick> Lanes::next_due() const {
  if (due_.empty()) return std::nullopt;
  return slots_[due_.top()].due;
}

const Item* Lanes::peek() const {
  if (ready_.empty()) return nullptr;
  peeked_ = slots_.item(ready_.top());
  return &peeked_;
}

Item Lanes::take() {
  TB_ASSERT(!ready_.empty());
  const std::uint32_t head = ready_.top();
  TB_ASSERT(slots_[head].state == LaneState::ready);
  ready_.remove(head, slots_);
  ready_parts_ -= slots_.parts_left(head);
  slots_[head].state = LaneState::busy;
  return slots_.item(head);
}

std::uint32_t Lanes::busy_head(std::uint64_t lane) const {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  TB_ASSERT(tail != nullptr && slots_[head_of(*tail)].state == LaneState::busy);
  return head_of(*tail);
}

void Lanes::finish(std::uint64_t lane, Tick next_from) {
  const std::uint32_t gone = busy_head(lane);
  const std::uint32_t tail = *lanes_.find(lane, slots_);
  if (gone == tail) {
    lanes_.erase(lane, slots_);
    slots_.give_back(gone);
    if (next_from > Tick{}) {
      quiet_[lane] = next_from;
      quiet_until_.emplace_back(next_from, lane);
    }
    return;
  }
  const std::uint32_t head = slots_[gone].next;
  slots_[tail].next = head;
  slots_.give_back(gone);
  slots_[head].due = std::max(slots_[head].due, next_from);
  enlist(head);
}

void Lanes::retry(const Item& changed, Tick due) {
  const std::uint32_t head = busy_head(changed.lane);
  TB_ASSERT(slots_[head].id == changed.id);
  slots_.put(head, changed);
  slots_[head].due = due;
  enlist(head);
}

void Lanes::put_back(std::uint64_t lane) {
  const std::uint32_t head = busy_head(lane);
  if (holds(slots_[head]) || is_elsewhere(slots_[head])) {
    enlist(head);
  } else {
    make_ready(head);
  }
}

void Lanes::block(const Item& changed) {
  const std::uint32_t head = busy_head(changed.lane);
  TB_ASSERT(slots_[head].id == changed.id);
  slots_.put(head, changed);
  slots_[head].state = LaneState::blocked;
  ++blocked_;
}

void Lanes::release_blocked(const Item& changed, Tick now) {
  unblock(changed.lane);
  retry(changed, now);
}

void Lanes::drop_blocked(std::uint64_t lane) {
  unblock(lane);
  finish(lane);
}

bool Lanes::blocked_by(std::uint64_t lane, DeliveryId id) const {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  if (tail == nullptr) return false;
  const Slot& head = slots_[head_of(*tail)];
  return head.state == LaneState::blocked && head.id == id;
}

void Lanes::unblock(std::uint64_t lane) {
  const std::uint32_t* const tail = lanes_.find(lane, slots_);
  TB_ASSERT(tail != nullptr);
  Slot& head = slots_[head_of(*tail)];
  TB_ASSERT(head.state == LaneState::blocked);
  head.state = LaneState::busy;
  --blocked_;
}

}  // namespace tillbridge::engine
