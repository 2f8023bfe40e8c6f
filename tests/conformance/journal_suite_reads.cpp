// What readers find: search, journeys, cases, pages.

#include <gmock/gmock.h>

#include "journal/journey_limit.h"
#include "journal_suite.h"

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(JournalSuite, SearchFindsAnySubstringOfAKeyWithoutWildcards) {
  auto a = record(1, "order/20417");
  a.search_keys = {"order:20417", "email:Vera.Lind@Example.com", "discount:50%_off", "till:7"};
  auto b = record(2, "order/20418");
  b.search_keys = {"order:20418", "email:per@example.com", "discount:50xyoff", "quote:say\"hi\""};
  auto c = record(3, "order/20419");
  c.workspace = "shop2";
  c.search_keys = {"order:20419", "namn:Åsa Öberg"};
  apply({.records = {a, b, c}});
  EXPECT_THAT(found_keys("204"), ElementsAre("order/20418", "order/20417"));
  EXPECT_THAT(found_keys("204", ""), ElementsAre("order/20419", "order/20418", "order/20417"));
  EXPECT_THAT(found_keys("vera.lind@EXAMPLE"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys("50%_off"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys("50%"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys("%_o"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys("___"), IsEmpty());
  EXPECT_THAT(found_keys("20%17"), IsEmpty());
  EXPECT_THAT(found_keys("say\"hi\""), ElementsAre("order/20418"));
  EXPECT_THAT(found_keys("hi\" OR \"x"), IsEmpty());
  EXPECT_THAT(found_keys("Öberg", ""), ElementsAre("order/20419"));
  EXPECT_THAT(found_keys("20417\nemail"), IsEmpty());
  EXPECT_THAT(found_keys(""), IsEmpty());
  // Under three characters: a whole key or a whole value.
  EXPECT_THAT(found_keys("7"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys("20"), IsEmpty());
  EXPECT_EQ(reader_->search("shop", "204", 1)->size(), 1U);
  const std::string long_text(300, 'q');
  a.search_keys.push_back("long:" + long_text + "end");
  apply({.records = {a}});
  EXPECT_THAT(found_keys(long_text + "END"), ElementsAre("order/20417"));
  EXPECT_THAT(found_keys(long_text + "other"), IsEmpty());
  EXPECT_THAT(found_keys("7"), ElementsAre("order/20417"));
}

TEST_P(JournalSuite, AJourneyTellsEverything) {
  auto update = moved(10, ArrivalState::resolved);
  update.record = RecordId{1};
  auto a = case_of(50, "g", RecordId{1});
  a.delivery = DeliveryId{21};
  auto only_delivery = case_of(51, "h", std::nullopt);
  only_delivery.delivery = DeliveryId{20};
  const auto note = [](std::uint64_t id, std::uint64_t subject) {
    return AddNote{NoteId{id}, "shop", subject, at_second(4), "hold", "text " + std::to_string(id)};
  };
  apply({.arrivals = {arrival(10, "e1"), arrival(11, "e1"), arrival(12, "e2")}});
  apply({.arrival_updates = {update},
         .records = {record(1, "order/1")},
         .deliveries = {delivery(21, 1, "sale/1b"), delivery(20, 1, "sale/1")},
         .attempts = {attempt(20, 1), attempt(20, 2), attempt(21, 1)},
         .cases = {a, only_delivery},
         .notes = {note(63, 1), note(61, 20), note(62, 10), note(64, 12)}});
  const auto answer = reader_->journey(RecordId{1});
  ASSERT_TRUE(answer) << answer.error().what;
  ASSERT_TRUE(*answer);
  const auto& journey = **answer;
  EXPECT_EQ(journey.record.key, "order/1");
  EXPECT_EQ(journey.record.payload, record(1, "order/1").payload);
  ASSERT_EQ(journey.arrivals.size(), 2U);
  EXPECT_EQ(journey.arrivals[0].payload, arrival(10, "e1").payload);
  EXPECT_EQ(journey.arrivals[0].state, ArrivalState::resolved);
  EXPECT_EQ(journey.arrivals[1].id, ArrivalId{11});
  EXPECT_EQ(journey.arrivals[1].state, ArrivalState::duplicate);
  EXPECT_EQ(journey.arrivals[1].payload, "");
  ASSERT_EQ(journey.deliveries.size(), 2U);
  EXPECT_EQ(journey.deliveries[0].id, DeliveryId{20});
  EXPECT_EQ(journey.deliveries[0].effect, "sale/1");
  EXPECT_EQ(journey.deliveries[0].parts, delivery(20, 1, "sale/1").parts);
  ASSERT_EQ(journey.deliveries[0].tries.size(), 2U);
  EXPECT_EQ(journey.deliveries[0].tries[1].trigger, Trigger::retry);
  EXPECT_EQ(journey.deliveries[0].tries[1].http_status, 503);
  EXPECT_EQ(journey.deliveries[0].tries[1].took, std::chrono::milliseconds{12});
  EXPECT_EQ(journey.deliveries[0].tries[1].parts_sent, 5U);
  ASSERT_EQ(journey.cases.size(), 2U);
  EXPECT_EQ(journey.cases[0].record_key, "order/1");
  EXPECT_EQ(journey.cases[1].delivery, DeliveryId{20});
  ASSERT_EQ(journey.notes.size(), 3U);
  EXPECT_EQ(journey.notes[0].text, "text 61");
  EXPECT_EQ(journey.notes[2].subject, 1U);
  EXPECT_FALSE(*reader_->journey(RecordId{2}));
}

TEST_P(JournalSuite, AJourneyHoldsTheNewestDeliveriesOnly) {
  Step step{.records = {record(1, "stock/SKU-1")}};
  constexpr std::uint64_t more = 3;
  for (std::uint64_t n = 1; n <= journey_deliveries_max + more; ++n)
    step.deliveries.push_back(delivery(100 + n, 1, "stock/" + std::to_string(n)));
  apply(step);
  const auto answer = reader_->journey(RecordId{1});
  ASSERT_TRUE(answer && *answer);
  const auto& deliveries = (*answer)->deliveries;
  ASSERT_EQ(deliveries.size(), journey_deliveries_max);
  EXPECT_EQ(deliveries.front().id, DeliveryId{100 + more + 1});
  EXPECT_EQ(deliveries.back().id, DeliveryId{100 + more + journey_deliveries_max});
}

TEST_P(JournalSuite, ArrivalsWithoutARecordAreFoundByEventOrSubject) {
  auto malformed = arrival(12, "Bad-1");
  malformed.state = ArrivalState::in_case;
  malformed.reason = "no order id";
  auto resolved = moved(10, ArrivalState::resolved);
  resolved.record = RecordId{1};
  auto other = arrival(14, "bad-1");
  other.workspace = "shop2";
  apply({.arrivals = {arrival(10, "bad-0"), arrival(11, "e1"), malformed, arrival(13, "Bad-1"),
                      other},
         .arrival_updates = {resolved},
         .records = {record(1, "order/bad-0")}});
  const auto ids = [&](const std::string& workspace, const std::string& text) {
    std::vector<std::uint64_t> found;
    const auto rows = reader_->search_arrivals(workspace, text, 10);
    for (const auto& row : *rows) found.push_back(row.id.value);
    return found;
  };
  EXPECT_THAT(ids("shop", "bad"), ElementsAre(12U));
  EXPECT_THAT(ids("shop", "bad-0"), ElementsAre(10U));  // its own id leads to what it became
  EXPECT_THAT(ids("", "bad-0"), ElementsAre(10U));
  EXPECT_THAT(ids("shop2", "bad-0"), IsEmpty());
  EXPECT_THAT(ids("shop", "ORDER/"), ElementsAre(12U, 11U));
  EXPECT_THAT(ids("", "bad-1"), ElementsAre(14U, 12U));
  EXPECT_THAT(ids("shop", "%"), IsEmpty());
  EXPECT_EQ((*reader_->search_arrivals("shop", "bad-1", 10))[0].payload, malformed.payload);
}

TEST_P(JournalSuite, OpenCasesAreOncePerGroupAndRecord) {
  apply({.records = {record(1, "order/1"), record(2, "order/2")}});
  apply({.cases = {case_of(50, "g", RecordId{1}), case_of(51, "g", RecordId{1}),
                   case_of(52, "g", RecordId{2}), case_of(53, "g", std::nullopt),
                   case_of(54, "g", std::nullopt), case_of(55, "h", RecordId{1})}});
  const auto ids = [&](bool open_only) {
    std::vector<std::uint64_t> found;
    const auto rows = reader_->cases("shop", open_only, 10);
    for (const auto& row : *rows) found.push_back(row.id.value);
    return found;
  };
  EXPECT_THAT(ids(true), ElementsAre(55U, 53U, 52U, 50U));
  EXPECT_EQ(counts().cases_open, 4U);
  apply({.closed_cases = {{CaseId{50}, at_second(20), "ann", "sent again"}}});
  apply({.closed_cases = {{CaseId{50}, at_second(30), "bob", "too late"}}});
  EXPECT_THAT(ids(true), ElementsAre(55U, 53U, 52U));
  EXPECT_EQ(counts().cases_open, 3U);
  const auto all = *reader_->cases("shop", false, 10);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[3].closed_at, at_second(20));
  EXPECT_EQ(all[3].note, "sent again");
  EXPECT_EQ(all[3].record_key, "order/1");
  // A closed one does not keep a new one out.
  apply({.cases = {case_of(56, "g", RecordId{1})}});
  EXPECT_THAT(ids(true), ElementsAre(56U, 55U, 53U, 52U));
  EXPECT_EQ(reader_->cases("shop", true, 2)->size(), 2U);
  EXPECT_THAT(*reader_->cases("shop2", false, 10), IsEmpty());
  EXPECT_EQ(reader_->cases("", true, 10)->size(), 4U);
  expect_sound();
}

TEST_P(JournalSuite, SubjectsAreKnownWhileWaitingOrAsRecords) {
  apply({.arrivals = {arrival(10, "1"), arrival(11, "2"), arrival(12, "1b")},
         .records = {record(1, "order/3")}});
  apply({.arrival_updates = {moved(11, ArrivalState::ignored)}});
  const std::vector<std::string> subjects{"order/1", "order/2", "order/3", "order/4", "order/"};
  EXPECT_EQ(*reader_->known_subjects("shop", subjects),
            (std::vector<bool>{true, false, true, false, false}));
  EXPECT_EQ(*reader_->known_subjects("shop2", subjects), std::vector<bool>(5, false));
}

TEST_P(JournalSuite, OpenRecordsComeInIdOrderInPagesThatStayRightWhileTheyAreWorkedOn) {
  const auto open_record = [](std::uint64_t id, int changed) {
    auto r = record(id, "order/" + std::to_string(id));
    r.state = RecordState::open;
    r.changed_at = at_second(changed);
    return r;
  };
  apply({.records = {open_record(1, 30), open_record(2, 10), open_record(3, 20), open_record(4, 10),
                     record(5, "order/5")}});
  const auto ids = [&](std::uint64_t after, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const auto rows = reader_->open_records("shop", RecordId{after}, limit);
    for (const auto& row : *rows) found.push_back(row.id.value);
    return found;
  };
  EXPECT_THAT(ids(0, 10), ElementsAre(1U, 2U, 3U, 4U));
  EXPECT_THAT(ids(0, 2), ElementsAre(1U, 2U));
  EXPECT_THAT(ids(2, 2), ElementsAre(3U, 4U));
  EXPECT_THAT(ids(4, 2), IsEmpty());
  EXPECT_EQ(counts().records_open, 4U);
  // A change of a record on the first page moves nothing on the second.
  apply({.records = {open_record(2, 40), record(4, "order/4")}});
  EXPECT_THAT(ids(0, 10), ElementsAre(1U, 2U, 3U));
  EXPECT_THAT(ids(2, 2), ElementsAre(3U));
}

TEST_P(JournalSuite, OpenDeliveriesComeInIdOrderOfAllWorkspacesInPages) {
  Step step;
  auto elsewhere = record(2, "order/2");
  elsewhere.workspace = "shop2";
  elsewhere.store = "S2";
  step.records = {record(1, "order/1"), elsewhere};
  for (std::uint64_t id = 20; id < 30; ++id) {
    auto one = delivery(id, id % 3 == 0 ? 2 : 1, "sale/" + std::to_string(id));
    if (id % 3 == 0) one.workspace = "shop2";
    step.deliveries.push_back(one);
  }
  step.attempts = {attempt(22, 1), attempt(22, 2)};
  apply(std::move(step));
  const auto page = [this](std::uint64_t after, std::uint64_t until, std::size_t limit) {
    std::vector<std::uint64_t> ids;
    const auto found = reader_->open_deliveries(DeliveryId{after}, DeliveryId{until}, limit);
    EXPECT_TRUE(found) << found.error().what;
    if (found) {
      for (const OpenDelivery& one : *found) ids.push_back(one.id.value);
    }
    return ids;
  };
  EXPECT_THAT(page(0, 100, 4), ElementsAre(20, 21, 22, 23));
  EXPECT_THAT(page(23, 27, 10), ElementsAre(24, 25, 26, 27));
  EXPECT_THAT(page(29, 100, 10), IsEmpty());
  EXPECT_THAT(page(0, 19, 10), IsEmpty());
  const auto whole = reader_->open_deliveries(DeliveryId{20}, DeliveryId{22}, 10);
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->size(), 2U);
  EXPECT_EQ(whole->front().workspace, "shop2");
  EXPECT_EQ(whole->front().store, "S2");
  EXPECT_EQ(whole->back().store, "S1");
  EXPECT_EQ(whole->back().attempts_made, 2U);
  EXPECT_EQ(whole->back().parts, 3U);
  // Between two pages: one that was passed ends, one ahead ends, one ahead is tried, blocked, and
  // one is planned beyond the end.
  auto far = delivery(40, 1, "sale/40");
  apply(
      {.deliveries = {far},
       .delivery_updates = {moved(20, DeliveryState::delivered), moved(25, DeliveryState::skipped),
                            moved(26, DeliveryState::blocked), moved(21, DeliveryState::waiting)}});
  EXPECT_THAT(page(22, 29, 10), ElementsAre(23, 24, 26, 27, 28, 29));
  EXPECT_THAT(page(22, 29, 2), ElementsAre(23, 24));
  EXPECT_THAT(page(24, 29, 2), ElementsAre(26, 27));
}

TEST_P(JournalSuite, AnArrivalIsFoundByItsIdWithItsPayload) {
  auto first = arrival(fresh_id(10), "e1");
  first.source = ArrivalSource::sweep;
  first.happened_at = at_second(5);
  auto malformed = arrival(fresh_id(12), "e2");
  malformed.state = ArrivalState::in_case;
  malformed.reason = "no JSON";
  auto resolved = moved(fresh_id(10), ArrivalState::resolved);
  resolved.record = RecordId{fresh_id(1)};
  resolved.tries = 3;
  apply({.arrivals = {first, arrival(fresh_id(11), "e1"), malformed},
         .arrival_updates = {resolved},
         .records = {record(fresh_id(1), "order/1")}});
  const auto of = [&](std::uint64_t id) { return reader_->arrival(ArrivalId{id}); };
  ASSERT_TRUE(of(fresh_id(99)));
  EXPECT_FALSE(*of(fresh_id(99)));
  EXPECT_FALSE(*of(fresh_id(1))) << "a record";

  const auto found = **of(fresh_id(10));
  EXPECT_EQ(found.id.value, fresh_id(10));
  EXPECT_EQ(found.workspace, "shop");
  EXPECT_EQ(found.connection, "sitoo");
  EXPECT_EQ(found.source, ArrivalSource::sweep);
  EXPECT_EQ(found.external_id, "e1");
  EXPECT_EQ(found.subject, "order/e1");
  EXPECT_EQ(found.announces, "closed");
  EXPECT_EQ(found.state, ArrivalState::resolved);
  EXPECT_EQ(found.received_at, first.received_at);
  EXPECT_EQ(found.happened_at, first.happened_at);
  EXPECT_EQ(found.tries, 3U);
  EXPECT_EQ(found.payload, first.payload);
  EXPECT_EQ((*of(fresh_id(11)))->state, ArrivalState::duplicate);
  EXPECT_EQ((*of(fresh_id(11)))->payload, "");
  EXPECT_EQ((*of(fresh_id(12)))->reason, "no JSON");
  EXPECT_EQ((*of(fresh_id(12)))->payload, malformed.payload);

  const Instant made_at{std::chrono::seconds{1'767'225'600}};  // of the fresh ids
  ASSERT_TRUE(writer_->retire(Retention{}, made_at + std::chrono::hours{24 * 100}, 100));
  EXPECT_EQ((*of(fresh_id(10)))->payload, "") << "retired";
  EXPECT_EQ((*of(fresh_id(10)))->external_id, "e1");
  ASSERT_TRUE(writer_->retire(Retention{}, made_at + std::chrono::hours{24 * 500}, 100));
  EXPECT_FALSE(*of(fresh_id(10)));
}

}  // namespace tillbridge::journal
