// Pages of records and deliveries, replaced parts, erasure.

#include <utility>

#include <gmock/gmock.h>

#include "journal/pages.h"
#include "journal_suite.h"

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::string keys_of(const RecordPage& page) {
  std::string keys;
  for (const auto& row : page.rows) keys += (keys.empty() ? "" : " ") + row.key;
  return keys;
}

// Until the last page; at most this many.
std::vector<RecordRow> walk(Reader& reader, const RecordFilter& filter, std::size_t limit,
                            int pages_max, const std::function<void()>& between) {
  std::vector<RecordRow> rows;
  RecordId before;
  for (int page = 0; page < pages_max; ++page) {
    auto found = reader.records("shop", filter, before, limit);
    EXPECT_TRUE(found) << found.error().what;
    if (!found) return rows;
    EXPECT_LE(found->rows.size(), limit);
    for (auto& row : found->rows) rows.push_back(std::move(row));
    if (!found->next) return rows;
    before = *found->next;
    if (between) between();
  }
  ADD_FAILURE() << "no end after " << pages_max << " pages";
  return rows;
}

const std::string consent = "consent/email/Vera@example.com/1700000000";

// A consent of a person (record 1), an order of the same (2), and a consent of somebody else (3).
Step what_names_people() {
  const auto said = [](std::uint64_t id, const std::string& key) {
    auto a = arrival(id, key);
    a.subject = key;
    return a;
  };
  const auto resolved = [](std::uint64_t id, std::uint64_t record) {
    auto u = moved(id, ArrivalState::resolved);
    u.record = RecordId{record};
    return u;
  };
  auto theirs = record(1, consent);
  theirs.customer = "vera@example.com";
  theirs.search_keys = {"email:vera@example.com"};
  auto order = record(2, "order/20417");
  order.customer = "20417";  // a customer may have the number of their order
  order.search_keys = {"order:20417", "customer:20417", "email:vera@example.com"};
  auto other = record(3, "consent/email/ove@example.com/1700000000");
  other.customer = "ove@example.com";
  other.search_keys = {"email:ove@example.com"};
  auto unnamed = said(12, consent);
  unnamed.external_id.clear();
  auto of_order = said(13, "order/20417");
  of_order.external_id = "e1";
  auto known = resolved(12, 1);
  known.state = ArrivalState::received;  // is looked at again
  return {
      .arrivals = {said(10, consent), said(11, consent), unnamed, of_order, said(14, other.key)},
      .arrival_updates = {resolved(10, 1), known, resolved(13, 2), resolved(14, 3)},
      .records = {theirs, order, other}};
}

}  // namespace

