// Steps that are for fresh arrivals only.

#include <gmock/gmock.h>

#include "journal_suite.h"

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(JournalSuite, AStepForFreshArrivalsEndsWithThemWhenOneIsKnown) {
  const auto step_of = [](std::uint64_t id, const std::string& event) {
    Step step;
    step.only_if_fresh = true;
    step.arrivals = {arrival(id, event)};
    step.arrivals[0].state = ArrivalState::resolved;
    step.arrivals[0].record = RecordId{id + 1};
    step.records = {record(id + 1, "order/" + event)};
    step.deliveries = {delivery(id + 2, id + 1, "sale/" + event)};
    step.facts = {{"shop", "crm", "last", event, at_second(1)}};
    return step;
  };
  // The same event twice, and others around it, in one apply and after it.
  const std::vector<Step> steps{step_of(10, "e1"), step_of(20, "e2"), step_of(30, "e1"),
                                step_of(40, "e3"), step_of(50, "e2")};
  const auto receipts = writer_->apply(steps);
  ASSERT_TRUE(receipts) << receipts.error().what;
  EXPECT_THAT((*receipts)[0].duplicate_arrivals, IsEmpty());
  EXPECT_THAT((*receipts)[2].duplicate_arrivals, ElementsAre(ArrivalId{30}));
  EXPECT_THAT((*receipts)[2].existing_deliveries, IsEmpty());
  EXPECT_THAT((*receipts)[4].duplicate_arrivals, ElementsAre(ArrivalId{50}));
  EXPECT_THAT(apply(step_of(60, "e3")).duplicate_arrivals, ElementsAre(ArrivalId{60}));
  EXPECT_EQ(counts().arrivals, 6U);
  EXPECT_EQ(counts().arrivals_duplicate, 3U);
  EXPECT_EQ(counts().records, 3U);
  EXPECT_EQ(counts().deliveries, 3U);
  const auto journey = reader_->journey(RecordId{11});
  ASSERT_TRUE(journey && *journey);
  ASSERT_EQ((*journey)->arrivals.size(), 2U);
  EXPECT_EQ((*journey)->arrivals[0].state, ArrivalState::resolved);
  EXPECT_EQ((*journey)->arrivals[1].state, ArrivalState::duplicate) << "it is of the same event";
  const std::vector<std::string> keys{"last"};
  const auto facts = reader_->facts("shop", "crm", keys);
  ASSERT_TRUE(facts);
  EXPECT_EQ((*facts)[0], "e3") << "the step before the one that was left out";
  expect_sound();
}

// The second change of a delivery is applied after everything before it: the step that holds it is
// left out as a whole all the same.
TEST_P(JournalSuite, AStepForFreshArrivalsIsLeftOutWhereItChangesWhatChangedBefore) {
  apply({.records = {record(1, "order/1")}, .deliveries = {delivery(20, 1, "sale/1")}});
  Step known;
  known.only_if_fresh = true;
  known.arrivals = {arrival(12, "e1")};
  known.deliveries = {delivery(21, 1, "sale/2")};
  known.delivery_updates = {moved(20, DeliveryState::delivered)};
  known.attempts = {attempt(20, 2)};
  const std::vector<Step> steps{
      {.arrivals = {arrival(10, "e1")}},
      {.delivery_updates = {moved(20, DeliveryState::held)}, .attempts = {attempt(20, 1)}},
      known,
  };
  const auto receipts = writer_->apply(steps);
  ASSERT_TRUE(receipts) << receipts.error().what;
  EXPECT_THAT((*receipts)[2].duplicate_arrivals, ElementsAre(ArrivalId{12}));
  const auto journey = **reader_->journey(RecordId{1});
  ASSERT_EQ(journey.deliveries.size(), 1U);
  EXPECT_EQ(journey.deliveries[0].state, DeliveryState::held);
  EXPECT_EQ(counts().attempts, 1U);
  EXPECT_EQ(counts().deliveries_waiting, 1U);
  expect_sound();
}

}  // namespace tillbridge::journal
