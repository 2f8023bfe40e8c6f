#pragma once
// Lanes of one connection: deliveries in a lane go strictly one after the other (DESIGN 2, 4).
// Pure; one thread.
//
//   idle    nothing in it (the lane does not exist)
//   ready   its head may be sent
//   due     its head waits for a tick (retry pause, hold)
//   held    its head belongs to a store or a flow that is paused
//   busy    its head is under way
//   blocked its head needs a person; nothing passes it
//   elsewhere  another hub sends it (shards.h); what becomes of it there is told by *_elsewhere()
//
// Compact, because a million may wait: about 85 bytes each, whatever their lanes. A lane is a ring
// through the slots, found by its last one; its state is in its head.

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "engine/item.h"
#include "engine/lane_index.h"
#include "engine/lane_slots.h"
#include "engine/shards.h"
#include "engine/slot_heap.h"

namespace tillbridge::engine {

class Lanes {
 public:
  // To the tail of its lane; not sent before `due`.
  void add(const Item& item, Tick due);
  // For state, where only the newest (highest id) counts: takes the place of what waits in the
  // lane, or does not come in at all; the older one is returned. What is under way or blocked stays
  // ahead of it. A pause and a higher urgency of what it replaces hold on.
  std::optional<Item> add_newest(const Item& item, Tick due);
  bool contains(std::uint64_t lane) const { return lanes_.find(lane, slots_) != nullptr; }
  // This one is in the lane. Looks through all of the lane.
  bool contains(std::uint64_t lane, DeliveryId id) const;
  // Something waits behind the lane's head.
  bool newer_waits(std::uint64_t lane) const;
  void add_blocked(const Item& item);

  // Heads whose tick has come become ready.
  void wake(Tick now);
  // The next tick at which wake() has something to do.
  std::optional<Tick> next_due() const;

  bool has_ready() const { return !ready_.empty(); }
  // Parts of all ready heads: what could be sent now.
  std::size_t ready_parts() const { return ready_parts_; }
  // The most urgent ready head (priority, then age), nullptr without; good until the next call.
  const Item* peek() const;
  Item take();  // its lane becomes busy

  // Ends of a busy head:
  // Gone; the next one moves up and is not sent before `next_from`, even if it comes later.
  void finish(std::uint64_t lane, Tick next_from = {});
  void retry(const Item& changed, Tick due);  // stays head
  void put_back(std::uint64_t lane);          // was not sent after all: ready again
  void block(const Item& changed);
  // A person lets the blocked head be tried again, as `changed`, or takes it out of the lane.
  void release_blocked(const Item& changed, Tick now);
  void drop_blocked(std::uint64_t lane);
  // This one is the blocked head.
  bool blocked_by(std::uint64_t lane, DeliveryId id) const;

  // What a store or a flow has at the head of a lane waits, and with it all that is behind it; a
  // head that is under way ends first. Each looks through all slots once; nothing else costs more.
  void hold(PauseKind kind, std::uint32_t number);
  void release(PauseKind kind, std::uint32_t number);
  // Deliveries in lanes that are held.
  std::size_t held_count() const { return held_; }

  // Only what is in these shards of the workspace (its stable_hash) is sent from here; all is until
  // the first call. Looks through all slots. What is under way ends first. A call that was made for
  // what comes may still be at work at the platform: its head is an echo (Item).
  void carry(const ShardSet& shards, std::uint64_t workspace);
  bool under_way_in(const ShardSet& shards) const;
  // Another hub has added or changed it: it waits in its lane as it is now, those with lower ids
  // before it. False: it was not there yet. Nothing happens to what is under way here.
  bool wait_elsewhere(const Item& item, Tick due);
  bool block_elsewhere(const Item& item);
  // As it waits in the lane; looks through all of the lane.
  std::optional<Item> find(std::uint64_t lane, DeliveryId id) const;
  // Its lane, where that is not known any more. Looks through all slots.
  std::optional<std::uint64_t> lane_of(DeliveryId id) const;
  // Another hub has ended it, wherever in the lane it stood. nullopt: it is not there, or under
  // way here.
  std::optional<Item> end_elsewhere(std::uint64_t lane, DeliveryId id);

  std::size_t size() const { return slots_.size(); }
  std::size_t lane_count() const { return lanes_.size(); }
  std::size_t blocked_count() const { return blocked_; }

 private:
  static bool more_urgent(const Slot& one, const Slot& other);
  static bool sooner(const Slot& one, const Slot& other);

  // Its slot, and whether that is the lane's head.
  std::pair<std::uint32_t, bool> append(const Item& item, Tick due);
  std::uint32_t head_of(std::uint32_t tail) const { return slots_[tail].next; }
  bool holds(const Slot& head) const;
  bool is_elsewhere(const Slot& head) const {
    return !carries_all_ && !carried_[shard_of(workspace_, head.lane)];
  }
  // The slot in its lane, and the one before it in the ring; nullopt: not there.
  struct Place {
    std::uint32_t slot, before;
  };
  std::optional<Place> place_of(std::uint64_t lane, DeliveryId id) const;
  void insert(const Item& item, Tick due);
  std::uint32_t length_of(std::uint32_t head) const;
  // Neither under way nor blocked.
  static bool waits(const Slot& head) {
    return head.state != LaneState::busy && head.state != LaneState::blocked;
  }
  // A slot that is free still shows who was in it last; it is no lane's head. Looking through the
  // slots in a row needs no index, which a million waiting deliveries would pay for all the time.
  template <typename Wanted, typename Act>
  void for_heads(Wanted wanted, Act act) const {
    for (std::uint32_t at = 0; at < slots_.end(); ++at) {
      const Slot& slot = slots_[at];
      if (!wanted(slot)) continue;
      const std::uint32_t* const tail = lanes_.find(slot.lane, slots_);
      if (tail != nullptr && head_of(*tail) == at) act(at);
    }
  }
  void make_ready(std::uint32_t head);
  void enlist(std::uint32_t head);
  void delist(std::uint32_t head);
  std::uint32_t busy_head(std::uint64_t lane) const;
  void unblock(std::uint64_t lane);

  LaneSlots slots_;
  LaneIndex lanes_;
  SlotHeap<more_urgent> ready_;
  SlotHeap<sooner> due_;
  mutable Item peeked_;
  std::unordered_map<std::uint64_t, Tick> quiet_;  // empty lanes that are not to begin before ...
  std::deque<std::pair<Tick, std::uint64_t>> quiet_until_;  // ... oldest first
  std::unordered_set<std::uint32_t> held_stores_;
  std::unordered_set<std::uint32_t> held_flows_;
  ShardSet carried_;
  std::uint64_t workspace_ = 0;
  bool carries_all_ = true;
  std::size_t held_ = 0;
  std::size_t ready_parts_ = 0;
  std::size_t blocked_ = 0;
};

}  // namespace tillbridge::engine
