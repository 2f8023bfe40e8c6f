#include "engine/breaker.h"

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::seconds;

constexpr Tick start{seconds{100}};
constexpr BreakerSettings settings{.failures = 3, .open_first = seconds{1}, .open_max = seconds{5}};

Breaker opened() {
  Breaker breaker(settings);
  for (int n = 0; n < 3; ++n) breaker.failed(start, "503");
  return breaker;
}

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker(settings);
  breaker.failed(start, "503");
  breaker.failed(start, "503");
  breaker.succeeded();
  breaker.failed(start, "503");
  breaker.failed(start, "503");
  EXPECT_EQ(breaker.state(), Breaker::State::closed);
  breaker.failed(start, "no route");
  EXPECT_EQ(breaker.state(), Breaker::State::open);
  EXPECT_EQ(breaker.reason(), "no route");
  EXPECT_FALSE(breaker.allows(start));
  EXPECT_EQ(breaker.ready_at(start), start + seconds{1});
}

TEST(Breaker, LetsOneProbeThroughAndClosesWhenItSucceeds) {
  Breaker breaker = opened();
  const Tick later = start + seconds{1};
  ASSERT_TRUE(breaker.allows(later));
  breaker.started(later);
  EXPECT_EQ(breaker.state(), Breaker::State::probing);
  EXPECT_FALSE(breaker.allows(later + seconds{60}));
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), Breaker::State::closed);
  EXPECT_EQ(breaker.reason(), "");
  EXPECT_TRUE(breaker.allows(later));
}

TEST(Breaker, ThePauseDoublesUpToItsMost) {
  Breaker breaker = opened();
  Tick now = start;
  for (const int pause : {1, 2, 4, 5, 5}) {
    EXPECT_EQ(breaker.open_until() - now, seconds{pause});
    now = breaker.open_until();
    breaker.started(now);
    breaker.failed(now, "503");
  }
}

TEST(Breaker, LateFailuresDoNotProlongThePause) {
  Breaker breaker = opened();
  const Tick until = breaker.open_until();
  breaker.failed(start + Duration{10}, "503");
  EXPECT_EQ(breaker.open_until(), until);
}

TEST(Breaker, AProbeThatWasNotMadeFreesItsPlace) {
  Breaker breaker = opened();
  const Tick later = start + seconds{1};
  breaker.started(later);
  breaker.not_made(later);
  EXPECT_EQ(breaker.state(), Breaker::State::open);
  EXPECT_TRUE(breaker.allows(later));
}

TEST(Breaker, NotMadeChangesNothingWhileClosed) {
  Breaker breaker(settings);
  breaker.started(start);
  breaker.not_made(start);
  EXPECT_EQ(breaker.state(), Breaker::State::closed);
}

TEST(Breaker, WhenAnotherHubsOpensOneCallTellsWhetherItHoldsHereToo) {
  const Tick now{std::chrono::seconds{50}};
  Breaker breaker({});
  breaker.closed_elsewhere(now);
  EXPECT_EQ(breaker.state(), Breaker::State::closed);
  breaker.opened_elsewhere(now, "503 there");
  EXPECT_EQ(breaker.reason(), "503 there");
  ASSERT_TRUE(breaker.allows(now));
  breaker.started(now);
  EXPECT_FALSE(breaker.allows(now)) << "one";
  breaker.opened_elsewhere(now, "said again");
  EXPECT_EQ(breaker.state(), Breaker::State::probing);
  breaker.failed(now, "503 here");
  EXPECT_FALSE(breaker.allows(now));
  breaker.closed_elsewhere(now);
  ASSERT_TRUE(breaker.allows(now)) << "it need not wait";
  breaker.started(now);
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), Breaker::State::closed);
}

}  // namespace
}  // namespace tillbridge::engine
