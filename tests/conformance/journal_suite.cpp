#include "journal_suite.h"

#include <gmock/gmock.h>

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

void PrintTo(const StoreCase& store, std::ostream* out) {
  *out << store.name;
}

JournalSuite::JournalSuite() : maker_(GetParam().maker()), store_(maker_->make()) {
  auto writer = store_->open_writer();
  EXPECT_TRUE(writer) << writer.error().what;
  writer_ = std::move(*writer);
  auto reader = store_->open_reader();
  EXPECT_TRUE(reader) << reader.error().what;
  reader_ = std::move(*reader);
}

JournalSuite::~JournalSuite() = default;

Receipt JournalSuite::apply(Step step) {
  auto receipts = writer_->apply({&step, 1});
  EXPECT_TRUE(receipts) << receipts.error().what;
  writer_->maintain();  // as after every commit
  return receipts ? std::move(receipts->front()) : Receipt{};
}

Error::Kind JournalSuite::refused(Step step) {
  const auto receipts = writer_->apply({&step, 1});
  EXPECT_FALSE(receipts) << "the step was taken";
  return receipts ? Error::Kind::retry : receipts.error().kind;
}

bool JournalSuite::reopen() {
  writer_.reset();
  reader_.reset();
  store_.reset();
  store_ = maker_->reopen();
  if (!store_) return false;
  writer_ = std::move(*store_->open_writer());
  reader_ = std::move(*store_->open_reader());
  return true;
}

std::vector<OpenArrival> JournalSuite::open_arrivals() {
  std::vector<OpenArrival> found;
  EXPECT_TRUE(reader_->open_arrivals([&](const OpenArrival& a) { found.push_back(a); }));
  return found;
}

