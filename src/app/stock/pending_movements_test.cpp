// Movements that wait to be planned: most wanted first, newest per warehouse, lowest id, sold once.
#include "app/stock/pending_movements.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

using model::MovementKind;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(std::int64_t second) {
  return from_unix_seconds(1'767'268'800 + second);
}
Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}
model::StockMovement movement(std::int64_t id, const std::string& sku,
                              MovementKind kind = MovementKind::count,
                              const std::string& warehouse = "7",
                              std::string_view quantity = "-1") {
  model::StockMovement one;
  one.id = id;
  one.warehouse = warehouse;
  one.sku = sku;
  one.kind = kind;
  one.quantity = decimal(quantity);
  one.total_after = Decimal::of(id * 10);
  one.at = at(id);
  return one;
}
std::vector<std::string> skus(const std::vector<SkuMovements>& batch) {
  std::vector<std::string> all;
  for (const SkuMovements& one : batch) all.push_back(one.sku);
  return all;
}

TEST(PendingMovements, NothingIsHere) {
  PendingMovements pending;
  EXPECT_TRUE(pending.empty());
  EXPECT_EQ(pending.levels(), 0U);
  EXPECT_EQ(pending.lowest(), std::nullopt);
  EXPECT_THAT(pending.next(10), IsEmpty());
}

TEST(PendingMovements, WhatSellsGoesFirst) {
  PendingMovements pending;
  pending.add(movement(1, "seller", MovementKind::sale), true);
  ASSERT_EQ(pending.next(10).size(), 1U);
  pending.add(movement(2, "counted"), true);
  pending.add(movement(3, "came", MovementKind::inbound), true);
  pending.add(movement(4, "seller", MovementKind::inbound), true);
  pending.add(movement(5, "left", MovementKind::outbound), true);
  pending.add(movement(6, "sold", MovementKind::sale), true);
  pending.add(movement(7, "returned", MovementKind::refund), true);
  EXPECT_THAT(skus(pending.next(10)),
              ElementsAre("sold", "returned", "seller", "counted", "came", "left"));
  EXPECT_TRUE(pending.empty());
  pending.add(movement(8, "counted"), true);
  pending.add(movement(9, "returned", MovementKind::other), true);
  EXPECT_THAT(skus(pending.next(10)), ElementsAre("returned", "counted")) << "what came back sells";
}

TEST(PendingMovements, OneThatBecomesMoreWantedMovesUp) {
  PendingMovements pending;
  pending.add(movement(1, "seller", MovementKind::sale), true);
  ASSERT_EQ(pending.next(10).size(), 1U);
  pending.add(movement(2, "a"), true);
  pending.add(movement(3, "b"), true);
  pending.add(movement(4, "seller"), true);
  pending.add(movement(5, "b", MovementKind::sale), true);
  pending.add(movement(6, "b", MovementKind::count), true);
  EXPECT_THAT(skus(pending.next(9)), ElementsAre("b", "seller", "a"))
      << "a count after the sale does not move it down, and it is there once";
}

TEST(PendingMovements, NoMoreThanAreAskedFor) {
  PendingMovements pending;
  for (int i = 0; i < 7; ++i) pending.add(movement(i + 1, "s" + std::to_string(i)), true);
  EXPECT_THAT(skus(pending.next(3)), ElementsAre("s0", "s1", "s2"));
  EXPECT_EQ(pending.levels(), 4U);
  EXPECT_EQ(pending.lowest(), 4);
  EXPECT_THAT(pending.next(0), IsEmpty());
  EXPECT_EQ(pending.next(100).size(), 4U);
  EXPECT_EQ(pending.lowest(), std::nullopt);
}

TEST(PendingMovements, TheNewestOfEachWarehouse) {
  PendingMovements pending;
  pending.add(movement(5, "a", MovementKind::count, "7"), true);
  pending.add(movement(9, "a", MovementKind::count, "8"), true);
  pending.add(movement(8, "a", MovementKind::count, "7"), true);
  pending.add(movement(6, "a", MovementKind::count, "7"), false);
  pending.add(movement(4, "a", MovementKind::count, "8"), false);
  auto second_row = movement(9, "a", MovementKind::count, "8");
  second_row.total_after = decimal("-0.5");
  pending.add(second_row, true);
  EXPECT_EQ(pending.levels(), 2U);
  EXPECT_EQ(pending.lowest(), 4) << "of all, not of the newest";
  const auto batch = pending.next(1);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].lowest, 4);
  ASSERT_EQ(batch[0].newest.size(), 2U);
  EXPECT_EQ(batch[0].newest[0].warehouse, "7");
  EXPECT_EQ(batch[0].newest[0].id, 8);
  EXPECT_EQ(batch[0].newest[1].id, 9);
  EXPECT_EQ(batch[0].newest[1].total_after, decimal("-0.5")) << "the later row of a transaction";
}

