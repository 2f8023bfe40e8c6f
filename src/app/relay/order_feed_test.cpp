// From the POST of an order event to the POSTs that follow from it (docs/formats/order_event.md).

#include "app/relay/order_feed.h"

#include <algorithm>

#include "app/desk/privacy_platforms.h"
#include "app/desk/privacy_search.h"
#include "app/desk/record_acts.h"
#include "app/relay/rewritten.h"
#include "app/test_bench.h"
#include "app/workspace.h"
#include "connectors/relay/order_event_examples.h"

namespace tillbridge::app {
namespace {

using connectors::relay::examples::order_event_with;
using journal::ArrivalState;
using journal::DeliveryState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string event(const std::string& id, const std::string& customer = "C-4471") {
  std::string text = order_event_with("9f2c-000001", id);
  return text.replace(text.find("C-4471"), 6, customer);
}

// One workspace as the hub runs it, with two endpoints that answer from a script.
class FeedBench : public test::JournalBench, public testing::Test {
 public:
  explicit FeedBench(journal::JournalSettings limits = {})
      : JournalBench(limits),
        transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    begin();
  }
  ~FeedBench() override { stop(); }

  void begin() {
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    shop = std::make_unique<WorkspaceRuntime>(around, settings, 1, "/nowhere");
    static constexpr DeliveryId last{0x7fff'ffff'ffff'ffff};
    static constexpr std::size_t all = 1'000;
    for (const auto& open : ask<std::vector<journal::OpenDelivery>>([](journal::Reader& reader) {
           return reader.open_deliveries(DeliveryId{}, last, all);
         }))
      shop->adopt(open);
    shop->start(tasks);
  }
  void stop() {
    if (!shop) return;
    shop->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
    shop.reset();
  }

  static Workspace two_relays() {
    Workspace made;
    made.name = test::workspace_name;
    made.sitoo = test::sitoo_config();
    made.feed.on = true;
    made.feed.token = Secret{"a token of the feed"};
    for (const char* name : {"warehouse", "loyalty"}) {
      RelaySettings relay;
      relay.endpoint.name = name;
      relay.endpoint.url = std::string("https://") + name + ".test/orders";
      made.relays.push_back(std::move(relay));
    }
    made.relays[1].mode = Mode::shadow;
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.url.starts_with("http://sitoo.test")) return sitoo.answer(request);
    sent.push_back(request.url.substr(8, request.url.find('.') - 8) + " " + key_of(request));
    outbound::HttpAnswer made;
    made.status = 200;
    if (statuses.empty()) return made;
    made.status = statuses.front();
    statuses.pop_front();
    return made;
  }
  static std::string key_of(const outbound::HttpRequest& request) {
    for (const auto& [name, value] : request.headers) {
      if (name == "Idempotency-Key") return value;
    }
    return "";
  }

  http::Reply post(std::string body, const std::string& token = "Bearer a token of the feed") {
    http::Request request = test::delivery_of(std::move(body), token);
    return await(shop->order_feed()->receive(std::move(request)));
  }
  bool delivered(std::size_t calls) {
    return run_until([&] { return sent.size() >= calls && shop->idle(); });
  }
  std::vector<journal::RecordRow> records(const std::string& text) {
    return ask<std::vector<journal::RecordRow>>(
        [text](journal::Reader& reader) { return reader.search("", text, 100); });
  }
  journal::Journey only_journey() {
    const auto found = records("W-1001");
    EXPECT_THAT(found, SizeIs(1));
    const RecordId id = found.at(0).id;
    return *ask<std::optional<journal::Journey>>(
        [id](journal::Reader& reader) { return reader.journey(id); });
  }

