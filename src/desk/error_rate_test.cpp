#include "desk/error_rate.h"

#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Tick begin{Duration{std::chrono::hours{5}}};
const Instant wall = from_unix_seconds(1'781'258'400);

void add(ErrorRates& rates, int ok, int transient, int rejected, Tick at) {
  for (int n = 0; n < ok; ++n) rates.add("klaviyo", AttemptEnd::ok, at);
  for (int n = 0; n < transient; ++n) rates.add("klaviyo", AttemptEnd::transient, at);
  for (int n = 0; n < rejected; ++n) rates.add("klaviyo", AttemptEnd::rejected, at);
}
AlertLevel level(int ok, int transient, int rejected) {
  ErrorRates rates(ErrorRateSettings{});
  add(rates, ok, transient, rejected, begin);
  return rates.rows(begin).at(0).level;
}

TEST(ErrorRate, LevelsByShareOfEnoughAttempts) {
  EXPECT_EQ(level(0, 19, 0), AlertLevel::ok) << "too few";
  EXPECT_EQ(level(96, 2, 2), AlertLevel::ok);
  EXPECT_EQ(level(95, 3, 2), AlertLevel::warning);
  EXPECT_EQ(level(75, 0, 25), AlertLevel::critical);
  EXPECT_EQ(level(0, 20, 0), AlertLevel::critical);
}

TEST(ErrorRate, ForgetsWhatLeavesTheWindow) {
  ErrorRates rates(ErrorRateSettings{});
  add(rates, 0, 40, 0, begin);
  add(rates, 40, 0, 0, begin + minutes{5});
  EXPECT_EQ(rates.rows(begin + minutes{9})[0].attempts(), 80U);
  EXPECT_EQ(rates.rows(begin + minutes{10})[0].attempts(), 40U);
  EXPECT_EQ(rates.rows(begin + minutes{10})[0].level, AlertLevel::ok);
  EXPECT_EQ(rates.rows(begin + minutes{60})[0].attempts(), 0U);
  add(rates, 1, 0, 0, begin + minutes{600});
  EXPECT_EQ(rates.rows(begin + minutes{600})[0].attempts(), 1U) << "buckets are used again";
}

TEST(ErrorRate, SaysItInASentence) {
  ErrorRates rates(ErrorRateSettings{});
  add(rates, 68, 8, 4, begin);
  const auto signals = rates.signals(begin, wall);
  ASSERT_EQ(signals.size(), 1U);
  EXPECT_EQ(signals[0].subject, "klaviyo");
  EXPECT_EQ(signals[0].text,
            "12 of the last 80 attempts at klaviyo failed (8 may pass and are tried again, 4 were "
            "refused), counted over 10 min.");
}

TEST(ErrorRate, BeingToldToSlowDownIsNoError) {
  EXPECT_EQ(attempt_end(Outcome::Kind::throttled), std::nullopt);
  EXPECT_EQ(attempt_end(Outcome::Kind::ambiguous), AttemptEnd::transient);
  EXPECT_EQ(attempt_end(Outcome::Kind::superseded), AttemptEnd::ok);
  EXPECT_EQ(attempt_end(Outcome::Kind::rejected), AttemptEnd::rejected);
}

}  // namespace
}  // namespace tillbridge::desk