std::vector<OpenDelivery> JournalSuite::open_deliveries() {
  auto found = reader_->open_deliveries(DeliveryId{}, DeliveryId{~0ULL >> 1}, 1'000);
  EXPECT_TRUE(found) << found.error().what;
  return found ? std::move(*found) : std::vector<OpenDelivery>{};
}

std::vector<std::string> JournalSuite::found_keys(const std::string& text,
                                                  const std::string& workspace) {
  std::vector<std::string> keys;
  const auto found = reader_->search(workspace, text, 10);
  EXPECT_TRUE(found) << found.error().what;
  if (found) {
    for (const auto& row : *found) keys.push_back(row.key);
  }
  return keys;
}

Counts JournalSuite::counts() {
  const auto found = reader_->counts();
  EXPECT_TRUE(found);
  return found.value_or(Counts{});
}

void JournalSuite::expect_sound() {
  const auto findings = reader_->verify(nullptr);
  ASSERT_TRUE(findings);
  EXPECT_THAT(*findings, IsEmpty());
}

std::uint64_t fresh_id(std::uint64_t number) {
  return lowest_id_at(Instant{std::chrono::seconds{1'767'225'600}}) + number;
}

Instant at_second(int second) {
  return Instant{std::chrono::seconds{1'767'225'600 + second}};
}

AddArrival arrival(std::uint64_t id, const std::string& event) {
  AddArrival a;
  a.id = ArrivalId{id};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = event;
  a.subject = "order/" + event;
  a.announces = "closed";
  a.received_at = at_second(1);
  a.due_at = at_second(2);
  a.payload = "{\"event\":\"" + event + "\"}" + std::string(200, 'x');
  return a;
}

PutRecord record(std::uint64_t id, const std::string& key) {
  PutRecord r;
  r.id = RecordId{id};
  r.workspace = "shop";
  r.kind = "sale";
  r.key = key;
  r.state = RecordState::planned;
  r.settings_version = 3;
  r.happened_at = at_second(0);
  r.changed_at = at_second(5);
  r.store = "S1";
  r.customer = "c-1";
  r.search_keys = {"key:" + key};
  r.payload = "{\"key\":\"" + key + "\"}";
  return r;
}

AddDelivery delivery(std::uint64_t id, std::uint64_t of_record, const std::string& effect) {
  AddDelivery d;
  d.id = DeliveryId{id};
  d.workspace = "shop";
  d.record = RecordId{of_record};
  d.connection = "crm";
  d.flow = "sale_to_crm";
  d.effect = effect;
  d.lane = "customer/c-1";
  d.due_at = at_second(3);
  d.happened_at = at_second(0);
  d.settings_version = 3;
  d.parts = {"first part of " + effect, "", std::string("\0bytes\xff", 7)};
  return d;
}

OpenCase case_of(std::uint64_t id, const std::string& group, std::optional<RecordId> of_record) {
  OpenCase c;
  c.id = CaseId{id};
  c.workspace = "shop";
  c.type = "rejected_delivery";
  c.group = group;
  c.owner = "integration";
  c.record = of_record;
  c.opened_at = at_second(7);
  c.due_at = at_second(90);
  c.reason = "the platform refused it";
  return c;
}

AddAttempt attempt(std::uint64_t of_delivery, std::uint32_t number) {
  AddAttempt a;
  a.delivery = DeliveryId{of_delivery};
  a.number = number;
  a.trigger = number == 1 ? Trigger::first : Trigger::retry;
  a.at = at_second(6);
  a.took = std::chrono::milliseconds{12};
  a.outcome = "transient";
  a.http_status = 503;
  a.reason = "server error";
  a.parts_sent = 5;
  return a;
}

UpdateDelivery moved(std::uint64_t id, DeliveryState state) {
  UpdateDelivery u;
  u.id = DeliveryId{id};
  u.state = state;
  u.reason = "because";
  u.due_at = at_second(8);
  u.attempts = 2;
  u.parts_done = std::uint64_t{1} << 63U;
  return u;
}

UpdateArrival moved(std::uint64_t id, ArrivalState state) {
  UpdateArrival u;
  u.id = ArrivalId{id};
  u.state = state;
  u.due_at = at_second(9);
  u.tries = 2;
  return u;
}

TEST_P(JournalSuite, AnArrivalWaitsUntilItIsResolved) {
  auto a = arrival(10, "e1");
  a.happened_at = at_second(-5);
  apply({.arrivals = {a}});
  auto open = open_arrivals();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].id, a.id);
  EXPECT_EQ(open[0].subject, "order/e1");
  EXPECT_EQ(open[0].announces, "closed");
  EXPECT_EQ(open[0].happened_at, a.happened_at);
  EXPECT_EQ(open[0].due_at, a.due_at);
  apply({.arrival_updates = {moved(10, ArrivalState::received)}});
  open = open_arrivals();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].tries, 2U);
  EXPECT_EQ(open[0].due_at, at_second(9));
  apply({.arrival_updates = {moved(10, ArrivalState::resolved)}});
  EXPECT_THAT(open_arrivals(), IsEmpty());
}

TEST_P(JournalSuite, ASecondArrivalOfAnEventIsStoredAsDuplicate) {
  EXPECT_THAT(apply({.arrivals = {arrival(10, "e1")}}).duplicate_arrivals, IsEmpty());
  EXPECT_THAT(apply({.arrivals = {arrival(11, "e1")}}).duplicate_arrivals,
              ElementsAre(ArrivalId{11}));
  EXPECT_THAT(apply({.arrivals = {arrival(12, "e2"), arrival(13, "e2")}}).duplicate_arrivals,
              ElementsAre(ArrivalId{13}));
  auto elsewhere = arrival(14, "e1");
  elsewhere.connection = "other";
  auto other_workspace = arrival(15, "e1");
  other_workspace.workspace = "shop2";
  auto finding = arrival(16, "");
  auto other_finding = arrival(17, "");
  EXPECT_THAT(
      apply({.arrivals = {elsewhere, other_workspace, finding, other_finding}}).duplicate_arrivals,
      IsEmpty());
  EXPECT_EQ(open_arrivals().size(), 6U);
  EXPECT_EQ(counts().arrivals, 8U);
  EXPECT_EQ(counts().arrivals_duplicate, 2U);
  expect_sound();
}

TEST_P(JournalSuite, AnExistingEffectIsReportedAndNotStored) {
  apply({.records = {record(1, "order/1")}, .deliveries = {delivery(20, 1, "sale/1")}});
  auto again = delivery(21, 1, "sale/1");
  again.parts = {"other bytes"};
  auto elsewhere = delivery(22, 1, "sale/1");
  elsewhere.connection = "mail";
  const auto receipt = apply({.deliveries = {again, elsewhere}});
  EXPECT_THAT(receipt.existing_deliveries, ElementsAre(DeliveryId{21}));
  EXPECT_EQ(open_deliveries().size(), 2U);
  const std::vector<DeliveryId> ids{DeliveryId{22}, DeliveryId{20}};
  const auto bodies = reader_->delivery_bodies(ids);
  ASSERT_TRUE(bodies);
  EXPECT_EQ((*bodies)[0].id, DeliveryId{22});
  EXPECT_EQ((*bodies)[1].parts, delivery(20, 1, "sale/1").parts);
  const std::vector<DeliveryId> unknown{DeliveryId{21}};
  const auto missing = reader_->delivery_bodies(unknown);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::corrupt);
}

TEST_P(JournalSuite, OpenWorkComesInIdOrderWithAllItsFacts) {
  auto late = delivery(33, 1, "sale/3");
  late.state = DeliveryState::held;
  late.priority = Priority::money;
  late.on_reject = OnReject::block;
  late.settle = Settle::read_back;
  late.lane = "sku/7";
  apply({.records = {record(1, "order/1")},
         .deliveries = {late, delivery(31, 1, "sale/1"), delivery(32, 1, "sale/2")}});
  apply({.arrivals = {arrival(43, "c"), arrival(41, "a"), arrival(42, "b")}});
  apply(
      {.delivery_updates = {moved(31, DeliveryState::blocked), moved(32, DeliveryState::delivered)},
       .attempts = {attempt(31, 1), attempt(31, 2)}});
  std::vector<std::uint64_t> ids;
  for (const auto& a : open_arrivals()) ids.push_back(a.id.value);
  EXPECT_THAT(ids, ElementsAre(41U, 42U, 43U));
  const auto open = open_deliveries();
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[0].id, DeliveryId{31});
  EXPECT_EQ(open[0].state, DeliveryState::blocked);
  EXPECT_EQ(open[0].attempts, 2U);
  EXPECT_EQ(open[0].attempts_made, 2U);
  EXPECT_EQ(open[0].parts, 3U);
  EXPECT_EQ(open[0].parts_done, std::uint64_t{1} << 63U);
  EXPECT_EQ(open[1].state, DeliveryState::held);
  EXPECT_EQ(open[1].priority, Priority::money);
  EXPECT_EQ(open[1].on_reject, OnReject::block);
  EXPECT_EQ(open[1].settle, Settle::read_back);
  EXPECT_EQ(open[1].lane, "sku/7");
  EXPECT_EQ(open[1].record, RecordId{1});
  EXPECT_EQ(reader_->highest_id().value_or(0), 43U);
}

