#include "desk/progress.h"

#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using State = Progress::State;

const Instant begin = from_unix_seconds(1'781'258'400);  // 10:00 UTC

// A sample every ten seconds.
std::vector<BacklogSample> course(std::uint64_t waiting, int arrive, int done, int samples) {
  std::vector<BacklogSample> out;
  std::int64_t left = static_cast<std::int64_t>(waiting);
  for (int at = 0; at < samples; ++at) {
    out.push_back({begin + seconds{10} * at,
                   static_cast<std::uint64_t>(std::max<std::int64_t>(0, left)),
                   static_cast<std::uint64_t>(arrive * at), static_cast<std::uint64_t>(done * at)});
    left += arrive - done;
  }
  return out;
}
std::string text(const std::vector<BacklogSample>& samples) {
  return progress_of(samples, Zone()).text;
}

TEST(Progress, SaysHowLongItTakes) {
  const auto progress = progress_of(course(1'000, 10, 50, 7), Zone());
  EXPECT_EQ(progress.state, State::clearing);
  EXPECT_NEAR(progress.done_per_minute, 300, 1);
  EXPECT_NEAR(progress.arrived_per_minute, 60, 1);
  EXPECT_EQ(progress.text, "about 3 min");  // 760 at 240 a minute
  EXPECT_EQ(text(course(400, 10, 50, 7)), "less than a minute");
  EXPECT_EQ(text(course(100'000, 0, 50, 7)), "about 5 h 32 min");
  EXPECT_EQ(text(course(3'000'000, 0, 50, 7)), "about 7 days");
  EXPECT_EQ(text(course(30'000'000, 0, 50, 7)), "more than two weeks");
}

TEST(Progress, SaysWhenItGrowsOrStands) {
  EXPECT_EQ(text(course(100, 60, 50, 7)), "growing by about 60 a minute");
  EXPECT_EQ(text(course(100, 50, 50, 7)), "as much comes as goes");
  EXPECT_EQ(text(course(0, 50, 50, 7)), "nothing waits");
  EXPECT_EQ(text(course(100, 50, 50, 2)), "not known yet");
  EXPECT_EQ(text({}), "not known yet");
}

TEST(Progress, SaysSinceWhenNothingMoves) {
  auto samples = course(1'000, 10, 50, 7);
  for (int at = 1; at <= 60; ++at) {
    auto next = samples.back();
    next.at += seconds{10};
    next.waiting += 10;
    next.arrived += 10;
    samples.push_back(next);
  }
  const auto progress = progress_of(samples, Zone());
  EXPECT_EQ(progress.state, State::not_moving);
  EXPECT_EQ(progress.text, "not moving since 10:01");
  EXPECT_EQ(progress.since, begin + seconds{60});
}

TEST(Progress, ARestartOfTheCountersIsNoRate) {
  auto samples = course(1'000, 10, 50, 7);
  const auto before = progress_of(samples, Zone());
  for (std::size_t at = 3; at < samples.size(); ++at) {
    samples[at].done -= 120;
    samples[at].arrived -= 25;
  }
  const auto after = progress_of(samples, Zone());
  EXPECT_EQ(after.state, State::clearing);
  EXPECT_LT(after.done_per_minute, before.done_per_minute);
}

}  // namespace
}  // namespace tillbridge::desk