TEST_P(JournalSuite, EveryRecordIsOnOnePageAlsoWhileNewOnesCome) {
  constexpr std::uint64_t many = 3'000;
  Step step;
  for (std::uint64_t n = 1; n <= many; ++n) {
    auto r = record(n, "order/" + std::to_string(n));
    r.payload.clear();
    step.records.push_back(std::move(r));
    if (n % 500 == 0) apply(std::exchange(step, {}));
  }
  std::uint64_t newest = many;
  const auto insert_more = [&] {
    ++newest;
    apply({.records = {record(newest, "order/" + std::to_string(newest))}});
  };
  const RecordFilter by_text{.text = "ORDER/"};
  for (const auto& filter : {RecordFilter{}, by_text}) {
    const std::uint64_t first = newest;
    const auto rows = walk(*reader_, filter, 70, 100, insert_more);
    ASSERT_EQ(rows.size(), first) << filter.text;
    for (std::uint64_t n = 0; n < rows.size(); ++n) ASSERT_EQ(rows[n].id.value, first - n);
  }
  EXPECT_GT(newest, many + 70);
  EXPECT_EQ(reader_->records("shop", {}, RecordId{}, 100'000)->rows.size(), page_rows_max);
  // Exactly full, and that was all.
  const auto last = reader_->records("shop", {}, RecordId{11}, 10);
  EXPECT_EQ(last->rows.size(), 10U);
  EXPECT_FALSE(last->next);
}

TEST_P(JournalSuite, RecordsAreNarrowedByWhatIsAsked) {
  auto a = record(1, "order/1");
  a.search_keys = {"order:1", "email:vera@example.com", "till:7"};
  auto b = record(2, "return/2");
  b.kind = "return";
  b.search_keys = {"order:1b", "email:vera@example.com", "till:8"};
  auto c = record(fresh_id(1), "order/3");
  c.store = "S2";
  c.state = RecordState::in_case;
  c.search_keys = {"email:VERA@other.com", "till:7"};
  auto elsewhere = record(fresh_id(2), "order/1");
  elsewhere.workspace = "shop2";
  apply({.records = {a, b, c, elsewhere}});
  const auto keys = [&](const RecordFilter& filter, std::uint64_t before = 0) {
    const auto page = reader_->records("shop", filter, RecordId{before}, 10);
    EXPECT_TRUE(page) << page.error().what;
    EXPECT_FALSE(page->next);
    return keys_of(*page);
  };
  EXPECT_EQ(keys({}), "order/3 return/2 order/1");
  EXPECT_EQ(keys({.kind = "return"}), "return/2");
  EXPECT_EQ(keys({.store = "S2"}), "order/3");
  EXPECT_EQ(keys({.state = RecordState::planned}), "return/2 order/1");
  EXPECT_EQ(keys({.text = "vera@"}), "order/3 return/2 order/1");
  EXPECT_EQ(keys({.text = "vera@"}, 2), "order/1");
  EXPECT_EQ(keys({.text = "vera@", .kind = "sale"}), "order/3 order/1");
  EXPECT_EQ(keys({.text = "7"}), "order/3 order/1");
  EXPECT_EQ(keys({.text = "7", .store = "S1"}), "order/1");
  EXPECT_EQ(keys({.text = "7"}, fresh_id(1)), "order/1");
  EXPECT_EQ(keys({.text = "7\n8"}), "");
  EXPECT_EQ(keys({.from = at_second(0)}), "order/3");
  EXPECT_EQ(keys({.until = at_second(0)}), "return/2 order/1");
  EXPECT_EQ(keys({.text = "vera@", .from = at_second(-9), .until = at_second(9)}), "order/3");
  EXPECT_EQ(keys({.text = "7", .until = at_second(0)}), "order/1");
  const auto page = reader_->records("shop", {.kind = "return"}, RecordId{}, 1);
  EXPECT_EQ(page->rows[0].payload, "");
  EXPECT_THAT(page->rows[0].search_keys,
              ElementsAre("order:1b", "email:vera@example.com", "till:8"));
}

TEST_P(JournalSuite, ANarrowFilterLooksAtABoundedNumberPerPage) {
  const std::uint64_t many = page_examined_max + 500;
  Step step;
  for (std::uint64_t n = 1; n <= many; ++n) {
    auto r = record(n, "order/" + std::to_string(n));
    r.payload.clear();
    r.search_keys = {"a:b"};
    if (n == 3) r.kind = "return";
    step.records.push_back(std::move(r));
    if (n % 500 == 0) apply(std::exchange(step, {}));  // no flow writes more in one step
  }
  for (const auto* text : {"", "a:b", "b"}) {
    const RecordFilter filter{.text = text, .kind = "return"};
    const auto first = reader_->records("shop", filter, RecordId{}, 10);
    EXPECT_THAT(first->rows, IsEmpty()) << text;
    EXPECT_EQ(first->next, RecordId{501}) << text;
    EXPECT_EQ(keys_of(*reader_->records("shop", filter, *first->next, 10)), "order/3") << text;
  }
  EXPECT_EQ(found_keys("a:b").size(), 10U);
}

TEST_P(JournalSuite, DeliveriesThatNeedSomethingAreListedByState) {
  auto elsewhere = record(3, "order/3");
  elsewhere.workspace = "shop2";
  Step step{.records = {record(1, "order/1"), record(2, "order/2"), elsewhere}};
  const std::vector<DeliveryState> states{DeliveryState::waiting,   DeliveryState::held,
                                          DeliveryState::parked,    DeliveryState::blocked,
                                          DeliveryState::delivered, DeliveryState::skipped};
  for (std::uint64_t n = 0; n < 60; ++n) {
    auto d = delivery(100 + n, 1 + n % 2, std::to_string(n));
    d.state = states[n % states.size()];
    if (n >= 30) d.connection = "mail";
    if (n >= 54) {
      d.workspace = elsewhere.workspace;
      d.record = elsewhere.id;
    }
    step.deliveries.push_back(d);
  }
  apply(step);
  const auto ids = [&](const std::string& connection, DeliveryState state) {
    std::vector<std::uint64_t> found;
    DeliveryId before;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = reader_->deliveries_in("shop", connection, state, before, 2);
      EXPECT_TRUE(page);
      EXPECT_EQ(page->rows.size(), page->record_keys.size());
      for (std::size_t at = 0; at < page->rows.size(); ++at) {
        const auto& row = page->rows[at];
        EXPECT_EQ(row.state, state);
        EXPECT_EQ(page->record_keys[at], "order/" + std::to_string(row.record.value));
        EXPECT_THAT(row.parts, IsEmpty());
        found.push_back(row.id.value);
      }
      if (!page->next) return found;
      before = *page->next;
    }
    ADD_FAILURE() << "no end";
    return found;
  };
  EXPECT_THAT(ids("", DeliveryState::parked),
              ElementsAre(150, 144, 138, 132, 126, 120, 114, 108, 102));
  EXPECT_THAT(ids("crm", DeliveryState::parked), ElementsAre(126, 120, 114, 108, 102));
  EXPECT_THAT(ids("mail", DeliveryState::blocked), ElementsAre(151, 145, 139, 133));
  EXPECT_THAT(ids("mail", DeliveryState::waiting), ElementsAre(148, 142, 136, 130));
  EXPECT_THAT(ids("crm", DeliveryState::held), ElementsAre(125, 119, 113, 107, 101));
  EXPECT_THAT(ids("none", DeliveryState::held), IsEmpty());
  EXPECT_FALSE(reader_->deliveries_in("shop", "", DeliveryState::delivered, {}, 2));
  apply({.delivery_updates = {moved(102, DeliveryState::waiting),
                              moved(125, DeliveryState::delivered)}});
  EXPECT_THAT(ids("crm", DeliveryState::parked), ElementsAre(126, 120, 114, 108));
  EXPECT_THAT(ids("crm", DeliveryState::held), ElementsAre(119, 113, 107, 101));
  expect_sound();
}

TEST_P(JournalSuite, PartsAreReplacedWhileADeliveryCanStillBeSent) {
  apply({.records = {record(1, "order/1")},
         .deliveries = {delivery(20, 1, "a"), delivery(21, 1, "b"), delivery(22, 1, "c"),
                        delivery(23, 1, "d")},
         .delivery_updates = {moved(20, DeliveryState::held), moved(21, DeliveryState::parked),
                              moved(22, DeliveryState::delivered),
                              moved(23, DeliveryState::skipped)}});
  Step step;
  for (const std::uint64_t id : {20U, 21U, 22U, 23U, 999U}) {
    step.delivery_parts.push_back({DeliveryId{id}, {"new", "parts"}, 9});
  }
  step.delivery_updates = {moved(21, DeliveryState::waiting)};
  step.delivery_updates[0].parts_done = 2;
  apply(step);
  const auto deliveries = (*reader_->journey(RecordId{1}))->deliveries;
  EXPECT_THAT(deliveries[0].parts, ElementsAre("new", "parts"));
  EXPECT_EQ(deliveries[0].parts_done, 0U);
  EXPECT_EQ(deliveries[0].settings_version, 9U);
  EXPECT_EQ(deliveries[0].state, DeliveryState::held);
  EXPECT_THAT(deliveries[1].parts, ElementsAre("new", "parts"));
  EXPECT_EQ(deliveries[1].parts_done, 2U) << "updates of the same step come after";
  for (const std::size_t at : {2U, 3U}) {
    EXPECT_EQ(deliveries[at].parts.size(), 3U);
    EXPECT_EQ(deliveries[at].settings_version, 3U);
  }
  EXPECT_EQ(open_deliveries()[0].parts, 2U);
  EXPECT_EQ(refused({.delivery_parts = {{DeliveryId{20}, {}, 1}}}), Error::Kind::corrupt);
  expect_sound();
}

TEST_P(JournalSuite, AnErasedRecordKeepsItsRowsAndNothingOfThePerson) {
  auto r = record(1, "order/1");
  r.customer = "c-90112";
  r.search_keys = {"order:1", "email:vera@example.com", "till:7", "pin:ve"};
  auto resolved = moved(10, ArrivalState::resolved);
  resolved.record = RecordId{1};
  Step step{.arrivals = {arrival(10, "e1")}, .arrival_updates = {resolved}, .records = {r}};
  for (std::uint64_t n = 0; n < 250; ++n) {
    auto d = delivery(1'000 + n, 1, "consent/email/vera@example.com/" + std::to_string(n));
    d.state = DeliveryState::delivered;
    step.deliveries.push_back(d);
  }
  step.deliveries.push_back(delivery(2'000, 1, "sale/1"));
  step.deliveries.push_back(delivery(2'001, 1, "customer/c-90112/3"));
  step.delivery_updates = {moved(2'001, DeliveryState::parked)};
  auto other = record(2, "order/2");
  other.search_keys = {"email:vera@example.com"};
  step.records.push_back(other);
  step.deliveries.push_back(delivery(3'000, 2, "consent/email/vera@example.com/x"));
  apply(step);
  const auto before = counts();

  apply({.erased = {{RecordId{1}, {"order:1", "erased:ok"}, "erased"},
                    {RecordId{999}, {}, "erased"}}});
  const auto journey = **reader_->journey(RecordId{1});
  EXPECT_EQ(journey.record.payload, "");
  EXPECT_EQ(journey.record.customer, "erased");
  EXPECT_THAT(journey.record.search_keys, ElementsAre("order:1", "erased:ok"));
  EXPECT_EQ(journey.arrivals[0].payload, "");
  EXPECT_EQ(journey.arrivals[0].external_id, "e1");
  for (const auto& d : journey.deliveries) {
    EXPECT_THAT(d.parts, IsEmpty());
    EXPECT_EQ(d.lane, "erased/" + std::to_string(d.id.value));
    EXPECT_EQ(d.effect, d.id.value == 2'000 ? "sale/1" : d.lane);
  }
  const auto& last = journey.deliveries[journey.deliveries.size() - 2];
  EXPECT_EQ(last.state, DeliveryState::skipped);
  EXPECT_EQ(last.reason, "erased");
  EXPECT_EQ(journey.deliveries.back().state, DeliveryState::skipped);
  EXPECT_EQ(journey.deliveries.front().state, DeliveryState::delivered);

  EXPECT_THAT(found_keys("vera@"), ElementsAre("order/2"));
  EXPECT_THAT(found_keys("ve"), IsEmpty());
  EXPECT_THAT(found_keys("erased:ok"), ElementsAre("order/1"));
  EXPECT_THAT(found_keys("ok"), ElementsAre("order/1"));
  EXPECT_EQ((*reader_->journey(RecordId{2}))->deliveries[0].parts.size(), 3U);
  EXPECT_EQ(counts().deliveries, before.deliveries);
  EXPECT_EQ(counts().deliveries_waiting, 1U);
  EXPECT_EQ(counts().deliveries_parked, 0U);
  EXPECT_THAT(apply({.arrivals = {arrival(11, "e1")}}).duplicate_arrivals,
              ElementsAre(ArrivalId{11}));
  expect_sound();
}

// As an erasure gathers what never became a record: in one step with the record that it is put to.
TEST_P(JournalSuite, ArrivalsThatAreGatheredAndErasedInOneStepNameNobody) {
  auto loose = arrival(10, "");
  loose.subject = "order_event/email/vera@example.com/customer/C-1";
  loose.state = ArrivalState::in_case;
  apply({.arrivals = {loose}});
  auto gathers = record(1, "erasure/7");
  gathers.search_keys = {"email:vera@example.com", "customer:C-1"};
  UpdateArrival update;
  update.id = ArrivalId{10};
  update.workspace = "shop";
  update.state = ArrivalState::in_case;
  update.record = RecordId{1};
  apply({.arrival_updates = {update},
         .records = {gathers},
         .erased = {{RecordId{1}, {}, "", "shop"}}});
  const auto row = **reader_->arrival(ArrivalId{10});
  EXPECT_EQ(row.subject, "erased/10");
  EXPECT_EQ(row.payload, "");
  const auto journey = **reader_->journey(RecordId{1});
  EXPECT_EQ(journey.record.key, "erasure/7");
  EXPECT_THAT(journey.record.search_keys, IsEmpty());
  EXPECT_THAT(found_keys("vera@"), IsEmpty());
  expect_sound();
}

TEST_P(JournalSuite, AnErasedRecordAndItsArrivalsAreCalledByTheirIds) {
  const Step step = what_names_people();
  apply(step);
  const auto ids_of_keys = [&] {
    const std::vector<std::string> keys{consent, "erased/1", "order/20417", step.records[2].key};
    std::vector<std::uint64_t> ids;
    const auto rows = *reader_->records_by_key("shop", keys, false);
    for (const auto& row : rows) {
      ids.push_back(row ? row->id.value : 0);
    }
    return ids;
  };
  EXPECT_THAT(ids_of_keys(), ElementsAre(1U, 0U, 2U, 3U));
  const auto before = counts();

  apply({.erased = {{RecordId{1}, {}, ""}, {RecordId{2}, {"order:20417"}, ""}}});
  EXPECT_THAT(ids_of_keys(), ElementsAre(0U, 1U, 2U, 3U));
  const auto names = [&](std::uint64_t id) {
    const auto row = **reader_->arrival(ArrivalId{id});
    return row.external_id + " " + row.subject;
  };
  EXPECT_EQ(names(10), "erased/10 erased/10");
  EXPECT_EQ(names(11), "erased/10 erased/11") << "a duplicate, which points at no record";
  EXPECT_EQ(names(12), " erased/12");
  EXPECT_EQ(names(13), "e1 order/20417");
  EXPECT_EQ(names(14), step.records[2].key + " " + step.records[2].key);
  const auto journey = **reader_->journey(RecordId{1});
  EXPECT_EQ(journey.record.key, "erased/1");
  EXPECT_EQ(journey.arrivals.size(), 3U) << "the duplicate is found as before";
  const std::vector<std::string> subjects{consent, "erased/1", "erased/12", "order/20417"};
  EXPECT_THAT(*reader_->known_subjects("shop", subjects), ElementsAre(false, true, true, true));
  ASSERT_EQ(open_arrivals().size(), 1U);
  EXPECT_EQ(open_arrivals()[0].subject, "erased/12");
  EXPECT_THAT(*reader_->search_arrivals("shop", consent, 10), IsEmpty());
  EXPECT_EQ(counts().arrivals, before.arrivals);
  EXPECT_EQ(counts().arrivals_duplicate, before.arrivals_duplicate);
  EXPECT_EQ(counts().records, before.records);
  expect_sound();

  if (!reopen()) return;
  EXPECT_THAT(ids_of_keys(), ElementsAre(0U, 1U, 2U, 3U));
}

TEST_P(JournalSuite, WhatComesAfterAnErasureFitsWithWhatItLeft) {
  const Step step = what_names_people();
  apply(step);
  apply({.erased = {{RecordId{1}, {}, ""}, {RecordId{2}, {"order:20417"}, ""}}});

  auto late = arrival(20, consent);
  auto of_order = arrival(21, "e1");
  EXPECT_THAT(apply({.arrivals = {late, of_order}}).duplicate_arrivals, ElementsAre(ArrivalId{21}));
  // Who read the records before puts them after: the consent stays without its name.
  auto again = step.records[0];
  again.version = 2;
  again.search_keys.clear();
  auto order = step.records[1];
  order.version = 2;
  order.search_keys = {"order:20417"};
  apply({.records = {again, order}});
  EXPECT_EQ((*reader_->journey(RecordId{1}))->record.key, "erased/1");
  EXPECT_EQ((*reader_->journey(RecordId{1}))->record.version, 2U);
  EXPECT_EQ((*reader_->journey(RecordId{2}))->record.version, 2U);
  // The person says it again.
  auto anew = step.records[0];
  anew.id = RecordId{4};
  anew.search_keys.clear();
  apply({.records = {anew}});
  EXPECT_EQ((*reader_->journey(RecordId{4}))->record.key, consent);
  again.version = 3;
  apply({.records = {again}});
  EXPECT_EQ((*reader_->journey(RecordId{1}))->record.version, 3U);
  EXPECT_EQ((*reader_->journey(RecordId{4}))->record.version, 1U);
  again.workspace = "shop2";
  EXPECT_EQ(refused({.records = {again}}), Error::Kind::corrupt);
  auto renamed = step.records[2];
  renamed.key = "erased/1";
  EXPECT_EQ(refused({.records = {renamed}}), Error::Kind::corrupt);
  expect_sound();

  apply({.erased = {
             {RecordId{1}, {}, ""}, {RecordId{2}, {"order:20417"}, ""}, {RecordId{4}, {}, ""}}});
  const std::vector<std::string> keys{consent, "erased/1", "erased/4"};
  const auto rows = *reader_->records_by_key("shop", keys, false);
  EXPECT_FALSE(rows[0]);
  EXPECT_EQ(rows[1]->id.value, 1U);
  EXPECT_EQ(rows[2]->id.value, 4U);
  auto settled = moved(12, ArrivalState::resolved);
  auto ignored = moved(20, ArrivalState::ignored);
  apply({.arrival_updates = {settled, ignored}});
  const Instant now{std::chrono::hours{24 * 365 * 60}};
  while (*writer_->retire(Retention{}, now, 100) > 0) {
  }
  EXPECT_EQ(counts().arrivals, 0U);
  EXPECT_EQ(counts().records, 0U);
  EXPECT_TRUE(apply({.arrivals = {arrival(30, "erased/10")}}).duplicate_arrivals.empty())
      << "the event went with its arrival";
  expect_sound();
}

}  // namespace tillbridge::journal
