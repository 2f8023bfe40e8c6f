#include "engine/lag.h"

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant noon{std::chrono::hours{24 * 20'600 + 12}};

TEST(LagHistogram, PercentilesAreWithinAStepOfTheTruth) {
  LagHistogram lags;
  EXPECT_EQ(lags.percentile(0.99), Duration{0});
  for (int i = 1; i <= 1'000; ++i) lags.add(milliseconds{i * 10});
  const auto within = [](Duration got, Duration truth) {
    EXPECT_GE(got, truth);
    EXPECT_LE(got, truth + truth / 4);
  };
  within(lags.percentile(0.5), milliseconds{5'000});
  within(lags.percentile(0.99), milliseconds{9'900});
  EXPECT_EQ(lags.count(), 1'000U);
  LagHistogram long_ones;
  long_ones.add(std::chrono::hours{24});
  within(long_ones.percentile(1.0), std::chrono::hours{24});
}

TEST(LagBoard, CountsPerStoreFlowAndConnectionAndForgetsWhatIsOld) {
  LagBoard board{LagSettings{}};
  const auto oslo = board.series("klaviyo", "sale", "OSL");
  const auto umea = board.series("klaviyo", "sale", "UME");
  EXPECT_EQ(board.series("klaviyo", "sale", "OSL"), oslo);
  EXPECT_NE(oslo, umea);
  board.waiting(oslo, noon);
  board.waiting(oslo, noon + seconds{1});
  board.waiting(umea, noon);
  board.accepted(oslo, noon, noon + seconds{2});
  auto rows = board.rows(noon + seconds{11});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].names.store, "OSL");
  EXPECT_EQ(rows[0].accepted, 1U);
  EXPECT_GE(rows[0].p99, seconds{2});
  EXPECT_LE(rows[0].p99, milliseconds{2'500});
  EXPECT_EQ(rows[0].waiting, 1U);
  EXPECT_EQ(rows[0].oldest_waiting, seconds{10});
  EXPECT_EQ(rows[1].waiting, 1U);
  board.gone(umea, noon);
  board.accepted(oslo, noon + seconds{1}, noon + seconds{12});
  board.rows(noon + minutes{6});
  EXPECT_TRUE(board.rows(noon + minutes{12}).empty());
}

constexpr Tick start{seconds{1'000}};

TEST(LagBoard, RaisesOnceAndSaysWhenItIsOver) {
  LagBoard board{LagSettings{minutes{15}, minutes{10}, seconds{30}, minutes{5}}};
  const auto oslo = board.series("klaviyo", "sale", "OSL");
  const auto umea = board.series("klaviyo", "sale", "UME");
  board.waiting(oslo, noon + minutes{1});
  board.waiting(umea, noon);
  EXPECT_TRUE(board.crossings(noon + minutes{15}, start).empty());
  const Instant late = noon + minutes{15} + seconds{1};
  EXPECT_TRUE(board.crossings(late, start + seconds{1}).empty()) << "not sustained yet";
  const auto raised = board.crossings(late, start + seconds{31});
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_TRUE(raised[0].raised);
  EXPECT_EQ(raised[0].worst_store, "UME");
  EXPECT_EQ(raised[0].waiting, 2U);
  EXPECT_TRUE(board.crossings(noon + minutes{20}, start + minutes{5}).empty()) << "said once";
  board.accepted(umea, noon, noon + minutes{20});
  EXPECT_TRUE(board.crossings(noon + minutes{12}, start + minutes{6}).empty()) << "in between";
  board.accepted(oslo, noon + minutes{1}, noon + minutes{21});
  EXPECT_TRUE(board.crossings(noon + minutes{21}, start + minutes{7}).empty());
  const auto over = board.crossings(noon + minutes{22}, start + minutes{8});
  ASSERT_EQ(over.size(), 1U);
  EXPECT_FALSE(over[0].raised);
  EXPECT_TRUE(board.crossings(noon + minutes{23}, start + minutes{9}).empty());
}

TEST(LagBoard, AClockStepOrALateUploadIsNoAlarm) {
  LagBoard board{LagSettings{}};
  const auto oslo = board.series("klaviyo", "sale", "OSL");
  board.waiting(oslo, noon);
  EXPECT_TRUE(board.crossings(noon + std::chrono::hours{5}, start).empty());
  EXPECT_TRUE(board.crossings(noon + seconds{5}, start + seconds{5}).empty()) << "stepped back";
  EXPECT_TRUE(board.crossings(noon + std::chrono::hours{5}, start + seconds{31}).empty());
  board.accepted(oslo, noon, noon + std::chrono::hours{5});
  EXPECT_TRUE(board.crossings(noon + std::chrono::hours{5}, start + minutes{2}).empty());
}

TEST(LagBoard, WhatWasRaisedBeforeARestartEndsAfterIt) {
  LagBoard board{LagSettings{}};
  board.adopt_raised("klaviyo", "sale");
  EXPECT_TRUE(board.crossings(noon, start).empty());
  const auto over = board.crossings(noon, start + minutes{1});
  ASSERT_EQ(over.size(), 1U);
  EXPECT_FALSE(over[0].raised);
  EXPECT_EQ(over[0].flow, "sale");
}

}  // namespace
}  // namespace tillbridge::engine
