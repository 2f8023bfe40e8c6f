// Several hubs, each with lanes of its own and all of the work in them; what one does the others
// read from the journal, late. Shards change hands at random.

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "base/seeds_for_tests.h"
#include "engine/lanes.h"

namespace tillbridge::engine {
namespace {

constexpr Tick start{std::chrono::seconds{100}};
constexpr std::uint64_t workspace = 77;

Item item_of(std::uint64_t id, std::uint64_t lane) {
  Item item;
  item.id = DeliveryId{id};
  item.lane = lane;
  return item;
}

ShardSet only(std::uint64_t lane) {
  return ShardSet{}.set(shard_of(workspace, lane));
}

TEST(LanesElsewhere, WhatAnotherHubCarriesWaitsUntilItsShardComes) {
  Lanes lanes;
  lanes.carry({}, workspace);
  lanes.add(item_of(1, 5), start);
  lanes.add(item_of(2, 5), start);
  lanes.wake(start);
  EXPECT_FALSE(lanes.has_ready());
  EXPECT_EQ(lanes.next_due(), std::nullopt);
  EXPECT_EQ(lanes.end_elsewhere(5, DeliveryId{1})->id, DeliveryId{1});
  EXPECT_EQ(lanes.end_elsewhere(5, DeliveryId{1}), std::nullopt) << "told twice";
  lanes.carry(only(5), workspace);
  lanes.wake(start);
  ASSERT_TRUE(lanes.has_ready());
  EXPECT_EQ(lanes.take().id, DeliveryId{2});
  EXPECT_TRUE(lanes.under_way_in(only(5)));
  lanes.carry({}, workspace);
  EXPECT_TRUE(lanes.under_way_in(only(5))) << "ends here";
  EXPECT_EQ(lanes.end_elsewhere(5, DeliveryId{2}), std::nullopt);
  lanes.finish(5);
  EXPECT_FALSE(lanes.under_way_in(only(5)));
  EXPECT_EQ(lanes.size(), 0U);
}

TEST(LanesElsewhere, AddedLateTheyStandByTheirIdsAndBehindWhatIsUnderWay) {
  Lanes lanes;
  lanes.carry({}, workspace);
  for (const std::uint64_t id : {4U, 9U, 2U, 6U})
    EXPECT_FALSE(lanes.wait_elsewhere(item_of(id, 5), start));
  Item changed = item_of(6, 5);
  changed.attempts = 3;
  EXPECT_TRUE(lanes.wait_elsewhere(changed, start)) << "known: as it is now";
  lanes.carry(only(5), workspace);
  lanes.wake(start);
  EXPECT_EQ(lanes.take().id, DeliveryId{2});
  EXPECT_FALSE(lanes.wait_elsewhere(item_of(1, 5), start));
  EXPECT_TRUE(lanes.wait_elsewhere(item_of(2, 5), start)) << "under way here: nothing changes";
  std::vector<std::uint64_t> order;
  std::uint32_t attempts = 0;
  lanes.finish(5);
  for (lanes.wake(start); lanes.has_ready(); lanes.wake(start)) {
    const Item item = lanes.take();
    order.push_back(item.id.value);
    attempts += item.attempts;
    lanes.finish(5);
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 4, 6, 9}));
  EXPECT_EQ(attempts, 3U);
}

TEST(LanesElsewhere, WhatIsBlockedOrPausedThereIsSoHere) {
  Lanes lanes;
  lanes.carry({}, workspace);
  lanes.hold(PauseKind::store, 0);
  lanes.add(item_of(1, 5), start);
  lanes.add(item_of(2, 5), start);
  EXPECT_EQ(lanes.held_count(), 2U);
  EXPECT_TRUE(lanes.end_elsewhere(5, DeliveryId{2}));
  EXPECT_EQ(lanes.held_count(), 1U);
  EXPECT_TRUE(lanes.block_elsewhere(item_of(1, 5)));
  EXPECT_EQ(lanes.held_count(), 0U);
  EXPECT_TRUE(lanes.blocked_by(5, DeliveryId{1}));
  lanes.release(PauseKind::store, 0);
  EXPECT_TRUE(lanes.wait_elsewhere(item_of(1, 5), start));
  EXPECT_EQ(lanes.blocked_count(), 0U);
  EXPECT_FALSE(lanes.block_elsewhere(item_of(3, 6))) << "not known before";
  EXPECT_TRUE(lanes.end_elsewhere(6, DeliveryId{3}));
  EXPECT_EQ(lanes.blocked_count(), 0U);
  EXPECT_EQ(lanes.lane_of(DeliveryId{1}), 5U);
  EXPECT_EQ(lanes.lane_of(DeliveryId{3}), std::nullopt) << "gone";
}

