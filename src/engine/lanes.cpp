#include "engine/lanes.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {

std::pair<Lanes::Lane*, bool> Lanes::append(const Item& item, Tick due) {
  std::uint32_t index = 0;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
    slab_[index] = Slot{item, due, none};
  } else {
    index = static_cast<std::uint32_t>(slab_.size());
    slab_.push_back(Slot{item, due, none});
    ++items_;
  }
  auto [found, fresh] = lanes_.try_emplace(item.lane);
  Lane& lane = found->second;
  if (fresh) {
    lane.head = index;
    const auto quiet = quiet_.find(item.lane);
    if (quiet != quiet_.end()) slab_[index].due = std::max(due, quiet->second);
  } else {
    slab_[lane.tail].next = index;
    if (lane.state == State::held) ++held_;
  }
  lane.tail = index;
  ++lane.length;
  return {&lane, fresh};
}

bool Lanes::holds(const Item& item) const {
  return (!held_stores_.empty() && held_stores_.contains(item.store)) ||
         (!held_flows_.empty() && held_flows_.contains(item.flow));
}

// The head decides whether the lane is held, ready or waits for a tick. A due tick in the past
// becomes ready at wake().
void Lanes::enlist(std::uint64_t lane_key, Lane& lane) {
  const Slot& head = slab_[lane.head];
  if (holds(head.item)) {
    lane.state = State::held;
    held_ += lane.length;
    return;
  }
  lane.state = State::due;
  due_.emplace(head.due, lane_key);
}

void Lanes::make_ready(std::uint64_t lane_key, Lane& lane) {
  lane.state = State::ready;
  const Item& head = slab_[lane.head].item;
  ready_.insert(ReadyKey{head.priority, head.id, lane_key});
  ready_parts_ += head.parts_left();
}

void Lanes::add(const Item& item, Tick due) {
  const auto [lane, fresh] = append(item, due);
  if (fresh) enlist(item.lane, *lane);
}

// Takes the waiting head out of where its state put it.
void Lanes::delist(std::uint64_t lane_key, const Lane& lane) {
  const Slot& head = slab_[lane.head];
  if (lane.state == State::held) {
    held_ -= lane.length;
  } else if (lane.state == State::due) {
    due_.erase({head.due, lane_key});
  } else {
    ready_.erase(ReadyKey{head.item.priority, head.item.id, lane_key});
    ready_parts_ -= head.item.parts_left();
  }
}

// A slot that is free still shows who was in it last; it is no lane's head. Looking through the
// slots in a row needs no index, which a million waiting deliveries would pay for all the time.
template <typename Act>
void Lanes::for_heads_of(PauseKind kind, std::uint32_t number, Act act) {
  for (std::uint32_t index = 0; index < slab_.size(); ++index) {
    const Item& item = slab_[index].item;
    if ((kind == PauseKind::store ? item.store : item.flow) != number) continue;
    const auto found = lanes_.find(item.lane);
    if (found != lanes_.end() && found->second.head == index) act(found->first, found->second);
  }
}

void Lanes::hold(PauseKind kind, std::uint32_t number) {
  if (!(kind == PauseKind::store ? held_stores_ : held_flows_).insert(number).second) return;
  for_heads_of(kind, number, [this](std::uint64_t lane_key, Lane& lane) {
    if (lane.state != State::ready && lane.state != State::due) return;
    delist(lane_key, lane);
    enlist(lane_key, lane);
  });
}

void Lanes::release(PauseKind kind, std::uint32_t number) {
  if ((kind == PauseKind::store ? held_stores_ : held_flows_).erase(number) == 0) return;
  for_heads_of(kind, number, [this](std::uint64_t lane_key, Lane& lane) {
    if (lane.state != State::held) return;
    delist(lane_key, lane);
    enlist(lane_key, lane);  // held again if the other kind is still paused
  });
}

std::optional<Item> Lanes::add_newest(const Item& item, Tick due) {
  const auto found = lanes_.find(item.lane);
  if (found == lanes_.end()) {
    add(item, due);
    return std::nullopt;
  }
  Lane& lane = found->second;
  const bool head_stays = lane.state == State::busy || lane.state == State::blocked;
  if (head_stays && lane.head == lane.tail) {
    add(item, due);
    return std::nullopt;
  }
  Slot& waiting = slab_[lane.tail];
  if (item.id < waiting.item.id) return item;
  const Item replaced = waiting.item;
  if (!head_stays) {
    delist(item.lane, lane);
    due = std::max(due, waiting.due);
  }
  waiting.item = item;
  waiting.item.priority = std::min(item.priority, replaced.priority);
  waiting.due = due;
  if (!head_stays) enlist(item.lane, lane);
  return replaced;
}

