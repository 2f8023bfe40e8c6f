#include "base/ids.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge {
namespace {

using std::chrono::milliseconds;

TEST(Ids, RiseWithinOneMillisecondBeyondTheCounter) {
  ManualClock clock;
  IdSource ids(clock, 3);
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {  // the counter has 4,096 values
    const auto id = ids.next<RecordId>();
    ASSERT_GT(id.value, last);
    last = id.value;
  }
}

TEST(Ids, RiseAcrossARestart) {
  ManualClock clock;
  IdSource before(clock, 0);
  const auto last = before.next<ArrivalId>();
  clock.step_wall(-std::chrono::hours{5});
  IdSource after(clock, 0, last.value);
  EXPECT_GT(after.next<ArrivalId>(), last);
}

RC_GTEST_PROP(Ids, RiseUnderAnyStepsOfTheWallClock, ()) {
  ManualClock clock;
  IdSource ids(clock, 1);
  std::uint64_t last = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-100'000, 100'000));
  for (const int step_ms : steps) {
    clock.step_wall(milliseconds{step_ms});
    const auto id = ids.next<DeliveryId>();
    RC_ASSERT(id.value > last);
    last = id.value;
  }
}

RC_GTEST_PROP(Ids, TellWhenTheyWereMade, ()) {
  ManualClock clock;
  clock.step_wall(milliseconds{*rc::gen::inRange<std::int64_t>(0, 10'000'000'000)});
  IdSource ids(clock, 1023);
  const auto id = ids.next<NoteId>();
  RC_ASSERT(instant_of(id.value) == std::chrono::floor<milliseconds>(clock.now()));
  RC_ASSERT(lowest_id_at(clock.now()) <= id.value);
  RC_ASSERT(lowest_id_at(clock.now() + milliseconds{1}) > id.value);
}

TEST(Ids, OfTwoNodesDifferInTheSameMillisecond) {
  ManualClock clock;
  IdSource left(clock, 1);
  IdSource right(clock, 2);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    seen.insert(left.next<RecordId>().value);
    seen.insert(right.next<RecordId>().value);
  }
  EXPECT_EQ(seen.size(), 2'000U);
}

TEST(Ids, BeforeTheEpochIsTheLowestId) {
  EXPECT_EQ(lowest_id_at(Instant{}), 0U);
  EXPECT_FALSE(RecordId{});
  EXPECT_TRUE(RecordId{1});
}

TEST(Clock, AManualClockMovesOnlyWhenTold) {
  ManualClock clock;
  const auto wall = clock.now();
  const auto tick = clock.tick();
  clock.advance(milliseconds{5});
  EXPECT_EQ(clock.now() - wall, milliseconds{5});
  EXPECT_EQ(clock.tick() - tick, milliseconds{5});
  clock.step_wall(-milliseconds{50});
  EXPECT_EQ(clock.tick() - tick, milliseconds{5});
}

TEST(Clock, ASteppedSystemClockKeepsItsTicks) {
  SystemClock clock;
  const auto wall = clock.now();
  const auto tick = clock.tick();
  clock.step_by(-std::chrono::hours{1});
  EXPECT_LT(clock.now(), wall - std::chrono::minutes{50});
  EXPECT_GE(clock.tick(), tick);
  EXPECT_LT(clock.tick() - tick, std::chrono::minutes{5});
}

TEST(Clock, UnixTimesRoundDown) {
  EXPECT_EQ(to_unix_seconds(from_unix_us(1'999'999)), 1);
  EXPECT_EQ(to_unix_seconds(from_unix_us(-1)), -1);
  EXPECT_EQ(to_unix_us(from_unix_seconds(3)), 3'000'000);
}

}  // namespace
}  // namespace tillbridge
