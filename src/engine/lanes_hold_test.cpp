// Lanes whose head belongs to a store or a flow that is paused.
#include <deque>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/entropy.h"
#include "base/seeds_for_tests.h"
#include "engine/lanes.h"

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Tick start{seconds{100}};

Item item(std::uint64_t id, std::uint64_t lane, std::uint32_t store, std::uint16_t flow = 0) {
  Item made;
  made.id = DeliveryId{id};
  made.lane = lane;
  made.store = store;
  made.flow = flow;
  return made;
}

std::uint64_t taken(Lanes& lanes, Tick now = start) {
  lanes.wake(now);
  return lanes.has_ready() ? lanes.take().id.value : 0;
}

TEST(LanesHold, AStoresHeadWaitsAndAllBehindItAndOtherLanesGoOn) {
  Lanes lanes;
  lanes.add(item(1, 1, 5), start);
  lanes.add(item(2, 1, 6), start);
  lanes.add(item(3, 2, 6), start);
  lanes.hold(PauseKind::store, 5);
  EXPECT_EQ(lanes.held_count(), 2U);
  EXPECT_EQ(taken(lanes), 3U);
  EXPECT_EQ(taken(lanes), 0U);
  EXPECT_EQ(lanes.next_due(), std::nullopt) << "no tick changes anything";
  lanes.release(PauseKind::store, 5);
  EXPECT_EQ(lanes.held_count(), 0U);
  EXPECT_EQ(taken(lanes), 1U);
  lanes.finish(1);
  EXPECT_EQ(taken(lanes), 2U);
}

TEST(LanesHold, WhatIsAddedLaterIsHeldAsWell) {
  Lanes lanes;
  lanes.hold(PauseKind::flow, 3);
  lanes.add(item(1, 1, 0, 3), start);
  lanes.add(item(2, 1, 0, 4), start);
  EXPECT_EQ(taken(lanes), 0U);
  EXPECT_EQ(lanes.held_count(), 2U);
  lanes.release(PauseKind::flow, 3);
  EXPECT_EQ(taken(lanes), 1U);
}

TEST(LanesHold, WhatIsReadyIsTakenOutOfWhatCouldBeSent) {
  Lanes lanes;
  lanes.add(item(1, 1, 5), start);
  lanes.wake(start);
  EXPECT_EQ(lanes.ready_parts(), 1U);
  lanes.hold(PauseKind::store, 5);
  EXPECT_FALSE(lanes.has_ready());
  EXPECT_EQ(lanes.ready_parts(), 0U);
}

TEST(LanesHold, ABusyHeadEndsAndTheNextOneIsHeld) {
  Lanes lanes;
  for (const std::uint64_t id : {1U, 2U}) lanes.add(item(id, 1, 5), start);
  EXPECT_EQ(taken(lanes), 1U);
  lanes.hold(PauseKind::store, 5);
  EXPECT_EQ(lanes.held_count(), 0U);
  lanes.finish(1);
  EXPECT_EQ(lanes.held_count(), 1U);
  EXPECT_EQ(taken(lanes), 0U);
}

TEST(LanesHold, ARetryAndWhatIsPutBackAreHeldAndKeepTheirTick) {
  Lanes lanes;
  lanes.add(item(1, 1, 5), start);
  lanes.add(item(2, 2, 5), start);
  lanes.wake(start);
  const Item retried = lanes.take();
  const Item not_sent = lanes.take();
  lanes.hold(PauseKind::store, 5);
  lanes.retry(retried, start + seconds{9});
  lanes.put_back(not_sent.lane);
  EXPECT_EQ(lanes.held_count(), 2U);
  EXPECT_EQ(taken(lanes, start + seconds{60}), 0U);
  lanes.release(PauseKind::store, 5);
  EXPECT_EQ(taken(lanes), 2U);
  EXPECT_EQ(taken(lanes, start + seconds{8}), 0U);
  EXPECT_EQ(taken(lanes, start + seconds{9}), 1U);
}

TEST(LanesHold, StoreAndFlowBothHoldAndOnlyBothReleased) {
  Lanes lanes;
  lanes.add(item(1, 1, 5, 3), start);
  lanes.hold(PauseKind::store, 5);
  lanes.hold(PauseKind::flow, 3);
  lanes.hold(PauseKind::flow, 3);
  lanes.release(PauseKind::store, 5);
  EXPECT_EQ(lanes.held_count(), 1U);
  EXPECT_EQ(taken(lanes), 0U);
  lanes.release(PauseKind::flow, 3);
  EXPECT_EQ(taken(lanes), 1U);
}

