#include "engine/lanes.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {

std::uint32_t Lanes::append(const Item& item, Tick due) {
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
  return index;
}

// The head decides whether the lane is ready or waits for a tick. A due tick in the past becomes
// ready at wake().
void Lanes::enlist(std::uint64_t lane_key, Lane& lane) {
  const Slot& head = slab_[lane.head];
  lane.state = State::due;
  due_.emplace(head.due, lane_key);
}

void Lanes::add(const Item& item, Tick due) {
  const std::uint32_t index = append(item, due);
  auto [found, fresh] = lanes_.try_emplace(item.lane);
  Lane& lane = found->second;
  if (fresh) {
    lane.head = lane.tail = index;
    enlist(item.lane, lane);
  } else {
    slab_[lane.tail].next = index;
    lane.tail = index;
  }
}

// Takes the waiting head out of the set that its state put it into.
void Lanes::delist(std::uint64_t lane_key, const Lane& lane) {
  const Slot& head = slab_[lane.head];
  if (lane.state == State::due) {
    due_.erase({head.due, lane_key});
  } else {
    ready_.erase(ReadyKey{head.item.priority, head.item.id, lane_key});
    ready_parts_ -= head.item.parts_left();
  }
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
  add(item, Tick{});
  Lane& lane = lanes_.at(item.lane);
  if (slab_[lane.head].item.id == item.id) {
    due_.erase({slab_[lane.head].due, item.lane});
    lane.state = State::blocked;
    ++blocked_;
  }
}

void Lanes::wake(Tick now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::uint64_t lane_key = due_.begin()->second;
    due_.erase(due_.begin());
    Lane& lane = lanes_.at(lane_key);
    lane.state = State::ready;
    const Item& head = slab_[lane.head].item;
    ready_.insert(ReadyKey{head.priority, head.id, lane_key});
    ready_parts_ += head.parts_left();
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

void Lanes::finish(std::uint64_t lane_key) {
  Lane& lane = busy_lane(lane_key);
  const std::uint32_t gone = lane.head;
  lane.head = slab_[gone].next;
  free_.push_back(gone);
  if (lane.head == none) {
    lanes_.erase(lane_key);
  } else {
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
  lane.state = State::ready;
  const Item& head = slab_[lane.head].item;
  ready_.insert(ReadyKey{head.priority, head.id, lane_key});
  ready_parts_ += head.parts_left();
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

void Lanes::unblock(std::uint64_t lane_key) {
  const auto found = lanes_.find(lane_key);
  TB_ASSERT(found != lanes_.end() && found->second.state == State::blocked);
  found->second.state = State::busy;
  --blocked_;
}

}  // namespace tillbridge::engine
