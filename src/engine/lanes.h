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
//
// Compact: facts only, bodies stay on disk. Items live in one slab, lanes are linked lists through
// it.

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/step.h"

namespace tillbridge::engine {

// What can be paused by itself within a connection.
enum class PauseKind : std::uint8_t { store, flow };

struct Item {
  DeliveryId id;
  RecordId record;
  std::uint64_t lane = 0;  // stable_hash of workspace, connection and lane key
  Instant happened_at;     // business time
  std::uint64_t parts_done = 0;
  std::uint32_t attempts = 0;       // that count
  std::uint32_t attempts_made = 0;  // all
  std::uint16_t lag_series = 0;     // of LagBoard, which lets stores share one ...
  std::uint16_t flow = 0;           // numbers of the connection's own: what can be paused
  std::uint32_t store = 0;
  Instant late_from;  // ... which counts it from here
  std::uint8_t parts = 1;
  journal::Priority priority = journal::Priority::sale;
  journal::OnReject on_reject = journal::OnReject::park;
  journal::Settle settle = journal::Settle::resend;
  journal::Trigger next_trigger = journal::Trigger::first;
  bool alone = false;  // a call with others was refused: goes the usual way from now on
  bool echo = false;   // an earlier call of it may still be at work at the platform (dispatch.h)

  std::uint32_t parts_left() const {
    return parts - static_cast<std::uint32_t>(__builtin_popcountll(parts_done));
  }
};

static_assert(sizeof(Item) <= 72, "a million of them may wait");

class Lanes {
 public:
  // To the tail of its lane; not sent before `due`.
  void add(const Item& item, Tick due);
  // For state, where only the newest (highest id) counts: takes the place of what waits in the
  // lane, or does not come in at all; the older one is returned. What is under way or blocked stays
  // ahead of it. A pause and a higher urgency of what it replaces hold on.
  std::optional<Item> add_newest(const Item& item, Tick due);
  bool contains(std::uint64_t lane) const { return lanes_.contains(lane); }
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
  // The most urgent ready head (priority, then age); its lane becomes busy.
  const Item* peek() const;
  Item take();

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

  std::size_t size() const { return items_ - free_.size(); }
  std::size_t lane_count() const { return lanes_.size(); }
  std::size_t blocked_count() const { return blocked_; }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  struct Slot {
    Item item;
    Tick due;
    std::uint32_t next = none;
  };
  enum class State : std::uint8_t { ready, due, held, busy, blocked };
  struct Lane {
    std::uint32_t head = none;
    std::uint32_t tail = none;
    std::uint32_t length = 0;
    State state = State::ready;
  };
  struct ReadyKey {
    journal::Priority priority;
    DeliveryId id;
    std::uint64_t lane;
    friend auto operator<=>(const ReadyKey&, const ReadyKey&) = default;
  };

  // The slot's lane, and whether it is fresh.
  std::pair<Lane*, bool> append(const Item& item, Tick due);
  bool holds(const Item& item) const;
  template <typename Act>
  void for_heads_of(PauseKind kind, std::uint32_t number, Act act);
  void make_ready(std::uint64_t lane_key, Lane& lane);
  void enlist(std::uint64_t lane_key, Lane& lane);
  void delist(std::uint64_t lane_key, const Lane& lane);
  Lane& busy_lane(std::uint64_t lane_key);
  void unblock(std::uint64_t lane_key);

  std::vector<Slot> slab_;
  std::vector<std::uint32_t> free_;
  std::size_t items_ = 0;  // slots ever used
  std::unordered_map<std::uint64_t, Lane> lanes_;
  std::set<ReadyKey> ready_;
  std::set<std::pair<Tick, std::uint64_t>> due_;
  std::unordered_map<std::uint64_t, Tick> quiet_;  // empty lanes that are not to begin before ...
  std::deque<std::pair<Tick, std::uint64_t>> quiet_until_;  // ... oldest first
  std::unordered_set<std::uint32_t> held_stores_;
  std::unordered_set<std::uint32_t> held_flows_;
  std::size_t held_ = 0;
  std::size_t ready_parts_ = 0;
  std::size_t blocked_ = 0;
};

}  // namespace tillbridge::engine