TEST(LanesHold, ABlockedHeadStaysBlockedAndIsHeldWhenLetGo) {
  Lanes lanes;
  lanes.hold(PauseKind::store, 5);
  lanes.add_blocked(item(1, 1, 5));
  lanes.add(item(2, 1, 6), start);
  EXPECT_EQ(lanes.blocked_count(), 1U);
  EXPECT_EQ(lanes.held_count(), 0U);
  lanes.release_blocked(item(1, 1, 5), start);
  EXPECT_EQ(lanes.held_count(), 2U);
  EXPECT_EQ(taken(lanes), 0U);
  lanes.release(PauseKind::store, 5);
  EXPECT_EQ(taken(lanes), 1U);
}

TEST(LanesHold, ASlotThatIsFreeIsNobodys) {
  Lanes lanes;
  lanes.add(item(1, 1, 5), start);
  lanes.add(item(2, 1, 6), start);
  EXPECT_EQ(taken(lanes), 1U);
  lanes.finish(1);
  lanes.hold(PauseKind::store, 5);
  EXPECT_EQ(lanes.held_count(), 0U);
  EXPECT_EQ(taken(lanes), 2U);
}

TEST(LanesHold, ANewerStateTakesTheHeldOnesPlace) {
  Lanes lanes;
  lanes.add_newest(item(1, 1, 5), start);
  lanes.hold(PauseKind::store, 5);
  EXPECT_EQ(lanes.add_newest(item(2, 1, 5), start)->id.value, 1U);
  EXPECT_EQ(lanes.held_count(), 1U);
  EXPECT_EQ(taken(lanes), 0U);
  EXPECT_EQ(lanes.add_newest(item(3, 1, 6), start)->id.value, 2U);
  EXPECT_EQ(lanes.held_count(), 0U) << "another store's";
  EXPECT_EQ(taken(lanes), 3U);
}

