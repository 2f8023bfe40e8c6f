// Leases of shards between nodes, and the fence that keeps an old owner's writes out.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/postgres/connection.h"
#include "journal/postgres/leases.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::Fence;
using postgres::Lease;
using postgres::Leases;
using postgres::open_postgres_store;
using postgres::PostgresSettings;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Duration long_time = std::chrono::minutes{10};
constexpr std::chrono::seconds patience{20};

PostgresSettings settings_of(std::uint16_t node) {
  PostgresSettings settings;
  settings.node = node;
  return settings;
}

class PostgresLeasesTest : public testing::Test {
 protected:
  PostgresLeasesTest() { EXPECT_TRUE(open_postgres_store(url_)); }

  // As if the time of these leases had passed.
  void run_out(const std::string& shards) {
    postgres::Connection({url_}).run(
        "UPDATE lease SET until = clock_timestamp() - interval '1 second' WHERE shard IN (" +
        shards + ")");
  }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
  Leases one_{url_, settings_of(1)};
  Leases two_{url_, settings_of(2)};
};

TEST_F(PostgresLeasesTest, AShardHasOneOwnerUntilItIsReleasedOrRunsOut) {
  EXPECT_THAT(*one_.acquire({3, 7, 255}, long_time),
              UnorderedElementsAre(Lease{3, 1}, Lease{7, 1}, Lease{255, 1}));
  EXPECT_THAT(*two_.acquire({3, 4}, long_time), ElementsAre(Lease{4, 1}));
  EXPECT_THAT(*two_.renew({{3, 1}, {4, 1}}, long_time), ElementsAre(Lease{4, 1}));
  ASSERT_TRUE(one_.release({{3, 1}}));
  EXPECT_THAT(*two_.acquire({3}, long_time), ElementsAre(Lease{3, 2}));
  ASSERT_TRUE(one_.release({{3, 1}})) << "an old epoch: changes nothing";

  run_out("7, 255");
  EXPECT_THAT(*one_.renew({{255, 1}}, long_time), ElementsAre(Lease{255, 1}))
      << "nobody has taken it";
  EXPECT_THAT(*two_.acquire({7, 255}, long_time), ElementsAre(Lease{7, 2}));
  EXPECT_THAT(*one_.renew({{7, 1}, {255, 1}}, long_time), ElementsAre(Lease{255, 1}));
  const auto all = *one_.all();
  ASSERT_EQ(all.size(), postgres::shard_count);
  EXPECT_EQ(all[3].owner, 2);
  EXPECT_EQ(all[255].owner, 1);
  EXPECT_TRUE(all[255].running);
  EXPECT_FALSE(all[0].owner);
}

TEST_F(PostgresLeasesTest, NodesThatAskAtTheSameTimeShareNoShard) {
  std::vector<std::uint8_t> every;
  for (int shard = 0; shard < 256; ++shard) every.push_back(static_cast<std::uint8_t>(shard));
  std::vector<Lease> of_one, of_two;
  std::thread other([&] { of_two = *two_.acquire(every, long_time); });
  of_one = *one_.acquire(every, long_time);
  other.join();
  for (const auto& lease : of_one) EXPECT_THAT(of_two, testing::Not(testing::Contains(lease)));
  const auto rest = *one_.acquire(every, long_time);
  EXPECT_EQ(of_one.size() + of_two.size() + rest.size(), postgres::shard_count);
}

TEST_F(PostgresLeasesTest, NodesAreKnownByTheirBeats) {
  ASSERT_TRUE(one_.beat("a", "10.0.0.1:8080"));
  ASSERT_TRUE(two_.beat("b", "10.0.0.2:8080"));
  ASSERT_TRUE(two_.beat("b2", "10.0.0.2:8080"));
  ASSERT_TRUE(one_.acquire({1, 2}, long_time));
  auto nodes = *two_.nodes();
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0].name, "a");
  EXPECT_EQ(nodes[0].shards, 2U);
  EXPECT_LT(nodes[0].silent, patience);
  EXPECT_EQ(nodes[1].name, "b2");
  ASSERT_TRUE(one_.forget(2));
  EXPECT_EQ(one_.nodes()->size(), 1U);
}

TEST_F(PostgresLeasesTest, AStepOfAnOldEpochIsRefused) {
  // Here the shard of a step is what its cursors' names say.
  const auto fence = std::make_shared<Fence>([](const Step& step) {
    std::vector<std::uint8_t> shards;
    for (const auto& c : step.cursors) shards.push_back(static_cast<std::uint8_t>(c.name[0]));
    return shards;
  });
  auto settings = settings_of(1);
  settings.fence = fence;
  const auto store = std::move(*open_postgres_store(url_, settings));
  const auto writer = std::move(*store->open_writer());
  const auto reader = std::move(*store->open_reader());
  const auto kind_of = [&](const std::string& name) -> std::optional<Error::Kind> {
    Step step{.cursors = {{"shop", name, "1"}}, .facts = {{"shop", "crm", name, "1", Instant{}}}};
    const auto receipts = writer->apply({&step, 1});
    return receipts ? std::nullopt : std::optional(receipts.error().kind);
  };
  EXPECT_EQ(kind_of("A"), Error::Kind::unavailable) << "not held";
  const auto acquired = *one_.acquire({'A', 'B'}, long_time);
  for (const auto& lease : acquired) fence->hold(lease);
  EXPECT_EQ(kind_of("A"), std::nullopt);

  // Frozen, and taken meanwhile.
  run_out("65");
  EXPECT_EQ(kind_of("A"), std::nullopt) << "run out, but nobody has taken it";
  ASSERT_THAT(*two_.acquire({'A'}, long_time), ElementsAre(Lease{'A', 2}));
  EXPECT_EQ(kind_of("A2"), Error::Kind::unavailable);
  EXPECT_FALSE(*reader->cursor("shop", "A2"));
  EXPECT_EQ(kind_of("B"), std::nullopt);
  // Back again: with a new epoch only.
  ASSERT_TRUE(two_.release({{'A', 2}}));
  ASSERT_THAT(*one_.acquire({'A'}, long_time), ElementsAre(Lease{'A', 3}));
  EXPECT_EQ(kind_of("A3"), Error::Kind::unavailable);
  fence->hold({'A', 3});
  EXPECT_EQ(kind_of("A3"), std::nullopt);
}

TEST_F(PostgresLeasesTest, ALeaseIsNotTakenWithinATransactionOfItsOwner) {
  ASSERT_THAT(*one_.acquire({5}, long_time), ElementsAre(Lease{5, 1}));
  run_out("5");
  postgres::Connection writing({url_});
  writing.run("BEGIN; SELECT 1 FROM lease WHERE shard = 5 FOR SHARE");
  EXPECT_THAT(*two_.acquire({5}, long_time), IsEmpty());
  writing.run("COMMIT");
  EXPECT_THAT(*two_.acquire({5}, long_time), ElementsAre(Lease{5, 2}));
}

}  // namespace
}  // namespace tillbridge::journal
