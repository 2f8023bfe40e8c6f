#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/alerts/disk_signals.h"
#include "app/alerts/unidentified_share.h"

namespace tillbridge::app {
namespace {

using desk::AlertLevel;
using std::chrono::minutes;
using testing::HasSubstr;

AlertLevel level(Share now, Share same, Share all, bool is_open = false) {
  return share_verdict(now, same, all, 20, 20, is_open).level;
}

TEST(UnidentifiedShare, ComparesWithTheSameHoursOfThePastWeeks) {
  const Share usual{400, 80};
  EXPECT_EQ(level({50, 12}, usual, usual), AlertLevel::ok);
  EXPECT_EQ(level({50, 30}, usual, usual), AlertLevel::warning);
  EXPECT_EQ(level({10, 10}, usual, usual), AlertLevel::ok) << "too few to tell";
  EXPECT_EQ(level({25, 13}, {400, 160}, {400, 160}), AlertLevel::ok) << "chance";
  EXPECT_EQ(level({50, 50}, {}, {10, 0}), AlertLevel::ok) << "nothing is usual yet";
  EXPECT_EQ(level({50, 50}, {5, 0}, usual), AlertLevel::warning) << "usual of all hours";
}

TEST(UnidentifiedShare, StaysUntilItIsClearlyBetter) {
  const Share usual{400, 80};
  EXPECT_EQ(level({100, 36}, usual, usual, false), AlertLevel::ok);
  EXPECT_EQ(level({100, 36}, usual, usual, true), AlertLevel::warning);
  EXPECT_EQ(level({100, 22}, usual, usual, true), AlertLevel::ok);
}

TEST(DiskSignals, TellOfLittleRoomAndOfGrowthThatFillsIt) {
  DiskSpace space{500'000'000'000, 1'000'000'000'000};
  DiskSignals disk("/data", [&space](const std::string&) { return std::optional(space); });
  const Tick start{std::chrono::hours{1}};
  const auto level_at = [&](minutes at, std::uint64_t bytes) {
    disk.take(bytes, start + at);
    return disk.signal({}, Instant{}).level;
  };
  EXPECT_EQ(level_at(minutes{0}, 1'000'000'000), AlertLevel::ok);
  space.free_bytes = 15'000'000'000;
  EXPECT_EQ(level_at(minutes{1}, 1'000'000'000), AlertLevel::warning);
  space.free_bytes = 90'000'000'000;
  EXPECT_EQ(level_at(minutes{2}, 1'000'000'000), AlertLevel::ok) << "a tenth of a large disk";
  space.free_bytes = 200'000'000;
  EXPECT_EQ(level_at(minutes{3}, 1'000'000'000), AlertLevel::critical);
  space.free_bytes = 90'000'000'000;
  EXPECT_EQ(level_at(minutes{20}, 3'000'000'000), AlertLevel::warning) << "6 GB an hour";
  EXPECT_THAT(disk.signal({}, Instant{}).text, HasSubstr("full in 15 h"));
  EXPECT_EQ(level_at(minutes{90}, 3'000'000'000), AlertLevel::ok) << "it has stopped growing";
}

TEST(DiskSignals, LookAtTheFolderTheyAreTold) {
  EXPECT_TRUE(disk_space("/"));
  EXPECT_FALSE(disk_space("/nowhere/at/all"));
}

}  // namespace
}  // namespace tillbridge::app