TEST_P(JournalSuite, ARecordIsReplacedUnderItsId) {
  apply({.records = {record(1, "order/1")}});
  auto next = record(1, "order/1");
  next.version = 2;
  next.state = RecordState::unidentified;
  next.search_keys = {"receipt:SII-9"};
  next.payload = "second";
  apply({.records = {next}});
  const std::vector<std::string> keys{"order/none", "order/1"};
  const auto found = reader_->records_by_key("shop", keys, true);
  ASSERT_TRUE(found);
  EXPECT_FALSE((*found)[0]);
  ASSERT_TRUE((*found)[1]);
  EXPECT_EQ((*found)[1]->version, 2U);
  EXPECT_EQ((*found)[1]->payload, "second");
  EXPECT_THAT((*found)[1]->search_keys, ElementsAre("receipt:SII-9"));
  EXPECT_EQ((*reader_->records_by_key("shop", keys, false))[1]->payload, "");
  EXPECT_FALSE((*reader_->records_by_key("shop2", keys, false))[1]);
  EXPECT_THAT(found_keys("key:order"), IsEmpty());
  EXPECT_THAT(found_keys("sii-9"), ElementsAre("order/1"));
  EXPECT_EQ(counts().records, 1U);
  EXPECT_EQ(counts().records_unidentified, 1U);
  expect_sound();
}