bool Lanes::newer_waits(std::uint64_t lane_key) const {
  const auto found = lanes_.find(lane_key);
  return found != lanes_.end() && found->second.head != found->second.tail;
}

void Lanes::add_blocked(const Item& item) {
  const auto [lane, fresh] = append(item, Tick{});
  if (!fresh) return;
  lane->state = State::blocked;
  ++blocked_;
}

void Lanes::wake(Tick now) {
  while (!quiet_until_.empty() && quiet_until_.front().first <= now) {
    const auto over = quiet_.find(quiet_until_.front().second);
    if (over != quiet_.end() && over->second <= now) quiet_.erase(over);
    quiet_until_.pop_front();
  }
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::uint64_t lane_key = due_.begin()->second;
    due_.erase(due_.begin());
    make_ready(lane_key, lanes_.at(lane_key));
  }
}

std::optional<Tick> Lanes::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

const Item* Lanes::peek() const {
  if (ready_.empty()) return nullptr;
  return &slab_[lanes_.at(ready_.begin()->lane).head].item;
}

Item Lanes::take() {
  TB_ASSERT(!ready_.empty());
  const ReadyKey key = *ready_.begin();
  ready_.erase(ready_.begin());
  Lane& lane = lanes_.at(key.lane);
  TB_ASSERT(lane.state == State::ready);
  lane.state = State::busy;
  ready_parts_ -= slab_[lane.head].item.parts_left();
  return slab_[lane.head].item;
}

Lanes::Lane& Lanes::busy_lane(std::uint64_t lane_key) {
  const auto found = lanes_.find(lane_key);
  TB_ASSERT(found != lanes_.end() && found->second.state == State::busy);
  return found->second;
}

void Lanes::finish(std::uint64_t lane_key, Tick next_from) {
  Lane& lane = busy_lane(lane_key);
  const std::uint32_t gone = lane.head;
  lane.head = slab_[gone].next;
  --lane.length;
  free_.push_back(gone);
  if (lane.head == none) {
    lanes_.erase(lane_key);
    if (next_from > Tick{}) {
      quiet_[lane_key] = next_from;
      quiet_until_.emplace_back(next_from, lane_key);
    }
  } else {
    Tick& due = slab_[lane.head].due;
    due = std::max(due, next_from);
    enlist(lane_key, lane);
  }
}

void Lanes::retry(const Item& changed, Tick due) {
  Lane& lane = busy_lane(changed.lane);
  Slot& head = slab_[lane.head];
  TB_ASSERT(head.item.id == changed.id);
  head.item = changed;
  head.due = due;
  enlist(changed.lane, lane);
}

void Lanes::put_back(std::uint64_t lane_key) {
  Lane& lane = busy_lane(lane_key);
  if (holds(slab_[lane.head].item)) {
    enlist(lane_key, lane);
  } else {
    make_ready(lane_key, lane);
  }
}

void Lanes::block(const Item& changed) {
  Lane& lane = busy_lane(changed.lane);
  Item& head = slab_[lane.head].item;
  TB_ASSERT(head.id == changed.id);
  head = changed;
  lane.state = State::blocked;
  ++blocked_;
}

void Lanes::release_blocked(const Item& changed, Tick now) {
  unblock(changed.lane);
  retry(changed, now);
}

void Lanes::drop_blocked(std::uint64_t lane_key) {
  unblock(lane_key);
  finish(lane_key);
}

bool Lanes::blocked_by(std::uint64_t lane_key, DeliveryId id) const {
  const auto found = lanes_.find(lane_key);
  return found != lanes_.end() && found->second.state == State::blocked &&
         slab_[found->second.head].item.id == id;
}

void Lanes::unblock(std::uint64_t lane_key) {
  const auto found = lanes_.find(lane_key);
  TB_ASSERT(found != lanes_.end() && found->second.state == State::blocked);
  found->second.state = State::busy;
  --blocked_;
}

}  // namespace tillbridge::engine
