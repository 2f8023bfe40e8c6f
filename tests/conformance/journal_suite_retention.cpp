// Retention: what may go, goes in its time; unfinished work never does.

#include <gmock/gmock.h>

#include "journal_suite.h"

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const Instant made_at = Instant{std::chrono::seconds{1'767'225'600}};  // of all fresh ids

constexpr Duration days(int n) {
  return std::chrono::hours{24 * n};
}

Step a_finished_sale() {
  auto resolved = moved(fresh_id(10), ArrivalState::resolved);
  resolved.record = RecordId{fresh_id(1)};
  auto r = record(fresh_id(1), "order/1");
  r.search_keys.emplace_back("till:7");
  return {.arrivals = {arrival(fresh_id(10), "e1"), arrival(fresh_id(11), "e1")},
          .arrival_updates = {resolved},
          .records = {r},
          .deliveries = {delivery(fresh_id(20), fresh_id(1), "sale/1")},
          .delivery_updates = {moved(fresh_id(20), DeliveryState::delivered)},
          .attempts = {attempt(fresh_id(20), 1), attempt(fresh_id(20), 2)}};
}

std::uint64_t retire_all(Writer& writer, Instant now, std::uint64_t rows = 100) {
  std::uint64_t gone = 0;
  for (;;) {
    const auto some = writer.retire(Retention{}, now, rows);
    EXPECT_TRUE(some) << some.error().what;
    if (!some || *some == 0) return gone;
    EXPECT_LE(*some, rows);
    gone += *some;
  }
}

}  // namespace

TEST_P(JournalSuite, NothingGoesBeforeItsTime) {
  apply(a_finished_sale());
  EXPECT_EQ(retire_all(*writer_, made_at + days(89)), 0U);
  EXPECT_EQ((*reader_->journey(RecordId{fresh_id(1)}))->deliveries[0].parts.size(), 3U);
}

TEST_P(JournalSuite, WhatIsTrueNowStaysHoweverOldItsIdIs) {
  Step step = a_finished_sale();
  step.arrivals.clear();
  step.arrival_updates.clear();
  step.records[0].kind = "stock";
  apply(step);
  EXPECT_GT(retire_all(*writer_, made_at + days(401)), 0U) << "its deliveries go";
  const auto journey = *reader_->journey(RecordId{fresh_id(1)});
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.payload, step.records[0].payload);
  EXPECT_THAT(journey->deliveries, IsEmpty());
}

TEST_P(JournalSuite, BodiesGoFirstThenRows) {
  apply(a_finished_sale());
  EXPECT_EQ(retire_all(*writer_, made_at + days(91), 1),
            3U);  // arrival, record, delivery; a duplicate has none
  auto journey = *reader_->journey(RecordId{fresh_id(1)});
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.payload, "");
  EXPECT_THAT(journey->deliveries[0].parts, IsEmpty());
  EXPECT_EQ(journey->deliveries[0].tries.size(), 2U);
  expect_sound();

  EXPECT_EQ(retire_all(*writer_, made_at + days(401), 1),
            7U);  // two arrivals, a delivery, a record, three totals
  EXPECT_FALSE(*reader_->journey(RecordId{fresh_id(1)}));
  EXPECT_THAT(found_keys("order/1"), IsEmpty());
  EXPECT_THAT(found_keys("7"), IsEmpty());
  const auto c = counts();
  EXPECT_EQ(c.arrivals + c.arrivals_duplicate + c.records + c.deliveries + c.attempts, 0U);
  expect_sound();
  // The keys are free again.
  EXPECT_THAT(apply({.arrivals = {arrival(fresh_id(30), "e1")},
                     .records = {record(fresh_id(31), "order/1")},
                     .deliveries = {delivery(fresh_id(32), fresh_id(31), "sale/1")}})
                  .existing_deliveries,
              IsEmpty());
}

TEST_P(JournalSuite, UnfinishedWorkStaysWhateverItsAge) {
  auto open_record = record(fresh_id(2), "order/2");
  open_record.state = RecordState::open;
  apply({.arrivals = {arrival(fresh_id(10), "e1")},
         .records = {record(fresh_id(1), "order/1"), open_record},
         .deliveries = {delivery(fresh_id(20), fresh_id(1), "a"),
                        delivery(fresh_id(21), fresh_id(1), "b"),
                        delivery(fresh_id(22), fresh_id(1), "c")},
         .delivery_updates = {moved(fresh_id(20), DeliveryState::held),
                              moved(fresh_id(21), DeliveryState::blocked)}});
  const auto before = counts();
  EXPECT_EQ(retire_all(*writer_, made_at + days(5000)), 2U);  // totals of the hour
  EXPECT_EQ(counts().deliveries, before.deliveries);
  const std::vector<DeliveryId> ids{DeliveryId{fresh_id(20)}, DeliveryId{fresh_id(21)},
                                    DeliveryId{fresh_id(22)}};
  EXPECT_TRUE(reader_->delivery_bodies(ids));
  EXPECT_EQ((*reader_->journey(RecordId{fresh_id(1)}))->record.payload,
            record(1, "order/1").payload);
  EXPECT_EQ(open_arrivals().size(), 1U);
  expect_sound();
}

