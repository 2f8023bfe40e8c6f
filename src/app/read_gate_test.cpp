#include "app/read_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Kind = Outcome::Kind;
using State = engine::Breaker::State;

constexpr bool urgent = true;

Outcome outcome(Kind kind, const std::string& reason = "", bool connection_at_fault = false) {
  Outcome made;
  made.kind = kind;
  made.reason = reason;
  made.connection_at_fault = connection_at_fault;
  return made;
}
Outcome down() {
  return outcome(Kind::transient, "the platform answered 503", true);
}

// Two reads at once, one more per second, and half kept for tills; two failures open the breaker.
struct Bench {
  ManualClock clock;
  ReadGate gate{clock, {1.0, 2.0, 0.5}, {.failures = 2, .open_first = seconds{4}}};
};

TEST(ReadGate, PartOfTheBudgetIsKeptForTills) {
  Bench on;
  EXPECT_FALSE(on.gate.refusal(!urgent));
  const auto refused = on.gate.refusal(!urgent);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, Kind::throttled);
  EXPECT_THAT(refused->reason, HasSubstr("the budget of reads is used up"));
  EXPECT_FALSE(on.gate.refusal(urgent));
  EXPECT_EQ(on.gate.refusal(urgent)->kind, Kind::throttled);
  on.clock.advance(seconds{1});
  EXPECT_FALSE(on.gate.refusal(urgent));
}

TEST(ReadGate, FailuresInARowOpenTheBreakerAndOneProbeClosesIt) {
  Bench on;
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(on.gate.refusal(urgent));
    on.gate.answered(down());
  }
  const auto refused = on.gate.refusal(urgent);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, Kind::transient);
  EXPECT_EQ(refused->reason, "not asked: the platform answered 503");

  on.clock.advance(seconds{4});
  EXPECT_FALSE(on.gate.refusal(urgent)) << "the probe";
  EXPECT_EQ(on.gate.breaker().state(), State::probing);
  EXPECT_TRUE(on.gate.refusal(urgent)) << "one at a time";
  on.gate.answered(outcome(Kind::delivered));
  EXPECT_EQ(on.gate.breaker().state(), State::closed);
  EXPECT_FALSE(on.gate.refusal(urgent));
}

TEST(ReadGate, AnAnswerInBetweenEndsTheRow) {
  for (const Kind kind : {Kind::delivered, Kind::rejected, Kind::superseded}) {
    Bench on;
    on.gate.answered(down());
    on.gate.answered(outcome(kind));
    on.gate.answered(down());
    EXPECT_FALSE(on.gate.refusal(urgent)) << name(kind);
    on.gate.answered(outcome(Kind::ambiguous, "no answer", true));
    EXPECT_TRUE(on.gate.refusal(urgent)) << name(kind);
  }
}

TEST(ReadGate, A429ClosesItForAsLongAsItSaysAndIsNoFailure) {
  Bench on;
  Outcome throttled = outcome(Kind::throttled);
  throttled.retry_after = seconds{9};
  for (int i = 0; i < 3; ++i) on.gate.answered(throttled);
  EXPECT_EQ(on.gate.breaker().state(), State::closed);
  on.clock.advance(seconds{8});
  EXPECT_EQ(on.gate.refusal(urgent)->kind, Kind::throttled);
  on.clock.advance(seconds{1});
  EXPECT_FALSE(on.gate.refusal(urgent));
  on.gate.answered(outcome(Kind::throttled));
  EXPECT_TRUE(on.gate.refusal(urgent)) << "a second, when nobody says how long";
}

TEST(ReadGate, AThrottledProbeLeavesThePlaceToTheNext) {
  Bench on;
  on.gate.answered(down());
  on.gate.answered(down());
  on.clock.advance(seconds{4});
  EXPECT_FALSE(on.gate.refusal(urgent));
  on.gate.answered(outcome(Kind::throttled));
  EXPECT_EQ(on.gate.breaker().state(), State::open);
  on.clock.advance(seconds{1});
  EXPECT_FALSE(on.gate.refusal(urgent));
}

// A call that was not made for lack of time says nothing about the platform.
TEST(ReadGate, WhatIsNotTheConnectionsFaultDoesNotOpenIt) {
  Bench on;
  for (int i = 0; i < 5; ++i)
    on.gate.answered(outcome(Kind::transient, "no time was left for the call", false));
  EXPECT_EQ(on.gate.breaker().state(), State::closed);
}

}  // namespace
}  // namespace tillbridge::app