// What stands in the journal, and who wrote it.
struct Change {
  std::size_t hub;
  Item item;
  enum class State { waiting, over, blocked } state;
};

struct Hub {
  Lanes lanes;
  ShardSet carried;
  std::size_t read = 0;  // changes
  std::vector<Item> under_way;
};

class Town {
 public:
  Town(std::uint32_t seed, std::size_t hubs) : random_(seed), hubs_(hubs) {
    for (Hub& hub : hubs_) hub.lanes.carry(hub.carried, workspace);
    hubs_[0].carried.set();
    hubs_[0].lanes.carry(hubs_[0].carried, workspace);
  }

  void step() {
    Hub& hub = hubs_[random_() % hubs_.size()];
    switch (random_() % 6) {
      case 0:
        return plan();
      case 1:
      case 2:
        return send(hub);
      case 3:
        return settle(hub);
      case 4:
        return read(hub, 1 + random_() % 4);
      default:
        return move();
    }
  }

  void drain() {
    for (int round = 0; round < 400; ++round) {
      for (Hub& hub : hubs_) {
        read(hub, changes_.size());
        send(hub);
        settle(hub);
      }
    }
  }

  // Each delivered once, in each lane by rising ids.
  void judge() const {
    std::size_t sent = 0;
    for (const auto& [lane, ids] : delivered_) {
      ASSERT_TRUE(std::is_sorted(ids.begin(), ids.end())) << "lane " << lane;
      ASSERT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << "twice, lane " << lane;
      sent += ids.size();
    }
    ASSERT_EQ(sent, planned_);
    for (const Hub& hub : hubs_) ASSERT_EQ(hub.lanes.size(), 0U);
  }

 private:
  std::size_t index_of(const Hub& hub) const {
    return static_cast<std::size_t>(&hub - hubs_.data());
  }

  // The first hub plans: known there at once, elsewhere when it is read.
  void plan() {
    ++planned_;
    const Item item = item_of(planned_, random_() % 7);
    changes_.push_back({0, item, Change::State::waiting});
    hubs_[0].lanes.add(item, start);
  }

  void send(Hub& hub) {
    hub.lanes.wake(start);
    if (hub.lanes.has_ready()) hub.under_way.push_back(hub.lanes.take());
  }

  void settle(Hub& hub) {
    if (hub.under_way.empty()) return;
    const std::size_t at = random_() % hub.under_way.size();
    Item item = hub.under_way[at];
    hub.under_way.erase(hub.under_way.begin() + static_cast<std::ptrdiff_t>(at));
    if (random_() % 3 == 0) {
      ++item.attempts;
      changes_.push_back({index_of(hub), item, Change::State::waiting});
      return hub.lanes.retry(item, start);
    }
    delivered_[item.lane].push_back(item.id.value);
    changes_.push_back({index_of(hub), item, Change::State::over});
    hub.lanes.finish(item.lane);
  }

  void read(Hub& hub, std::size_t some) {
    for (; some > 0 && hub.read < changes_.size(); --some, ++hub.read) {
      const Change& change = changes_[hub.read];
      if (change.hub == index_of(hub)) continue;
      if (change.state == Change::State::over) {
        EXPECT_TRUE(hub.lanes.end_elsewhere(change.item.lane, change.item.id));
      } else {
        hub.lanes.wait_elsewhere(change.item, start);
      }
    }
  }

  // As shared_work.h does: left once nothing is under way, sent from once all before it is known.
  void move() {
    Hub& from = hubs_[random_() % hubs_.size()];
    Hub& to = hubs_[random_() % hubs_.size()];
    const std::uint8_t shard = shard_of(workspace, random_() % 7);
    if (&from == &to || !from.carried[shard]) return;
    from.carried.reset(shard);
    from.lanes.carry(from.carried, workspace);
    if (from.lanes.under_way_in(ShardSet{}.set(shard))) {
      from.carried.set(shard);
      return from.lanes.carry(from.carried, workspace);
    }
    read(to, changes_.size());
    to.carried.set(shard);
    to.lanes.carry(to.carried, workspace);
  }

  std::mt19937 random_;
  std::vector<Hub> hubs_;
  std::vector<Change> changes_;
  std::uint64_t planned_ = 0;
  std::map<std::uint64_t, std::vector<std::uint64_t>> delivered_;
};

TEST(LanesElsewhereSimulation, EachDeliveryIsSentOnceAndInOrderWhoeverCarriesIt) {
  for (std::uint32_t seed = 1; seed <= seeds(3'000); ++seed) {
    SCOPED_TRACE(seed);
    Town town(seed, 2 + seed % 3);
    for (int i = 0; i < 300; ++i) town.step();
    town.drain();
    town.judge();
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tillbridge::engine