TEST_P(JournalSuite, WhatAnOpenCaseIsAboutStaysUntilItIsClosed) {
  auto opened = case_of(fresh_id(50), "g", RecordId{fresh_id(1)});
  opened.delivery = DeliveryId{fresh_id(20)};
  opened.arrival = ArrivalId{fresh_id(10)};
  auto in_case = arrival(fresh_id(10), "e1");
  in_case.state = ArrivalState::in_case;
  apply({.arrivals = {in_case},
         .records = {record(fresh_id(1), "order/1")},
         .deliveries = {delivery(fresh_id(20), fresh_id(1), "a")},
         .delivery_updates = {moved(fresh_id(20), DeliveryState::parked)},
         .cases = {opened}});
  EXPECT_EQ(retire_all(*writer_, made_at + days(5000)), 2U);  // totals of the hour
  apply({.closed_cases = {{CaseId{fresh_id(50)}, at_second(9), "ann", "skipped"}}});
  EXPECT_EQ(retire_all(*writer_, made_at + days(500)),
            6U);  // three bodies, three rows; the case is audit
  EXPECT_EQ(reader_->cases("shop", false, 10)->size(), 1U);
  EXPECT_EQ(retire_all(*writer_, made_at + days(5000)), 2U);  // and its group
  EXPECT_THAT(*reader_->cases("shop", false, 10), IsEmpty());
  EXPECT_FALSE(*reader_->case_group(CaseGroupId{fresh_id(50)}));
  expect_sound();
}

TEST_P(JournalSuite, AuditNotesAndSettingsOutliveTheRest) {
  const auto note = [](std::uint64_t id, const std::string& kind) {
    return AddNote{NoteId{fresh_id(id)}, "shop", fresh_id(1), at_second(4), kind, kind};
  };
  auto kept = record(fresh_id(1), "order/1");
  kept.state = RecordState::open;
  apply({.records = {kept},
         .notes = {note(60, "hold"), note(61, "audit")},
         .settings = {{"shop", 1, made_at, "ann", "one"}, {"shop", 2, made_at, "ann", "two"}}});
  EXPECT_EQ(retire_all(*writer_, made_at + days(401)), 2U);  // a note, a total
  auto journey = *reader_->journey(RecordId{fresh_id(1)});
  ASSERT_EQ(journey->notes.size(), 1U);
  EXPECT_EQ(journey->notes[0].kind, "audit");
  EXPECT_EQ(retire_all(*writer_, made_at + days(365 * 7 + 1)),
            2U);  // the audit note, the older settings
  EXPECT_THAT((*reader_->journey(RecordId{fresh_id(1)}))->notes, IsEmpty());
  EXPECT_EQ((*reader_->latest_settings("shop"))->version, 2U);
}

TEST_P(JournalSuite, AuditRowsAndGroupsStayAsLongAsCases) {
  AddAudit audit;
  audit.id = AuditId{fresh_id(70)};
  audit.act = "user.add";
  apply({.cases = {case_of(fresh_id(50), "g", std::nullopt),
                   case_of(fresh_id(51), "h", std::nullopt)},
         .closed_cases = {{CaseId{fresh_id(50)}, at_second(9), "ann", ""}},
         .audits = {audit}});
  EXPECT_EQ(retire_all(*writer_, made_at + days(365 * 7 - 1)), 0U);
  // A group that was opened again long after is as old as its newest case.
  const std::uint64_t later =
      fresh_id(52) + lowest_id_at(made_at + days(1)) - lowest_id_at(made_at);
  apply({.cases = {case_of(later, "g", std::nullopt)},
         .closed_cases = {{CaseId{later}, at_second(9), "ann", ""}}});
  EXPECT_EQ(retire_all(*writer_, made_at + days(365 * 7) + std::chrono::hours{12}, 1), 2U);
  EXPECT_TRUE(*reader_->case_group(CaseGroupId{fresh_id(50)}));
  EXPECT_THAT(*reader_->audits({}, AuditId{}, 10), IsEmpty());
  EXPECT_EQ(retire_all(*writer_, made_at + days(365 * 7 + 2), 1), 2U);  // the case, its group
  EXPECT_FALSE(*reader_->case_group(CaseGroupId{fresh_id(50)}));
  EXPECT_TRUE(*reader_->case_group(CaseGroupId{fresh_id(51)})) << "it has an open case";
  expect_sound();
}

}  // namespace tillbridge::journal
