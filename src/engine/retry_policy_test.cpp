#include "engine/retry_policy.h"

#include <set>

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using journal::OnReject;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Outcome::Kind;
using Next = Decision::Next;

const RetryPolicy policy{milliseconds{500}, seconds{60}, hours{1}};

Decision decided(const Outcome& outcome, Duration age = Duration{0},
                 OnReject on_reject = OnReject::park, std::uint32_t attempts = 0) {
  Entropy entropy{7};
  return decide(policy, outcome, attempts, age, on_reject, entropy);
}

TEST(RetryPolicy, PausesDoubleWithinTheirUpperHalf) {
  Entropy entropy{1};
  for (std::uint32_t attempts = 0; attempts < 64; ++attempts) {
    const Duration full =
        attempts < 7 ? milliseconds{500} * (1 << attempts) : Duration{seconds{60}};
    const Duration most = std::min<Duration>(full, seconds{60});
    std::set<Duration> seen;
    for (int n = 0; n < 50; ++n) {
      const Duration pause = backoff(policy, attempts, entropy);
      EXPECT_GT(pause, most / 2) << attempts;
      EXPECT_LE(pause, most) << attempts;
      seen.insert(pause);
    }
    EXPECT_GT(seen.size(), 40U) << "jittered";
  }
}

TEST(RetryPolicy, DeliveredIsDoneAndRejectedIsForAPerson) {
  EXPECT_EQ(decided({.kind = Kind::delivered, .reason = ""}).next, Next::done);
  EXPECT_EQ(decided({.kind = Kind::rejected, .reason = ""}).next, Next::park);
  EXPECT_EQ(decided({.kind = Kind::rejected, .reason = ""}, {}, OnReject::block).next, Next::block);
}

TEST(RetryPolicy, ThrottledWaitsAsToldAndUsesNothingUp) {
  const Outcome told{.kind = Kind::throttled, .reason = "", .retry_after = seconds{17}};
  const Decision decision = decided(told, hours{100});
  EXPECT_EQ(decision.next, Next::again);
  EXPECT_EQ(decision.pause, seconds{17});
  EXPECT_FALSE(decision.counts);
  const Decision silent = decided({.kind = Kind::throttled, .reason = ""}, hours{100});
  EXPECT_EQ(silent.next, Next::again);
  EXPECT_GT(silent.pause, Duration{0});
}

TEST(RetryPolicy, ARetryAfterMakesAPauseLongerButNeverShorter) {
  const auto pause = [](Duration retry_after) {
    return decided({.kind = Kind::transient, .reason = "", .retry_after = retry_after}, {},
                   OnReject::park, 3)
        .pause;
  };
  EXPECT_EQ(pause(seconds{90}), seconds{90});
  EXPECT_GT(pause(milliseconds{1}), seconds{2});
}

TEST(RetryPolicy, PatienceEndsInACase) {
  for (const Kind kind : {Kind::transient, Kind::ambiguous}) {
    const Outcome outcome{.kind = kind, .reason = ""};
    EXPECT_EQ(decided(outcome, hours{1}).next, Next::again);
    const Decision over = decided(outcome, hours{1} + Duration{1});
    EXPECT_EQ(over.next, Next::park);
    EXPECT_TRUE(over.out_of_patience);
    EXPECT_EQ(decided(outcome, hours{2}, OnReject::block).next, Next::block);
  }
}

TEST(RetryPolicy, TroubleOfTheConnectionNeverEndsInACase) {
  for (const Kind kind : {Kind::transient, Kind::ambiguous}) {
    const Outcome outcome{.kind = kind, .reason = "", .connection_at_fault = true};
    const Decision decision = decided(outcome, hours{24 * 7}, OnReject::park, 5'000);
    EXPECT_EQ(decision.next, Next::again);
    EXPECT_FALSE(decision.out_of_patience);
    EXPECT_LE(decision.pause, seconds{60});
  }
}

}  // namespace
}  // namespace tillbridge::engine
