#include "app/stock/pending_reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

using testing::ElementsAre;

TEST(PendingReads, GiveEachWarehouseItsTurn) {
  PendingReads reads;
  for (const char* sku : {"A", "B", "C"}) reads.add("7", sku);
  reads.add("9", "A");
  EXPECT_EQ(reads.waiting(), 4U);
  auto first = reads.next(1, 2);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].warehouse, "7");
  EXPECT_THAT(first[0].skus, ElementsAre("A", "B"));
  auto second = reads.next(1, 2);
  EXPECT_EQ(second.at(0).warehouse, "9");
  auto third = reads.next(4, 2);
  ASSERT_EQ(third.size(), 1U);
  EXPECT_THAT(third[0].skus, ElementsAre("C"));
  EXPECT_EQ(reads.waiting(), 0U);
  EXPECT_FALSE(reads.empty()) << "they are under way";
  for (const auto& group : {first, second, third}) reads.done(group[0]);
  EXPECT_TRUE(reads.empty());
}

TEST(PendingReads, AMovementIsHeldUntilItsReadIsStored) {
  PendingReads reads;
  reads.add("7", "A", 120);
  reads.add("7", "A", 110);
  reads.add("7", "A", 130);
  reads.add("9", "B");
  EXPECT_EQ(reads.lowest(), 110);
  const auto group = reads.next(2, 50);
  EXPECT_EQ(reads.lowest(), 110) << "it is only under way";
  reads.failed(group.at(0));
  EXPECT_EQ(reads.lowest(), 110);
  EXPECT_EQ(reads.waiting(), 1U);
  reads.done(reads.next(1, 50).at(0));
  EXPECT_EQ(reads.lowest(), std::nullopt);
}

TEST(PendingReads, WhatIsAskedForWhileItIsReadIsReadOnceMore) {
  PendingReads reads;
  reads.add("7", "A", 110);
  const auto first = reads.next(1, 50);
  reads.add("7", "A", 115);
  EXPECT_EQ(reads.waiting(), 0U) << "nothing that could be read now";
  EXPECT_TRUE(reads.next(1, 50).empty()) << "one read of a level at a time";
  reads.done(first.at(0));
  EXPECT_EQ(reads.lowest(), 115);
  const auto second = reads.next(1, 50);
  ASSERT_EQ(second.size(), 1U);
  reads.done(second[0]);
  EXPECT_TRUE(reads.empty());
}

}  // namespace
}  // namespace tillbridge::app