TEST_P(JournalSuite, AKeyUnderANewIdIsADefectAndLeavesNothing) {
  apply({.records = {record(1, "order/1")}});
  Step step{.arrivals = {arrival(10, "e1")},
            .records = {record(2, "order/1")},
            .cursors = {{"shop", "c", "1"}}};
  const auto answer = writer_->apply({&step, 1});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::corrupt);
  EXPECT_NE(answer.error().what.find("order/1"), std::string::npos) << answer.error().what;
  EXPECT_EQ(counts().arrivals, 0U);
  EXPECT_THAT(open_arrivals(), IsEmpty());
  EXPECT_FALSE(*reader_->cursor("shop", "c"));
  // Nothing of the failed step is in the way now.
  EXPECT_THAT(apply({.arrivals = {arrival(10, "e1")}}).duplicate_arrivals, IsEmpty());
  expect_sound();
}

TEST_P(JournalSuite, AStepThatFailsTakesTheWholeApplyBack) {
  apply({.records = {record(1, "order/1")}, .deliveries = {delivery(20, 1, "sale/1")}});
  std::vector<Step> steps(3);
  steps[0].arrivals = {arrival(10, "e1")};
  steps[0].records = {record(2, "order/2")};
  steps[0].deliveries = {delivery(21, 2, "sale/2")};
  steps[0].delivery_updates = {moved(20, DeliveryState::delivered)};
  steps[0].attempts = {attempt(20, 1)};
  steps[0].cases = {case_of(50, "g", RecordId{1})};
  steps[0].pauses = {{"shop", "crm", true, at_second(1), "me", "why"}};
  steps[0].settings = {{"shop", 1, at_second(1), "me", "doc"}};
  steps[1].delivery_updates = {moved(999, DeliveryState::delivered)};
  steps[2].arrivals = {arrival(11, "e2")};
  const auto before = counts();
  const auto answer = writer_->apply(steps);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::corrupt);
  EXPECT_THAT(open_arrivals(), IsEmpty());
  ASSERT_EQ(open_deliveries().size(), 1U);
  EXPECT_EQ(open_deliveries()[0].attempts_made, 0U);
  EXPECT_EQ(open_deliveries()[0].state, DeliveryState::waiting);
  EXPECT_THAT(found_keys("order/2"), IsEmpty());
  EXPECT_THAT(*reader_->pauses(), IsEmpty());
  EXPECT_FALSE(*reader_->latest_settings("shop"));
  EXPECT_THAT(*reader_->cases("shop", false, 10), IsEmpty());
  const auto after = counts();
  EXPECT_EQ(after.deliveries, before.deliveries);
  EXPECT_EQ(after.attempts, before.attempts);
  EXPECT_EQ(after.cases_open, before.cases_open);
  expect_sound();
}

