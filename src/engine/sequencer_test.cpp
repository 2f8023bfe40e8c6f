#include "engine/sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Tick start{seconds{100}};
constexpr Duration wait_max = seconds{10};

Sequencer expecting(std::uint64_t last) {
  Sequencer sequencer(wait_max);
  for (std::uint64_t id = 1; id <= last; ++id) sequencer.expect(ArrivalId{id});
  return sequencer;
}

std::vector<std::uint64_t> ids(const std::vector<Release>& releases) {
  std::vector<std::uint64_t> values;
  for (const Release& release : releases) values.push_back(release.id.value);
  return values;
}

TEST(Sequencer, ReleasesInOrderOfArrival) {
  Sequencer sequencer = expecting(3);
  sequencer.ready(ArrivalId{3}, start);
  sequencer.ready(ArrivalId{2}, start);
  EXPECT_THAT(sequencer.release(start), IsEmpty());
  EXPECT_EQ(sequencer.ready_and_waiting(), 2U);
  sequencer.ready(ArrivalId{1}, start);
  EXPECT_THAT(ids(sequencer.release(start)), ElementsAre(1, 2, 3));
  EXPECT_EQ(sequencer.waiting(), 0U);
  EXPECT_EQ(sequencer.wake_at(), std::nullopt);
}

TEST(Sequencer, WaitsABoundedTimeAndSaysWhomItMovedPast) {
  Sequencer sequencer = expecting(4);
  sequencer.ready(ArrivalId{3}, start);
  sequencer.ready(ArrivalId{4}, start + seconds{5});
  EXPECT_EQ(sequencer.wake_at(), start + wait_max);
  EXPECT_THAT(sequencer.release(start + wait_max - Duration{1}), IsEmpty());
  const auto releases = sequencer.release(start + wait_max);
  EXPECT_THAT(ids(releases), ElementsAre(3, 4));
  EXPECT_THAT(releases[0].moved_past, ElementsAre(ArrivalId{1}, ArrivalId{2}));
  EXPECT_THAT(releases[1].moved_past, IsEmpty());
}

TEST(Sequencer, WhoWasPassedOverGoesLateAndHoldsNobody) {
  Sequencer sequencer = expecting(3);
  sequencer.ready(ArrivalId{2}, start);
  ASSERT_THAT(ids(sequencer.release(start + wait_max)), ElementsAre(2));
  sequencer.ready(ArrivalId{3}, start + wait_max);
  EXPECT_THAT(ids(sequencer.release(start + wait_max)), ElementsAre(3));
  sequencer.ready(ArrivalId{1}, start + wait_max);
  const auto late = sequencer.release(start + wait_max);
  EXPECT_THAT(ids(late), ElementsAre(1));
  EXPECT_TRUE(late[0].passed_over);
}

// Several slow ones before it must not add up to several waits.
TEST(Sequencer, TheBoundHoldsWhenEarlierOnesBecomeReadyOneByOne) {
  Sequencer sequencer = expecting(4);
  sequencer.ready(ArrivalId{4}, start);
  sequencer.ready(ArrivalId{3}, start + seconds{9});
  EXPECT_EQ(sequencer.wake_at(), start + wait_max);
  const auto releases = sequencer.release(start + wait_max);
  EXPECT_THAT(ids(releases), ElementsAre(3, 4));
  EXPECT_THAT(releases[0].moved_past, ElementsAre(ArrivalId{1}, ArrivalId{2}));
}

TEST(Sequencer, OnlyThoseBehindWaitLonger) {
  Sequencer sequencer = expecting(5);
  sequencer.ready(ArrivalId{2}, start);
  sequencer.ready(ArrivalId{3}, start + seconds{5});
  sequencer.ready(ArrivalId{5}, start + seconds{5});
  EXPECT_THAT(ids(sequencer.release(start + wait_max)), ElementsAre(2, 3)) << "5 waits for 4";
  EXPECT_EQ(sequencer.wake_at(), start + seconds{15});
  const auto last = sequencer.release(start + seconds{15});
  EXPECT_THAT(ids(last), ElementsAre(5));
  EXPECT_THAT(last[0].moved_past, ElementsAre(ArrivalId{4})) << "1 was said before";
}

TEST(Sequencer, NobodyWaitsForWhatWasDropped) {
  Sequencer sequencer = expecting(3);
  sequencer.ready(ArrivalId{3}, start);
  sequencer.ready(ArrivalId{2}, start);
  sequencer.drop(ArrivalId{1});
  sequencer.drop(ArrivalId{2});
  sequencer.drop(ArrivalId{77});
  EXPECT_EQ(sequencer.ready_and_waiting(), 1U);
  const auto releases = sequencer.release(start);
  EXPECT_THAT(ids(releases), ElementsAre(3));
  EXPECT_THAT(releases[0].moved_past, IsEmpty());
}

TEST(Sequencer, ReadyTwiceIsReadyOnce) {
  Sequencer sequencer = expecting(2);
  sequencer.ready(ArrivalId{2}, start);
  sequencer.ready(ArrivalId{2}, start + seconds{9});
  EXPECT_EQ(sequencer.ready_and_waiting(), 1U);
  EXPECT_THAT(ids(sequencer.release(start + wait_max)), ElementsAre(2));
}

}  // namespace
}  // namespace tillbridge::engine
