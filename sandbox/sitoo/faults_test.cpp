#include "sitoo/faults.h"

#include <gtest/gtest.h>

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;

TEST(SitooFaults, JsonChangesWhatItNamesAndNothingWhenItIsWrong) {
  Faults faults;
  const auto change = [&faults](const char* text) {
    return apply(faults, json::parse(text)->as_object());
  };
  ASSERT_TRUE(change(R"({"burst_share":0.5,"slow_max_ms":900,"throttle_style":"neither"})"));
  EXPECT_EQ(faults.burst_share, 0.5);
  EXPECT_EQ(faults.slow_max, std::chrono::milliseconds{900});
  EXPECT_EQ(faults.throttle_style, ThrottleStyle::neither);
  EXPECT_FALSE(change(R"({"burst_share":0.1,"calm_share":2})"));
  EXPECT_FALSE(change(R"({"burst_share":0.1,"nonsense":1})"));
  EXPECT_FALSE(change(R"({"slow_min_ms":1000})"));
  EXPECT_EQ(faults.burst_share, 0.5);
}

TEST(SitooFaults, PresetsAreKnownByName) {
  for (const char* name : {"none", "storm", "throttled", "server-errors", "slow", "hang", "resets",
                           "unseen", "duplicates"}) {
    EXPECT_TRUE(preset(name)) << name;
  }
  EXPECT_FALSE(preset("sunshine"));
}

TEST(SitooFaults, TheStormComesInBursts) {
  tillbridge::ManualClock clock;
  FaultDice dice(clock, 1);
  dice.set(*preset("storm"));
  constexpr int calls = 200'000;  // 200 s, one per millisecond
  int failed = 0, unseen = 0, after_failure = 0, failed_before = 0;
  for (int i = 0; i < calls; ++i) {
    clock.advance(std::chrono::milliseconds{1});
    const bool fails = dice.next_call() != Mishap::none;
    failed += fails;
    after_failure += fails && failed_before > 0;
    failed_before = fails ? 10 : failed_before - 1;
    unseen += dice.unseen_for() > tillbridge::Duration{0};
  }
  // 0.2 x 0.4 + 0.8 x 0.02
  EXPECT_NEAR(static_cast<double>(failed) / calls, 0.096, 0.03);
  EXPECT_GT(static_cast<double>(after_failure) / failed, 0.75) << "failures come together";
  EXPECT_NEAR(static_cast<double>(unseen) / calls, 0.2, 0.01);
}

TEST(SitooFaults, WithoutFaultsNothingHappens) {
  tillbridge::ManualClock clock;
  FaultDice dice(clock, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(dice.next_call(), Mishap::none);
  EXPECT_EQ(dice.unseen_for(), tillbridge::Duration{0});
}

}  // namespace
}  // namespace sandbox::sitoo