TEST_P(JournalSuite, UnknownIdsAndReusedIdsAreDefects) {
  EXPECT_EQ(refused({.arrival_updates = {moved(1, ArrivalState::resolved)}}), Error::Kind::corrupt);
  EXPECT_EQ(refused({.delivery_updates = {moved(1, DeliveryState::delivered)}}),
            Error::Kind::corrupt);
  EXPECT_EQ(refused({.attempts = {attempt(1, 1)}}), Error::Kind::corrupt);
  EXPECT_EQ(refused({.closed_cases = {{CaseId{1}, at_second(1), "me", "done"}}}),
            Error::Kind::corrupt);
  apply({.arrivals = {arrival(10, "e1")}, .records = {record(1, "order/1")}});
  EXPECT_EQ(refused({.arrivals = {arrival(10, "e2")}}), Error::Kind::corrupt);
  EXPECT_EQ(refused({.records = {record(1, "order/2")}}), Error::Kind::corrupt);
  auto no_parts = delivery(20, 1, "sale/1");
  no_parts.parts.clear();
  EXPECT_EQ(refused({.deliveries = {no_parts}}), Error::Kind::corrupt);
  apply({.deliveries = {delivery(20, 1, "sale/1")}, .attempts = {attempt(20, 1)}});
  EXPECT_EQ(refused({.attempts = {attempt(20, 1)}}), Error::Kind::corrupt);
  EXPECT_EQ(refused({.deliveries = {delivery(20, 1, "sale/2")}}), Error::Kind::corrupt);
  expect_sound();
}

TEST_P(JournalSuite, CursorsPausesAndSettings) {
  EXPECT_FALSE(*reader_->cursor("shop", "poll"));
  apply({.cursors = {{"shop", "poll", "1"}, {"shop2", "poll", "9"}}});
  apply({.cursors = {{"shop", "poll", "2"}}});
  EXPECT_EQ(*reader_->cursor("shop", "poll"), "2");
  EXPECT_EQ(*reader_->cursor("shop2", "poll"), "9");

  apply({.pauses = {{"shop", "crm", true, at_second(1), "ann", "trouble"},
                    {"shop", "mail", true, at_second(2), "bob", ""}}});
  apply({.pauses = {{"shop", "mail", false, at_second(3), "bob", ""},
                    {"shop", "crm", true, at_second(4), "eve", "more"}}});
  const auto pauses = *reader_->pauses();
  ASSERT_EQ(pauses.size(), 1U);
  EXPECT_EQ(pauses[0].connection, "crm");
  EXPECT_EQ(pauses[0].by, "eve");
  EXPECT_EQ(pauses[0].at, at_second(4));

  apply({.settings = {{"shop", 1, at_second(1), "ann", "one"},
                      {"shop", 10, at_second(2), "ann", "ten"},
                      {"shop2", 99, at_second(2), "x", "y"}}});
  apply({.settings = {{"shop", 9, at_second(3), "ann", "nine"}}});
  const auto latest = *reader_->latest_settings("shop");
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->version, 10U);
  EXPECT_EQ(latest->document, "ten");
  EXPECT_EQ(refused({.settings = {{"shop", 10, at_second(3), "bob", "other"}}}),
            Error::Kind::corrupt);
}

TEST_P(JournalSuite, FactsAreReplacedForgottenAndKeptApart) {
  const std::vector<std::string> keys{"person/b", "person/a", "person/gone"};
  apply({.facts = {{"shop", "mail", "person/a", "1", at_second(1)},
                   {"shop", "mail", "person/b", "2", at_second(1)},
                   {"shop", "mail", "person/gone", "3", at_second(1)},
                   {"shop", "crm", "person/a", "8", at_second(1)},
                   {"shop2", "mail", "person/a", "9", at_second(1)}}});
  apply({.facts = {{"shop", "mail", "person/a", "4", at_second(2)},
                   {"shop", "mail", "person/gone", "", at_second(2)},
                   {"shop", "mail", "person/never", "", at_second(2)}}});
  const auto found = reader_->facts("shop", "mail", keys);
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, ElementsAre(std::optional<std::string>("2"), std::optional<std::string>("4"),
                                  std::nullopt));
  EXPECT_EQ((*reader_->facts("shop", "crm", keys))[1], "8");
  EXPECT_EQ((*reader_->facts("shop2", "mail", keys))[1], "9");
  if (!reopen()) GTEST_SKIP() << "keeps nothing";
  EXPECT_EQ((*reader_->facts("shop", "mail", keys))[1], "4");
}