TEST(PendingMovements, ASaleCountsOnce) {
  PendingMovements pending;
  pending.add(movement(5, "a", MovementKind::sale, "7", "-2"), true);
  pending.add(movement(7, "a", MovementKind::sale, "7", "-1.5"), true);
  pending.add(movement(6, "a", MovementKind::sale, "8", "-1"), true);
  pending.add(movement(7, "a", MovementKind::sale, "7", "-1.5"), false);
  pending.add(movement(5, "a", MovementKind::sale, "7", "-2"), false);
  pending.add(movement(8, "a", MovementKind::refund, "7", "3"), true);
  pending.add(movement(9, "a", MovementKind::outbound, "7", "-4"), true);
  auto batch = pending.next(1);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].sold.to_text(), "4.5");
  EXPECT_EQ(batch[0].sold_at, at(7));

  pending.put_back(std::move(batch));
  pending.add(movement(10, "a", MovementKind::sale, "7", "-1"), true);
  batch = pending.next(1);
  EXPECT_EQ(batch[0].sold.to_text(), "5.5") << "also with what was put back";
  EXPECT_EQ(batch[0].sold_at, at(10));

  pending.put_back(std::move(batch));
  batch = pending.next(1);
  EXPECT_EQ(batch[0].sold.to_text(), "5.5");
  pending.add(movement(10, "a", MovementKind::sale, "7", "-1"), false);
  EXPECT_TRUE(pending.next(1)[0].sold.is_zero()) << "heard of before";
}

TEST(PendingMovements, WhatIsPutBackIsAsBefore) {
  PendingMovements pending;
  pending.add(movement(3, "a"), true);
  pending.add(movement(8, "a"), true);
  pending.add(movement(5, "b", MovementKind::sale), true);
  auto batch = pending.next(10);
  EXPECT_EQ(pending.lowest(), std::nullopt);
  pending.add(movement(9, "a"), true);
  pending.add(movement(4, "c"), true);
  EXPECT_EQ(pending.lowest(), 4);
  pending.put_back(std::move(batch));
  EXPECT_EQ(pending.lowest(), 3) << "of the movement that the newer one had replaced";
  EXPECT_EQ(pending.levels(), 3U);
  batch = pending.next(10);
  EXPECT_THAT(skus(batch), ElementsAre("b", "a", "c"));
  EXPECT_EQ(batch[1].newest[0].id, 9) << "an older one does not come back";
  EXPECT_EQ(batch[1].lowest, 3);
}

// Against the plainest bookkeeping there is.
TEST(PendingMovements, NumbersOverALongTime) {
  std::mt19937_64 random(11);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  PendingMovements pending;
  std::map<std::string, std::map<std::string, std::int64_t>> newest;  // SKU, warehouse -> id
  std::map<std::string, std::int64_t> lowest;
  std::map<std::string, std::int64_t> sold;
  std::int64_t id = 100;
  for (int round = 0; round < 20'000; ++round) {
    if (below(4) != 0) {
      const bool fresh = below(3) != 0;
      const std::int64_t which = fresh ? ++id : id - static_cast<std::int64_t>(below(50));
      const std::string sku(1, static_cast<char>('a' + below(12)));
      const std::string warehouse = std::to_string(below(3));
      const bool sale = below(2) == 0;
      pending.add(movement(which, sku, sale ? MovementKind::sale : MovementKind::count, warehouse),
                  fresh);
      auto& known = newest[sku][warehouse];
      known = std::max(known, which);
      lowest.try_emplace(sku, which);
      lowest[sku] = std::min(lowest[sku], which);
      if (sale && fresh) ++sold[sku];
    } else {
      auto batch = pending.next(below(6));
      if (below(2) == 0) {
        pending.put_back(std::move(batch));
      } else {
        for (const SkuMovements& one : batch) {
          ASSERT_EQ(one.newest.size(), newest[one.sku].size());
          for (const auto& moved : one.newest)
            ASSERT_EQ(moved.id, newest[one.sku].at(moved.warehouse));
          ASSERT_EQ(one.lowest, lowest[one.sku]);
          ASSERT_EQ(one.sold, Decimal::of(sold[one.sku]));
          newest.erase(one.sku);
          lowest.erase(one.sku);
          sold.erase(one.sku);
        }
      }
    }
    std::size_t levels = 0;
    for (const auto& [sku, warehouses] : newest) levels += warehouses.size();
    std::optional<std::int64_t> least;
    for (const auto& [sku, low] : lowest) least = std::min(least.value_or(low), low);
    ASSERT_EQ(pending.levels(), levels) << round;
    ASSERT_EQ(pending.lowest(), least) << round;
    ASSERT_EQ(pending.empty(), newest.empty()) << round;
  }
}

}  // namespace
}  // namespace tillbridge::app