  Workspace settings = two_relays();
  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  TaskGroup tasks;
  std::deque<int> statuses;       // of the next calls; then 200
  std::vector<std::string> sent;  // "warehouse e-1"
  std::unique_ptr<WorkspaceRuntime> shop;
};
class OrderFeedTest : public FeedBench {};

TEST_F(OrderFeedTest, AnEventIsAnsweredKeptAndSentOn) {
  const std::string body = event("e-1");
  const auto reply = post(body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1"));
  // Sitoo is asked for orders meanwhile, before or after.
  const auto requests = transport.requests();
  const auto told = std::find_if(requests.begin(), requests.end(), [](const auto& request) {
    return request.url == "https://warehouse.test/orders";
  });
  ASSERT_NE(told, requests.end());
  EXPECT_THAT(told->body, HasSubstr(R"("order_number":"W-1001")"));
  EXPECT_THAT(told->body, HasSubstr(R"("total":"902.00","vat":"180.40")"));

  const journal::Journey journey = only_journey();
  EXPECT_EQ(journey.record.kind, "order_event");
  EXPECT_EQ(journey.record.key, "order_event/e-1");
  EXPECT_EQ(journey.record.customer, "C-4471");
  EXPECT_EQ(journey.record.store, "7");
  ASSERT_THAT(journey.arrivals, SizeIs(1));
  EXPECT_EQ(journey.arrivals[0].state, ArrivalState::resolved);
  EXPECT_EQ(journey.arrivals[0].connection, "feed");
  EXPECT_EQ(journey.arrivals[0].payload, body);
  ASSERT_THAT(journey.deliveries, SizeIs(2));
  EXPECT_EQ(journey.deliveries[0].connection, "warehouse");
  EXPECT_EQ(journey.deliveries[0].state, DeliveryState::delivered);
  EXPECT_EQ(journey.deliveries[0].lane, "customer/C-4471");
  ASSERT_THAT(journey.deliveries[0].tries, SizeIs(1));
  EXPECT_EQ(journey.deliveries[0].tries[0].http_status, 200);
  EXPECT_EQ(journey.deliveries[1].state, DeliveryState::skipped) << "shadow";
  for (const char* text : {"R-77", "C-4471", "astrid@example.com"})
    EXPECT_THAT(records(text), SizeIs(1)) << text;
}

TEST_F(OrderFeedTest, ARepeatedEventIsKnownAndGoesNowhere) {
  EXPECT_EQ(post(event("e-1")).status, 200);
  EXPECT_EQ(post(event("e-1")).status, 200);
  EXPECT_EQ(post(event("e-1", "C-2")).status, 200) << "the id counts, whatever it says";
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1"));
  EXPECT_EQ(counts().arrivals, 3U);
  EXPECT_EQ(counts().arrivals_duplicate, 2U);
  EXPECT_EQ(counts().records, 1U);
  EXPECT_EQ(counts().deliveries, 2U);
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(OrderFeedTest, WhatRepeatsItselfAtTheSameTimeIsTakenOnce) {
  int answered = 0;
  for (int at = 0; at < 3; ++at) {
    http::Request request = test::delivery_of(event("e-1"), "Bearer a token of the feed");
    boost::asio::co_spawn(loop, shop->order_feed()->receive(std::move(request)),
                          [&](const std::exception_ptr&, const http::Reply& reply) {
                            EXPECT_EQ(reply.status, 200);
                            ++answered;
                          });
  }
  ASSERT_TRUE(run_until([&] { return answered == 3; }));
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1"));
  EXPECT_EQ(counts().records, 1U);
}

TEST_F(OrderFeedTest, OnlyTheTokenLetsIn) {
  for (const char* wrong :
       {"", "Bearer", "Bearer ", "Bearer a token of the fee", "Bearer a token of the feed ",
        "bearer a token of the feed", "Basic dGlsbGJyaWRnZTpsZXRtZWlu"})
    EXPECT_EQ(post(event("e-1"), wrong).status, 401) << wrong;
  EXPECT_EQ(counts().arrivals, 0U);
}

TEST_F(OrderFeedTest, WhatIsNoEventIsRefusedAndNotKept) {
  for (const char* body : {"", "hello", "[]", "{}", R"({"event_id":""})"}) {
    const auto reply = post(body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr(R"({"error":")"));
  }
  EXPECT_EQ(post(std::string(settings.feed.body_bytes_max + 1, ' ')).status, 413);
  EXPECT_EQ(counts().arrivals, 0U);
}

TEST_F(OrderFeedTest, AnEventThatCannotBeUsedIsKeptWithACaseAndMayComeAgain) {
  std::string broken = event("e-1");
  broken.replace(broken.find("\"504.00\""), 8, "null");
  const auto reply = post(broken);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.body, R"({"error":"lines[1].price is missing"})");
  const auto cases = open_cases();
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_EQ(cases[0].type, "malformed_event");
  EXPECT_THAT(cases[0].reason, HasSubstr("lines[1].price is missing"));
  EXPECT_EQ(counts().arrivals, 1U);
  EXPECT_EQ(counts().records, 0U);
  EXPECT_EQ(post(event("e-1")).status, 200);
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1"));
}

TEST_F(OrderFeedTest, WhatCannotBeUsedIsFoundByThePersonItNames) {
  std::string broken = event("e-1");
  broken.replace(broken.find("\"504.00\""), 8, "null");
  EXPECT_EQ(post(broken).status, 422);
  const PrivacyPlace place{journal, test::workspace_name, "SE"};
  const auto held_of = [&](IdentifierKind kind, std::string value) {
    Identity identity;
    identity.add({kind, std::move(value)});
    return await(what_is_held(place, identity)).value().arrivals.size();
  };
  EXPECT_EQ(held_of(IdentifierKind::email, "astrid@example.com"), 1U);
  EXPECT_EQ(held_of(IdentifierKind::customer, "C-4471"), 1U);
  EXPECT_EQ(held_of(IdentifierKind::customer, "C-447"), 0U);
  EXPECT_EQ(held_of(IdentifierKind::email, "someone@example.com"), 0U);
}

TEST_F(OrderFeedTest, AnEventWhoseAmountsOverflowIsACaseToo) {
  std::string body = event("e-1");
  body.replace(body.find("\"price\": \"504.00\""), 17, "\"price\": \"90000000000000000.00\"");
  body.replace(body.find("\"quantity\": 1"), 13, "\"quantity\": 1000000");
  EXPECT_EQ(post(body).status, 422);
  EXPECT_THAT(open_cases(), SizeIs(1));
}

TEST_F(OrderFeedTest, ARetryKeepsItsLaneInOrderAndStopsNobodyElse) {
  statuses = {500};
  EXPECT_EQ(post(event("e-1", "C-1")).status, 200);
  ASSERT_TRUE(run_until([&] { return sent.size() == 1; }));
  EXPECT_EQ(post(event("e-2", "C-1")).status, 200);
  EXPECT_EQ(post(event("e-3", "C-2")).status, 200);
  ASSERT_TRUE(run_until([&] { return sent.size() == 2; }));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1", "warehouse e-3"));
  clock.advance(std::chrono::seconds{5});
  ASSERT_TRUE(delivered(4));
  EXPECT_THAT(sent,
              ElementsAre("warehouse e-1", "warehouse e-3", "warehouse e-1", "warehouse e-2"));
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(OrderFeedTest, ARefusedEventIsACaseAndTheNextOneGoesOut) {
  statuses = {422};
  EXPECT_EQ(post(event("e-1")).status, 200);
  ASSERT_TRUE(delivered(1));
  EXPECT_EQ(post(event("e-2")).status, 200);
  ASSERT_TRUE(delivered(2));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1", "warehouse e-2"));
  const auto cases = open_cases();
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_EQ(cases[0].type, "rejected_delivery");
  EXPECT_EQ(counts().deliveries_parked, 1U);
}

// An endpoint that honours keys would answer what it answered to the first bytes.
TEST_F(OrderFeedTest, WhatAPersonWroteGoesUnderAnotherKeyThanWhatWasRefused) {
  statuses = {422, 422, 503};
  EXPECT_EQ(post(event("e-1")).status, 200);
  ASSERT_TRUE(delivered(1));
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  WorkspaceRuntime& here = *workspaces.emplace_back(std::move(shop));
  HubRecordActs acts(clock, journal, ids, workspaces);
  const auto goes_out = [&](std::size_t calls) {
    return run_until([&] { return sent.size() >= calls && here.idle(); });
  };
  const auto row = [&] {
    for (auto& one : only_journey().deliveries)
      if (one.connection == "warehouse") return std::move(one);
    return journal::DeliveryRow{};
  };
  ASSERT_TRUE(await(acts.send_again("", row().record, "anna")));
  ASSERT_TRUE(goes_out(2));
  EXPECT_EQ(sent.back(), "warehouse e-1") << "the same bytes, the same key";
  auto parts = row().parts;
  ASSERT_TRUE(await(acts.edit("", row().id, parts, "anna", "as it is")));
  ASSERT_TRUE(run_until([&] { return sent.size() == 3; }));
  EXPECT_EQ(sent.back(), "warehouse e-1") << "nothing was changed";
  statuses = {422, 503};
  clock.advance(std::chrono::seconds{5});
  ASSERT_TRUE(goes_out(4));
  parts[0].replace(parts[0].find("Astrid"), 6, "Ingrid");
  ASSERT_TRUE(await(acts.edit("", row().id, parts, "anna", "her name")));
  ASSERT_TRUE(run_until([&] { return sent.size() == 5; }));
  const std::string key = sent.back();
  EXPECT_THAT(key, testing::StartsWith("warehouse e-1-"));
  shop = std::move(workspaces.front());
  workspaces.clear();
  stop();
  begin();  // whoever sends it again knows that it is not what was planned
  clock.advance(std::chrono::seconds{5});
  ASSERT_TRUE(delivered(6));
  EXPECT_EQ(sent.back(), key);
  const journal::DeliveryRow after = row();
  EXPECT_EQ(after.state, DeliveryState::delivered);
  using Values = std::vector<std::optional<std::string>>;
  const auto facts = ask<Values>([id = after.id](journal::Reader& reader) {
    const std::vector<std::string> keys{rewritten_fact(id)};
    return reader.facts(test::workspace_name, "warehouse", keys);
  });
  EXPECT_THAT(facts, ElementsAre(std::nullopt)) << "it is over";
}

TEST_F(OrderFeedTest, APausedRelayKeepsEverythingOverARestart) {
  ASSERT_TRUE(shop->pause("warehouse"));
  EXPECT_EQ(post(event("e-1")).status, 200);
  EXPECT_EQ(post(event("e-2")).status, 200);
  EXPECT_THAT(sent, IsEmpty());
  stop();
  begin();
  ASSERT_TRUE(run_until([&] { return sent.size() == 1; }));
  clock.advance(std::chrono::seconds{5});  // what the process before may have sent has come to rest
  ASSERT_TRUE(delivered(2));
  EXPECT_THAT(sent, ElementsAre("warehouse e-1", "warehouse e-2"));
}

TEST_F(OrderFeedTest, ItIsAConnectionLikeTheOthers) {
  EXPECT_THAT(shop->target_names(), ElementsAre("warehouse", "loyalty"));
  EXPECT_TRUE(shop->pause("flow/order_to_relay"));
  EXPECT_TRUE(shop->resume("flow/order_to_relay"));
  const std::string status = json::to_text(shop->status());
  EXPECT_THAT(status, HasSubstr(R"("connection":"warehouse","mode":"live")"));
  EXPECT_THAT(status, HasSubstr(R"("flows":["order_to_relay"])"));
  EXPECT_EQ(post(event("e-1")).status, 200);
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(metrics.prometheus_text(),
              HasSubstr("tillbridge_deliveries_delivered_total{connection=\"warehouse\""));
}

// Retention has taken its arrival, not yet its record.
TEST_F(OrderFeedTest, AnEventWithoutItsArrivalIsKnownByItsRecord) {
  journal::Step before;
  journal::PutRecord record;
  record.id = ids.next<RecordId>();
  record.workspace = test::workspace_name;
  record.kind = "order_event";
  record.key = "order_event/e-1";
  record.search_keys = {"order:W-1001"};
  before.records.push_back(record);
  commit(std::move(before));
  EXPECT_EQ(post(event("e-1")).status, 200);
  EXPECT_EQ(post(event("e-2")).status, 200);
  ASSERT_TRUE(delivered(1));
  EXPECT_THAT(sent, ElementsAre("warehouse e-2"));
  EXPECT_THAT(records("W-1001"), SizeIs(2));
  EXPECT_EQ(counts().arrivals, 2U) << "the repetition is seen as well";
}

// They cannot be asked by the hub: the proof says to whom a person has to go.
TEST(RelayPrivacy, AsksThePeopleWhoHaveTheSystem) {
  const PrivacyPlatform platform = relay_privacy("warehouse");
  EXPECT_EQ(platform.connection, "warehouse");
  Identity person;
  person.add({IdentifierKind::email, "vera@kund.se"});
  person.add({IdentifierKind::customer, "C-1"});
  EXPECT_THAT(platform.identifiers(person), ElementsAre(testing::Pair("customer", "C-1"),
                                                        testing::Pair("email", "vera@kund.se")));
  test::JournalBench bench;
  const Outcome outcome = bench.await(platform.ask("email", "vera@kund.se"));
  EXPECT_EQ(outcome.kind, Outcome::Kind::rejected);
  EXPECT_THAT(outcome.reason, HasSubstr("a system of your own"));
}

journal::JournalSettings no_room() {
  journal::JournalSettings settings;
  settings.steps_queued_max = 0;
  return settings;
}
class FullJournal : public FeedBench {
 public:
  FullJournal() : FeedBench(no_room()) {}
};

TEST_F(FullJournal, AnswersThatItIsToComeAgain) {
  const auto reply = post(event("e-1"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.headers, testing::Contains(testing::Field(&http::Header::name, "Retry-After")));
  EXPECT_EQ(counts().arrivals, 0U);
}

}  // namespace
}  // namespace tillbridge::app
