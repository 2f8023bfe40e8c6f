#include "engine/budget.h"

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Tick start{seconds{100}};

int taken_at(Budget& budget, Tick now, bool urgent = false) {
  int taken = 0;
  while (budget.take(now, urgent)) ++taken;
  return taken;
}

TEST(Budget, GivesTheBurstAndThenTheRate) {
  Budget budget({.calls_per_second = 10, .burst = 4}, start);
  EXPECT_EQ(taken_at(budget, start), 4);
  EXPECT_EQ(budget.ready_at(start), start + milliseconds{100});
  EXPECT_FALSE(budget.take(start + milliseconds{99}));
  EXPECT_EQ(taken_at(budget, start + milliseconds{301}), 3);
  EXPECT_EQ(taken_at(budget, start + seconds{60}), 4) << "a quiet time fills one burst, not more";
}

TEST(Budget, TakesAtTheTickThatReadyAtNames) {
  Budget budget({.calls_per_second = 7, .burst = 3, .urgent_share = 0.2}, start);
  Tick now = start;
  for (int call = 0; call < 500; ++call) {
    now = budget.ready_at(now);
    ASSERT_TRUE(budget.take(now)) << call;
  }
  EXPECT_GE(now - start, seconds{70});
}

TEST(Budget, LeavesTheUrgentShareUntouched) {
  Budget budget({.calls_per_second = 1, .burst = 10, .urgent_share = 0.3}, start);
  EXPECT_EQ(taken_at(budget, start), 7);
  EXPECT_GT(budget.ready_at(start), start);
  EXPECT_EQ(budget.ready_at(start, true), start);
  EXPECT_EQ(taken_at(budget, start, true), 3);
}

TEST(Budget, AShareOfASmallBurstDoesNotStopOrdinaryCalls) {
  for (const double burst : {0.5, 1.0, 1.2}) {
    Budget budget({.calls_per_second = 5, .burst = burst, .urgent_share = 0.5}, start);
    EXPECT_TRUE(budget.take(start)) << burst;
    EXPECT_TRUE(budget.take(budget.ready_at(start))) << burst;
  }
}

TEST(Budget, ThrottlingClosesItAndLowersTheRateForATime) {
  Budget budget({.calls_per_second = 9, .burst = 9}, start);
  budget.throttled(start, seconds{5});
  EXPECT_EQ(budget.closed_until(), start + seconds{5});
  EXPECT_EQ(budget.ready_at(start), start + seconds{5});
  EXPECT_FALSE(budget.take(start + seconds{5} - Duration{1}));
  EXPECT_TRUE(budget.take(start + seconds{5}));
  EXPECT_NEAR(budget.rate(), 6, 1e-9);
  budget.throttled(start + seconds{5}, milliseconds{1});
  EXPECT_NEAR(budget.rate(), 4, 1e-9);
  for (int success = 0; success < 100; ++success) budget.succeeded();
  EXPECT_NEAR(budget.rate(), 9, 1e-9);
}

TEST(Budget, AnEarlierThrottleDoesNotShortenALaterOne) {
  Budget budget({}, start);
  budget.throttled(start, seconds{30});
  budget.throttled(start + seconds{1}, seconds{1});
  EXPECT_EQ(budget.closed_until(), start + seconds{30});
}

TEST(Budget, TheRateNeverFallsBelowATenth) {
  Budget budget({.calls_per_second = 10, .burst = 10}, start);
  for (int n = 0; n < 50; ++n) budget.throttled(start + seconds{n}, milliseconds{1});
  EXPECT_NEAR(budget.rate(), 1, 1e-9);
}

TEST(Budget, AnswersOfOneBurstCutTheRateOnce) {
  Budget budget({.calls_per_second = 9, .burst = 9}, start);
  for (int n = 0; n < 6; ++n) budget.throttled(start + milliseconds{n}, seconds{1});
  EXPECT_NEAR(budget.rate(), 6, 1e-9);
}

TEST(Budget, AShareIsThatPartOfRateAndBurst) {
  const Tick now{std::chrono::seconds{10}};
  Budget budget({100, 40, 0.0}, now);
  budget.take_share(now, 0.25);
  EXPECT_DOUBLE_EQ(budget.rate(), 25);
  EXPECT_EQ(budget.room(now), 10U);
  budget.take_share(now, 1.0);
  EXPECT_EQ(budget.room(now), 10U) << "what it did not have does not come at once";
  EXPECT_EQ(budget.room(now + std::chrono::seconds{1}), 40U);
  budget.take_share(now + std::chrono::seconds{1}, 0.001);
  EXPECT_EQ(budget.room(now + std::chrono::seconds{1}), 1U) << "a call at least";
}

}  // namespace
}  // namespace tillbridge::engine