TEST_P(JournalSuite, PlannedDeliveriesAreFoundByTheTimeInTheirId) {
  auto elsewhere = delivery(22, 1, "z");
  elsewhere.connection = "other";
  apply({.records = {record(1, "order/1")},
         .deliveries = {delivery(20, 1, "x"), delivery(21, 1, "y"), elsewhere, delivery(23, 1, "v"),
                        delivery(24, 1, "w")}});
  const auto effects = [&](std::uint64_t after, std::uint64_t until, std::size_t limit) {
    std::vector<std::string> found;
    const auto rows = reader_->deliveries_planned("shop", delivery(0, 1, "").connection,
                                                  DeliveryId{after}, DeliveryId{until}, limit);
    EXPECT_TRUE(rows);
    if (rows) {
      for (const auto& row : *rows) found.push_back(row.effect);
    }
    return found;
  };
  EXPECT_THAT(effects(20, 24, 10), ElementsAre("y", "v"));
  EXPECT_THAT(effects(0, 100, 2), ElementsAre("x", "y"));
  EXPECT_THAT(effects(24, 100, 10), IsEmpty());
}

TEST_P(JournalSuite, CountsFollowEveryChange) {
  apply({.arrivals = {arrival(10, "a"), arrival(11, "a"), arrival(12, "b")},
         .records = {record(1, "order/1")},
         .deliveries = {delivery(20, 1, "x"), delivery(21, 1, "y"), delivery(22, 1, "z")},
         .attempts = {attempt(20, 1)}});
  apply({.arrival_updates = {moved(10, ArrivalState::resolved)},
         .delivery_updates = {moved(20, DeliveryState::parked), moved(21, DeliveryState::held)}});
  auto c = counts();
  EXPECT_EQ(c.arrivals, 3U);
  EXPECT_EQ(c.arrivals_waiting, 1U);
  EXPECT_EQ(c.arrivals_duplicate, 1U);
  EXPECT_EQ(c.deliveries, 3U);
  EXPECT_EQ(c.deliveries_waiting, 2U);
  EXPECT_EQ(c.deliveries_parked, 1U);
  EXPECT_EQ(c.attempts, 1U);
  apply({.delivery_updates = {moved(20, DeliveryState::waiting)}});
  c = counts();
  EXPECT_EQ(c.deliveries_waiting, 3U);
  EXPECT_EQ(c.deliveries_parked, 0U);
  expect_sound();
}

TEST_P(JournalSuite, WhatWasAppliedIsThereAfterReopening) {
  auto update = moved(10, ArrivalState::resolved);
  update.record = RecordId{1};
  apply({.arrivals = {arrival(10, "e1"), arrival(11, "e2")},
         .arrival_updates = {update},
         .records = {record(1, "order/1")},
         .deliveries = {delivery(20, 1, "sale/1")},
         .attempts = {attempt(20, 1)},
         .cases = {case_of(50, "g", RecordId{1})},
         .cursors = {{"shop", "poll", "7"}},
         .facts = {{"shop", "mail", "k", "v", at_second(1)}},
         .pauses = {{"shop", "crm", true, at_second(1), "ann", "x"}},
         .settings = {{"shop", 4, at_second(1), "ann", "doc"}}});
  const auto before = counts();
  if (!reopen()) GTEST_SKIP() << "keeps nothing";
  EXPECT_EQ(open_arrivals().size(), 1U);
  EXPECT_EQ(open_deliveries().size(), 1U);
  EXPECT_THAT(found_keys("order/1"), ElementsAre("order/1"));
  EXPECT_EQ(*reader_->cursor("shop", "poll"), "7");
  EXPECT_EQ(reader_->pauses()->size(), 1U);
  EXPECT_EQ((*reader_->latest_settings("shop"))->version, 4U);
  EXPECT_EQ((*reader_->journey(RecordId{1}))->deliveries[0].tries.size(), 1U);
  EXPECT_EQ(counts().arrivals, before.arrivals);
  EXPECT_EQ(counts().cases_open, 1U);
  EXPECT_THAT(apply({.arrivals = {arrival(12, "e1")}}).duplicate_arrivals,
              ElementsAre(ArrivalId{12}));
  expect_sound();
}

