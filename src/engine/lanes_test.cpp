#include "engine/lanes.h"

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using journal::Priority;
using std::chrono::seconds;

constexpr Tick start{seconds{100}};

Item item(std::uint64_t id, std::uint64_t lane, Priority priority = Priority::sale) {
  Item made;
  made.id = DeliveryId{id};
  made.lane = lane;
  made.priority = priority;
  return made;
}

std::uint64_t taken(Lanes& lanes, Tick now = start) {
  lanes.wake(now);
  return lanes.has_ready() ? lanes.take().id.value : 0;
}

TEST(Lanes, GiveTheHeadOnlyAndTheNextAfterIt) {
  Lanes lanes;
  for (const std::uint64_t id : {1U, 2U, 3U}) lanes.add(item(id, 7), start);
  EXPECT_EQ(taken(lanes), 1U);
  EXPECT_EQ(taken(lanes), 0U) << "the lane is busy";
  lanes.finish(7);
  EXPECT_EQ(taken(lanes), 2U);
  lanes.finish(7);
  EXPECT_EQ(taken(lanes), 3U);
  lanes.finish(7);
  EXPECT_EQ(lanes.size(), 0U);
  EXPECT_EQ(lanes.lane_count(), 0U);
}

TEST(Lanes, TakeTheMostUrgentThenTheOldest) {
  Lanes lanes;
  lanes.add(item(1, 1, Priority::maintenance), start);
  lanes.add(item(2, 2, Priority::sale), start);
  lanes.add(item(3, 3, Priority::money), start);
  lanes.add(item(4, 4, Priority::sale), start);
  for (const std::uint64_t expected : {3U, 2U, 4U, 1U}) {
    EXPECT_EQ(lanes.peek() == nullptr, expected == 3U) << "nothing is ready before wake()";
    EXPECT_EQ(taken(lanes), expected);
  }
}

TEST(Lanes, AUrgentDeliveryDoesNotOvertakeInItsLane) {
  Lanes lanes;
  lanes.add(item(1, 1, Priority::maintenance), start);
  lanes.add(item(2, 1, Priority::money), start);
  EXPECT_EQ(taken(lanes), 1U);
}

TEST(Lanes, ARetryStaysTheHeadWithWhatChanged) {
  Lanes lanes;
  lanes.add(item(1, 7), start);
  lanes.add(item(2, 7), start);
  lanes.wake(start);
  Item head = lanes.take();
  head.attempts = 4;
  lanes.retry(head, start + seconds{5});
  EXPECT_EQ(lanes.next_due(), start + seconds{5});
  EXPECT_EQ(taken(lanes, start + seconds{4}), 0U);
  lanes.wake(start + seconds{5});
  head = lanes.take();
  EXPECT_EQ(head.id.value, 1U);
  EXPECT_EQ(head.attempts, 4U);
}

TEST(Lanes, AHeadWaitsForItsTick) {
  Lanes lanes;
  lanes.add(item(1, 1), start + seconds{3});
  lanes.add(item(2, 2), start + seconds{1});
  EXPECT_EQ(lanes.next_due(), start + seconds{1});
  EXPECT_EQ(taken(lanes), 0U);
  EXPECT_EQ(taken(lanes, start + seconds{2}), 2U);
  EXPECT_EQ(lanes.next_due(), start + seconds{3});
}

TEST(Lanes, PutBackIsReadyAtOnce) {
  Lanes lanes;
  lanes.add(item(1, 1), start);
  EXPECT_EQ(taken(lanes), 1U);
  lanes.put_back(1);
  EXPECT_EQ(taken(lanes), 1U);
}

TEST(Lanes, ABlockedHeadHoldsItsLaneAndNoOther) {
  Lanes lanes;
  lanes.add(item(1, 1), start);
  lanes.add(item(2, 1), start);
  lanes.wake(start);
  lanes.block(lanes.take());
  lanes.add(item(3, 2), start);
  EXPECT_EQ(taken(lanes), 3U);
  EXPECT_EQ(taken(lanes, start + seconds{1000}), 0U);
  EXPECT_EQ(lanes.blocked_count(), 1U);
  lanes.drop_blocked(1);
  EXPECT_EQ(lanes.blocked_count(), 0U);
  EXPECT_EQ(taken(lanes), 2U);
}

TEST(Lanes, SayWhichDeliveryBlocksALane) {
  Lanes lanes;
  lanes.add_blocked(item(1, 1));
  lanes.add(item(2, 1), start);
  lanes.add(item(3, 2), start);
  EXPECT_TRUE(lanes.blocked_by(1, DeliveryId{1}));
  EXPECT_FALSE(lanes.blocked_by(1, DeliveryId{2})) << "it waits behind";
  EXPECT_FALSE(lanes.blocked_by(2, DeliveryId{3}));
  EXPECT_FALSE(lanes.blocked_by(3, DeliveryId{1})) << "there is no such lane";
  lanes.drop_blocked(1);
  EXPECT_FALSE(lanes.blocked_by(1, DeliveryId{1}));
}

TEST(Lanes, ABlockedHeadThatIsReleasedKnowsItsDoneParts) {
  Lanes lanes;
  lanes.add(item(1, 1), start);
  lanes.wake(start);
  Item head = lanes.take();
  head.parts_done = 0b1;
  lanes.block(head);
  head.next_trigger = journal::Trigger::operator_;
  lanes.release_blocked(head, start);
  lanes.wake(start);
  const Item again = lanes.take();
  EXPECT_EQ(again.parts_done, 0b1U);
  EXPECT_EQ(again.next_trigger, journal::Trigger::operator_);
}

TEST(Lanes, ABlockedDeliveryFoundAtStartHoldsWhatFollows) {
  Lanes lanes;
  lanes.add_blocked(item(1, 1));
  lanes.add(item(2, 1), start);
  EXPECT_EQ(taken(lanes), 0U);
  lanes.release_blocked(item(1, 1), start);
  EXPECT_EQ(taken(lanes), 1U);
  lanes.finish(1);
  EXPECT_EQ(taken(lanes), 2U);
}

TEST(Lanes, ReuseTheirSlots) {
  Lanes lanes;
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    lanes.add(item(id, id % 3), start);
    ASSERT_EQ(taken(lanes), id);
    lanes.finish(id % 3);
    ASSERT_EQ(lanes.size(), 0U);
  }
}

}  // namespace
}  // namespace tillbridge::engine
