// Hubs come, go, stand still and come back, each deciding for itself: nobody carries what another
// one carries, and when they are left alone, each carries its part.

#include "engine/shares.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/seeds_for_tests.h"

namespace tillbridge::engine {
namespace {

SharedShards all_of(std::uint16_t owner, std::vector<std::uint16_t> hubs) {
  SharedShards shards;
  for (ShardHolder& holder : shards.holders) holder = {owner, true};
  shards.hubs = std::move(hubs);
  return shards;
}

std::size_t count_of(const SharedShards& shards, std::uint16_t hub) {
  return static_cast<std::size_t>(
      std::count_if(shards.holders.begin(), shards.holders.end(),
                    [&](const ShardHolder& holder) { return holder.owner == hub; }));
}

// As the leases would: only what is free or has run out can be had.
void apply(SharedShards& shards, std::uint16_t hub) {
  const ShardMove move = next_move(shards, hub);
  EXPECT_TRUE((move.take & move.give).none());
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    ShardHolder& holder = shards.holders[shard];
    if (move.take[shard] && (!holder.owner || !holder.running)) holder = {hub, true};
    if (move.give[shard]) {
      EXPECT_EQ(holder.owner, hub);
      holder = {};
    }
  }
}

TEST(Shares, AloneNothingMoves) {
  EXPECT_EQ(next_move(all_of(3, {3}), 3), ShardMove{});
}

TEST(Shares, TheLeaderGivesAwayWhatASecondOneCanTakeAndKeepsTheFirstShard) {
  SharedShards shards = all_of(3, {3, 5});
  EXPECT_EQ(next_move(shards, 5), ShardMove{}) << "nothing is free yet";
  const ShardMove given = next_move(shards, 3);
  EXPECT_EQ(given.give.count(), 128U);
  EXPECT_FALSE(given.give[leader_shard]);
  apply(shards, 3);
  EXPECT_EQ(next_move(shards, 3), ShardMove{}) << "what is free is for the other one";
  apply(shards, 5);
  EXPECT_EQ(count_of(shards, 5), 128U);
  EXPECT_EQ(next_move(shards, 3), ShardMove{});
  EXPECT_EQ(next_move(shards, 5), ShardMove{});
  shards.hubs = {3};
  EXPECT_EQ(next_move(shards, 5).give.count(), 128U) << "it does not send any more";
}

TEST(Shares, WhatAHubLeavesBehindIsDividedAndALeadersOnlyOnceAnotherOneLeads) {
  SharedShards shards = all_of(1, {1, 2, 3});
  for (int round = 0; round < 3; ++round)
    for (const std::uint16_t hub : shards.hubs) apply(shards, hub);
  EXPECT_EQ(count_of(shards, 2), 85U);
  for (ShardHolder& holder : shards.holders)
    if (holder.owner == 2) holder.running = false;
  shards.hubs = {1, 3};
  EXPECT_TRUE(next_move(shards, 1).take.any());
  for (ShardHolder& holder : shards.holders)
    if (holder.owner == 1) holder.running = false;
  shards.hubs = {3};
  EXPECT_EQ(next_move(shards, 3), ShardMove{}) << "nobody leads";
  shards.holders[leader_shard] = {3, true};
  EXPECT_EQ(next_move(shards, 3).take.count(), 256U - count_of(shards, 3));
}

TEST(SharesSimulation, EveryHubCarriesItsPartInTheEnd) {
  for (std::uint32_t seed = 1; seed <= seeds(2'000); ++seed) {
    std::mt19937 random(seed);
    SharedShards shards = all_of(1, {1});
    std::vector<std::uint16_t> alive{1};
    const auto step = [&](bool harm) {
      const std::uint16_t hub = alive[random() % alive.size()];
      if (harm && random() % 8 == 0 && alive.size() < 7) {
        const auto fresh = static_cast<std::uint16_t>(1 + random() % 9);
        if (std::find(alive.begin(), alive.end(), fresh) == alive.end()) {
          alive.insert(std::upper_bound(alive.begin(), alive.end(), fresh), fresh);
        }
      } else if (harm && random() % 8 == 0 && alive.size() > 1) {
        alive.erase(std::find(alive.begin(), alive.end(), hub));
        for (ShardHolder& holder : shards.holders)
          if (holder.owner == hub) holder.running = false;
      } else {
        shards.hubs = alive;
        if (!shards.holders[leader_shard].running) {
          shards.holders[leader_shard] = {hub, true};
        } else {
          apply(shards, hub);
        }
      }
    };
    for (int i = 0; i < 60; ++i) step(true);
    for (int i = 0; i < 200; ++i) step(false);
    shards.hubs = alive;
    for (const std::uint16_t hub : alive) {
      ASSERT_EQ(next_move(shards, hub), ShardMove{}) << "seed " << seed << " hub " << hub;
      ASSERT_NEAR(static_cast<double>(count_of(shards, hub)),
                  256.0 / static_cast<double>(alive.size()), 1.0)
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tillbridge::engine