TEST_P(JournalSuite, StepsOfOneApplyHappenOneAfterTheOther) {
  const auto close = [](std::uint64_t id) {
    return CloseCase{CaseId{id}, at_second(20), "ann", "done", "shop"};
  };
  const auto replaced = [](std::uint64_t id, const std::string& part) {
    return ReplaceDeliveryParts{DeliveryId{id}, {part}, 9, "shop"};
  };
  auto second = record(1, "order/1");
  second.version = 2;
  second.search_keys = {"till:8"};
  auto resolved = moved(10, ArrivalState::resolved);
  resolved.record = RecordId{1};
  resolved.workspace = "shop";
  std::vector<Step> steps{
      {.arrivals = {arrival(10, "e1")}, .records = {record(1, "order/1")}},
      {.deliveries = {delivery(20, 1, "a"), delivery(21, 1, "b"), delivery(22, 1, "a")}},
      {.delivery_updates = {moved(20, DeliveryState::delivered), moved(21, DeliveryState::parked)}},
      {.delivery_parts = {replaced(20, "too late"), replaced(21, "new")}},
      {.arrivals = {arrival(11, "e1")}, .delivery_updates = {moved(21, DeliveryState::waiting)}},
      {.arrival_updates = {moved(10, ArrivalState::received)}, .records = {second}},
      {.arrival_updates = {resolved}, .attempts = {attempt(21, 1)}},
      {.cases = {case_of(50, "g", RecordId{1})}, .cursors = {{"shop", "c", "1"}}},
      {.closed_cases = {close(50)}, .facts = {{"shop", "crm", "k", "1", at_second(1)}}},
      {.cases = {case_of(51, "g", RecordId{1})}, .cursors = {{"shop", "c", "2"}}},
      {.facts = {{"shop", "crm", "k", "", at_second(1)}},
       .pauses = {{"shop", "crm", true, at_second(1), "ann", ""}}},
      {.pauses = {{"shop", "crm", false, at_second(1), "ann", ""}}},
      {.erased = {{RecordId{1}, {"order:1"}, "gone", "shop"}}},
      {.records = {record(2, "order/2")}, .deliveries = {delivery(30, 2, "c")}},
  };
  const auto receipts = writer_->apply(steps);
  ASSERT_TRUE(receipts) << receipts.error().what;
  EXPECT_THAT((*receipts)[1].existing_deliveries, ElementsAre(DeliveryId{22}));
  EXPECT_THAT((*receipts)[4].duplicate_arrivals, ElementsAre(ArrivalId{11}));
  const auto journey = **reader_->journey(RecordId{1});
  EXPECT_EQ(journey.record.version, 2U);
  EXPECT_EQ(journey.record.customer, "gone");
  EXPECT_THAT(journey.record.search_keys, ElementsAre("order:1"));
  ASSERT_EQ(journey.deliveries.size(), 2U);
  EXPECT_EQ(journey.deliveries[0].settings_version, 3U);
  EXPECT_EQ(journey.deliveries[1].settings_version, 9U);
  EXPECT_EQ(journey.deliveries[1].state, DeliveryState::skipped);
  EXPECT_EQ(journey.arrivals[0].state, ArrivalState::resolved);
  EXPECT_THAT(found_keys("8"), IsEmpty());
  const auto group = **reader_->case_group(CaseGroupId{50});
  EXPECT_EQ(group.open, 1U);
  EXPECT_EQ(group.reopened, 1U);
  EXPECT_EQ(*reader_->cursor("shop", "c"), "2");
  EXPECT_FALSE((*reader_->facts("shop", "crm", std::vector<std::string>{"k"}))[0]);
  EXPECT_THAT(*reader_->pauses(), IsEmpty());
  ASSERT_EQ(open_deliveries().size(), 1U);
  EXPECT_EQ(counts().deliveries, 3U);
  expect_sound();
}

TEST_P(JournalSuite, OneWriterOnly) {
  const auto second = store_->open_writer();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::unavailable);
}

}  // namespace tillbridge::journal