// Random work and random pauses, beside a plain account of what each lane must have in it.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : entropy_(seed), newest_wins_(seed % 3 == 0) {}

  void run() {
    for (int turn = 0; turn < 250 && !testing::Test::HasFailure(); ++turn) {
      now_ += milliseconds{entropy_.below(30)};
      one_turn();
      check();
    }
    // Held parts first stay held: all else has to come out. Then they are released.
    drain();
    for (const std::uint32_t part : std::set(held_[0])) switch_part(PauseKind::store, part);
    for (const std::uint32_t part : std::set(held_[1])) switch_part(PauseKind::flow, part);
    drain();
    EXPECT_EQ(finished_, added_) << "nothing is lost";
    EXPECT_EQ(lanes_.size(), 0U);
    EXPECT_EQ(lanes_.lane_count(), 0U);
  }

 private:
  struct Lane {
    std::deque<Item> items;
    bool busy = false, blocked = false;
  };

  bool holds(const Item& item) const {
    return held_[0].contains(item.store) || held_[1].contains(item.flow);
  }

  void one_turn() {
    switch (entropy_.below(7)) {
      case 0:
      case 1:
      case 2:
        return add();
      case 3:
        return take();
      case 4:
      case 5:
        return end_one(entropy_.below(5));
      default:
        return act_of_a_person();
    }
  }

  void add() {
    Item made = item(++added_, 1 + entropy_.below(6), static_cast<std::uint32_t>(entropy_.below(3)),
                     static_cast<std::uint16_t>(entropy_.below(3)));
    made.priority = static_cast<journal::Priority>(entropy_.below(4));
    const Tick due = now_ + milliseconds{entropy_.below(3) * 20};
    Lane& lane = expected_[made.lane];
    if (!newest_wins_) {
      if (lane.items.empty() && entropy_.below(10) == 0) {
        lanes_.add_blocked(made);
        lane.blocked = true;
      } else {
        lanes_.add(made, due);
      }
      lane.items.push_back(made);
      return;
    }
    const auto replaced = lanes_.add_newest(made, due);
    const bool head_stays = lane.busy || lane.blocked;
    const bool replaces = lane.items.size() > (head_stays ? 1U : 0U);
    ASSERT_EQ(replaced.has_value(), replaces);
    if (replaces) {
      EXPECT_EQ(replaced->id, lane.items.back().id);
      lane.items.pop_back();
      ++finished_;
    }
    lane.items.push_back(made);
  }

  void take() {
    lanes_.wake(now_);
    if (!lanes_.has_ready()) return;
    const Item got = lanes_.take();
    Lane& lane = expected_[got.lane];
    ASSERT_FALSE(lane.items.empty());
    EXPECT_EQ(got.id, lane.items.front().id) << "the order of a lane";
    EXPECT_FALSE(lane.busy || lane.blocked);
    EXPECT_FALSE(holds(got)) << "nothing held is handed out";
    lane.busy = true;
    busy_.push_back(got);
  }

  void end_one(std::uint64_t how) {
    if (busy_.empty()) return;
    const std::size_t at = entropy_.below(busy_.size());
    const Item ended = busy_[at];
    busy_.erase(busy_.begin() + static_cast<std::ptrdiff_t>(at));
    Lane& lane = expected_[ended.lane];
    lane.busy = false;
    if (how == 0) {
      lanes_.retry(ended, now_ + milliseconds{entropy_.below(60)});
    } else if (how == 1) {
      lanes_.put_back(ended.lane);
    } else if (how == 2) {
      lanes_.block(ended);
      lane.blocked = true;
    } else {
      lanes_.finish(ended.lane);
      lane.items.pop_front();
      ++finished_;
    }
  }

  void act_of_a_person() {
    if (entropy_.below(3) == 0) {
      for (auto& [key, lane] : expected_) {
        if (lane.blocked) return let_go(key, lane, entropy_.below(2) == 0);
      }
      return;
    }
    const auto kind = static_cast<PauseKind>(entropy_.below(2));
    switch_part(kind, static_cast<std::uint32_t>(entropy_.below(3)));
  }

  void let_go(std::uint64_t key, Lane& lane, bool drop) {
    lane.blocked = false;
    if (drop) {
      lanes_.drop_blocked(key);
      lane.items.pop_front();
      ++finished_;
    } else {
      lanes_.release_blocked(lane.items.front(), now_);
    }
  }

  void switch_part(PauseKind kind, std::uint32_t number) {
    auto& held = held_.at(static_cast<std::size_t>(kind));
    if (held.erase(number) > 0) {
      lanes_.release(kind, number);
    } else {
      held.insert(number);
      lanes_.hold(kind, number);
    }
  }

  void check() {
    std::size_t all = 0, held = 0, blocked = 0, lanes = 0;
    for (const auto& [key, lane] : expected_) {
      all += lane.items.size();
      if (lane.items.empty()) continue;
      ++lanes;
      blocked += lane.blocked ? 1 : 0;
      if (!lane.busy && !lane.blocked && holds(lane.items.front())) held += lane.items.size();
    }
    ASSERT_EQ(lanes_.size(), all);
    ASSERT_EQ(lanes_.lane_count(), lanes);
    ASSERT_EQ(lanes_.blocked_count(), blocked);
    ASSERT_EQ(lanes_.held_count(), held);
  }

  // Everything that is not held comes out, in time that is given.
  void drain() {
    for (auto& [key, lane] : expected_) {
      if (lane.blocked) let_go(key, lane, false);
    }
    for (int turn = 0; turn < 4'000; ++turn) {
      now_ += milliseconds{20};
      const std::uint64_t before = finished_;
      take();
      while (!busy_.empty()) end_one(4);
      if (finished_ == before && !lanes_.next_due()) break;
    }
    check();
    for (const auto& [key, lane] : expected_) {
      EXPECT_TRUE(lane.items.empty() || holds(lane.items.front())) << "waits for nothing";
    }
    EXPECT_EQ(lanes_.ready_parts(), 0U);
  }

  Entropy entropy_;
  bool newest_wins_;
  Lanes lanes_;
  Tick now_ = start;
  std::map<std::uint64_t, Lane> expected_;
  std::vector<Item> busy_;
  std::array<std::set<std::uint32_t>, 2> held_;
  std::uint64_t added_ = 0, finished_ = 0;
};

TEST(LanesHold, OrderIsKeptAndNothingLostForThousandsOfSeeds) {
  for (std::uint64_t seed = 1; seed <= seeds(6'000); ++seed) {
    SCOPED_TRACE(seed);
    Simulation(seed).run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace tillbridge::engine
