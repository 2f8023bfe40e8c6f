#include "app/klaviyo_comparison.h"

#include <algorithm>

#include "api/rooms_for_tests.h"
#include "app/klaviyo_connection.h"
#include "app/klaviyo_for_tests.h"
#include "app/operations.h"
#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* anna = "anna@kund.example";

// A Klaviyo connection with a journal in which deliveries were made, and the Klaviyo that took
// them.
class ComparisonBench : public test::JournalBench {
 public:
  explicit ComparisonBench(Workspace settings = usual())
      : transport([this](const outbound::HttpRequest& request) { return there.answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }),
        workspace(std::move(settings)),
        lag({workspace.lag_alert, workspace.lag_recover}),
        consents(loop, clock, journal, ids, workspace.name) {
    const std::string today = workspace.zone.business_day(clock.now());
    const Instant begun = day_of(workspace.zone, today).value().from;
    clock.step_wall(begun + hours{8} - clock.now());
    yesterday = day_of(workspace.zone, workspace.zone.business_day(begun - hours{1})).value();
    noon = yesterday.from + hours{12};
  }
  ~ComparisonBench() { stop(); }

  static Workspace usual() {
    Workspace made;
    made.name = test::workspace_name;
    made.zone = Zone::find("Europe/Stockholm").value();
    made.klaviyo_connected = true;
    made.klaviyo.base_url = std::string(test::TableKlaviyo::base);
    made.klaviyo.api_key = Secret("pk_test");
    made.klaviyo.quota_factor = 100;
    made.klaviyo_consent_poll_every = hours{24};
    return made;
  }

  void start() {
    const Surroundings on{loop, clock, journal, ids, metrics, transport};
    connection = std::make_unique<KlaviyoConnection>(on, workspace, lag, consents, "/nowhere/t");
    connection->start(tasks);
  }
  void stop() {
    if (!connection) return;
    connection->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
    connection.reset();
  }

  Result<json::Object> try_compare(bool repair, const std::string& day = "") {
    if (!connection) start();
    api::ComparisonAsked asked;
    asked.day = day;
    asked.repair = repair;
    asked.by = "vera";
    auto result = await(connection->comparison().compare(std::move(asked)));
    EXPECT_TRUE(run_until([&] { return connection->idle(); }));
    return result;
  }
  json::Object compare(bool repair = true, const std::string& day = "") {
    return try_compare(repair, day).value();
  }
  static std::int64_t count(const json::Object& result, const char* key) {
    return json::integer(result, key).value_or(-1);
  }

  struct Told {
    Instant planned_at, happened_at;
    std::optional<Instant> accepted_at = std::nullopt;  // nullopt: soon after it was planned
    std::string flow = "sale_to_klaviyo";
    journal::DeliveryState state = journal::DeliveryState::delivered;
    std::string lane = std::string("customer/") + anna;
  };
  // A record with one delivery of these parts.
  DeliveryId deliver(const std::string& order, const std::vector<std::string>& parts, Told told) {
    journal::Step step;
    journal::PutRecord record;
    record.id = RecordId{id_at(told.planned_at)};
    record.workspace = workspace.name;
    record.kind = "sale";
    record.key = "order/" + order;
    record.state = journal::RecordState::planned;
    record.happened_at = told.happened_at;
    record.changed_at = told.planned_at;
    step.records.push_back(record);
    journal::AddDelivery delivery;
    delivery.id = DeliveryId{id_at(told.planned_at)};
    delivery.workspace = workspace.name;
    delivery.record = record.id;
    delivery.connection = "klaviyo";
    delivery.flow = told.flow;
    delivery.effect = told.flow + "/" + order;
    delivery.lane = told.lane;
    delivery.due_at = told.planned_at;
    delivery.happened_at = told.happened_at;
    delivery.parts = parts;
    step.deliveries.push_back(delivery);
    journal::UpdateDelivery update;
    update.id = delivery.id;
    update.state = told.state;
    update.due_at = told.accepted_at.value_or(told.planned_at + minutes{1});
    const bool done = told.state == journal::DeliveryState::delivered;
    update.parts_done = done ? (1ULL << parts.size()) - 1 : 0;
    step.delivery_updates.push_back(update);
    commit(std::move(step));
    return delivery.id;
  }
  // A sale of yesterday, accepted; returns its parts.
  std::vector<std::string> sale(const std::string& order) {
    std::vector<std::string> parts{placed(order, noon), ordered(order, noon)};
    deliver(order, parts, {noon, noon});
    return parts;
  }

  static model::CustomerEvent event(const std::string& metric, const std::string& id, Instant at) {
    model::CustomerEvent made;
    made.who.ids = {{"email", anna}};
    made.type = metric;
    made.at = std::chrono::floor<std::chrono::seconds>(at);
    made.unique_id = "sitoo:" + id;
    made.properties = {{"OrderId", id}, {"Source Name", std::string("POS")}};
    return made;
  }
  static std::string placed(const std::string& order, Instant at, const std::string& store = "") {
    auto made = event("Placed Order", order, at);
    if (!store.empty()) made.customer_properties.push_back({"Last Store", store});
    return klaviyo::part_bytes(made);
  }
  static std::string ordered(const std::string& order, Instant at) {
    return klaviyo::part_bytes(
        event("Ordered Product", order + ":1", at + std::chrono::seconds{1}));
  }
  static std::string write(const std::string& number, const std::string& email,
                           const std::string& first_name) {
    model::CustomerUpdate made;
    made.who.ids = {{"email", email}};
    made.attributes = {{"external_id", "sitoo:" + number}, {"first_name", first_name}};
    return klaviyo::part_bytes(made);
  }
  DeliveryId deliver_write(const std::string& order, const std::string& email,
                           const std::string& part) {
    Told told{noon, noon};
    told.flow = "customer_update_to_klaviyo";
    told.lane = "profile/" + email;
    return deliver(order, {part}, told);
  }

  journal::Journey journey_of(const std::string& order) { return journey(order).value(); }
  std::vector<std::string> case_types() {
    std::vector<std::string> types;
    for (const auto& row : open_cases()) types.push_back(row.type);
    return types;
  }
  std::string today() const { return workspace.zone.business_day(clock.now()); }

  test::TableKlaviyo there;
  outbound::FakeTransport transport;
  TaskGroup tasks;
  Workspace workspace;
  engine::LagBoard lag;
  ConsentBook consents;
  std::unique_ptr<KlaviyoConnection> connection;
  TimeSpan yesterday;
  Instant noon;

 private:
  std::uint64_t id_at(Instant at) { return lowest_id_at(at) + ++given_; }
  std::uint64_t given_ = 0;
};

TEST(KlaviyoComparison, ADroppedEventIsSentAgainWithTheSameBytesAndFoundNextTime) {
  ComparisonBench bench;
  for (const std::string& part : bench.sale("20417")) bench.there.keep(part);
  const auto parts = bench.sale("20418");
  bench.there.keep(parts[0]);

  auto result = bench.compare();
  EXPECT_EQ(json::text(result, "day"), bench.workspace.zone.business_day(bench.noon));
  EXPECT_EQ(bench.count(result, "deliveries"), 2);
  EXPECT_EQ(bench.count(result, "events_expected"), 4);
  EXPECT_EQ(bench.count(result, "events_found"), 3);
  EXPECT_EQ(bench.count(result, "missing"), 1);
  EXPECT_EQ(bench.count(result, "repaired"), 1);
  EXPECT_EQ(bench.count(result, "cases_opened"), 0);
  EXPECT_THAT(bench.there.bodies, ElementsAre(klaviyo::event_body(parts[1]).value()));
  const auto journey = bench.journey_of("20418");
  EXPECT_EQ(journey.deliveries.at(0).state, journal::DeliveryState::delivered);
  EXPECT_EQ(journey.deliveries.at(0).parts_done, 3U);
  EXPECT_EQ(journey.deliveries.at(0).tries.at(0).parts_sent, 2U);
  ASSERT_THAT(journey.notes, SizeIs(1));
  EXPECT_THAT(journey.notes[0].text, HasSubstr("missing at Klaviyo on"));
  EXPECT_THAT(journey.notes[0].text, HasSubstr("sitoo:20418:1"));

  // The next day's comparison looks at it again, and then no more.
  bench.clock.advance(hours{24});
  result = bench.compare();
  EXPECT_EQ(bench.count(result, "events_expected"), 1);
  EXPECT_EQ(bench.count(result, "events_found"), 1);
  result = bench.compare();
  EXPECT_EQ(bench.count(result, "events_expected"), 0);
  EXPECT_THAT(bench.there.bodies, SizeIs(1));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(KlaviyoComparison, WhatStaysAwayAfterARepairBecomesACase) {
  ComparisonBench bench;
  bench.there.dropped = "sitoo:20417:1";
  bench.there.keep(bench.sale("20417")[0]);
  EXPECT_EQ(bench.count(bench.compare(), "repaired"), 1);

  bench.clock.advance(hours{24});
  const auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "missing"), 1);
  EXPECT_EQ(bench.count(result, "repaired"), 0);
  EXPECT_EQ(bench.count(result, "cases_opened"), 1);
  EXPECT_THAT(bench.there.bodies, SizeIs(1));
  ASSERT_THAT(bench.case_types(), ElementsAre("missing_effect"));
  EXPECT_THAT(bench.open_cases()[0].reason, HasSubstr("sent again: Ordered Product sitoo:20417:1"));
}

TEST(KlaviyoComparison, WithoutRepairOneCaseADaySaysWhatIsMissingUntilItIsThere) {
  ComparisonBench bench;
  const auto one = bench.sale("20417");
  const auto other = bench.sale("20418");
  EXPECT_EQ(bench.count(bench.compare(false), "cases_opened"), 1);
  ASSERT_THAT(bench.case_types(), ElementsAre("missing_effect"));
  EXPECT_THAT(bench.open_cases()[0].reason, HasSubstr("4 event(s)"));
  EXPECT_THAT(
      bench.open_cases()[0].reason,
      HasSubstr(fmt::format("--day {} --repair", bench.workspace.zone.business_day(bench.noon))));
  EXPECT_EQ(bench.count(bench.compare(false), "cases_opened"), 0);
  EXPECT_THAT(bench.there.bodies, IsEmpty());

  for (const auto* parts : {&one, &other}) {
    for (const std::string& part : *parts) bench.there.keep(part);
  }
  EXPECT_EQ(bench.count(bench.compare(false), "missing"), 0);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(KlaviyoComparison, WhatNothingExplainsBecomesACase) {
  ComparisonBench bench;
  for (int order = 1; order <= 25; ++order)
    bench.there.keep(bench.placed(std::to_string(90'000 + order), bench.noon));
  auto foreign = bench.event("Placed Order", "5", bench.noon);
  foreign.unique_id = "shopify:5";
  bench.there.keep(klaviyo::part_bytes(foreign));
  // Uploaded by the till a day late: planned today.
  const std::string late = bench.placed("20417", bench.noon);
  bench.deliver("20417", {late}, {bench.clock.now() - hours{1}, bench.noon});
  bench.there.keep(late);
  // Carries the id of the sale that it takes back.
  const std::string refund =
      klaviyo::part_bytes(bench.event("Refunded Order", "20000", bench.noon));
  bench.deliver("20419", {refund}, {bench.clock.now() - hours{1}, bench.noon});
  bench.there.keep(refund);
  journal::Step step;
  step.facts.push_back({bench.workspace.name, "klaviyo", "refund/20000", "20419", bench.noon});
  bench.commit(std::move(step));

  const auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "orphaned"), 25);
  EXPECT_EQ(bench.count(result, "cases_opened"), 1);
  ASSERT_THAT(bench.case_types(), ElementsAre("orphaned_effect"));
  const std::string reason = bench.open_cases()[0].reason;
  EXPECT_THAT(reason, HasSubstr("sitoo:90020 and 5 more"));
  EXPECT_THAT(reason, testing::Not(HasSubstr("sitoo:90021")));
}

TEST(KlaviyoComparison, WhatIsTooYoungIsLookedAtNextTime) {
  ComparisonBench bench;
  const std::string part = bench.placed("20417", bench.noon);
  ComparisonBench::Told told{bench.noon, bench.noon};
  told.accepted_at = bench.clock.now() - minutes{9};
  bench.deliver("20417", {part}, told);
  auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "too_young"), 1);
  EXPECT_EQ(bench.count(result, "missing"), 0);
  EXPECT_THAT(bench.there.bodies, IsEmpty());
  EXPECT_THAT(bench.open_cases(), IsEmpty());

  bench.clock.advance(hours{24});
  result = bench.compare();
  EXPECT_EQ(bench.count(result, "missing"), 1);
  EXPECT_EQ(bench.count(result, "repaired"), 1) << "it was not sent again before";
}

TEST(KlaviyoComparison, AllPagesAreRead) {
  ComparisonBench bench;
  bench.there.page_size = 3;
  for (int order = 1; order <= 10; ++order) {
    for (const std::string& part : bench.sale(std::to_string(20'000 + order)))
      bench.there.keep(part);
  }
  const auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "events_found"), 20);
  EXPECT_EQ(bench.count(result, "missing"), 0);
  EXPECT_EQ(bench.there.called("GET /api/events"), 4U + 4U + 1U);
}

TEST(KlaviyoComparison, ALateUploadIsLookedForOnTheDayItHappened) {
  ComparisonBench bench;
  const Instant happened = bench.noon - hours{24 * 5};
  const std::string part = bench.placed("20417", happened);
  bench.deliver("20417", {part}, {bench.noon, happened});
  bench.there.keep(part);
  bench.there.keep(bench.placed("1", happened));  // of a day that is not being compared
  const auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "events_found"), 1);
  EXPECT_EQ(bench.count(result, "missing"), 0);
  EXPECT_EQ(bench.count(result, "orphaned"), 0);
}

TEST(KlaviyoComparison, AnOldEventDoesNotTakeAPersonBack) {
  ComparisonBench bench;
  const std::string older = bench.placed("20417", bench.noon, "Lund");
  const std::string newer = bench.placed("20418", bench.noon + hours{20}, "Malmö");
  bench.deliver("20417", {older}, {bench.noon, bench.noon});
  bench.deliver("20418", {newer}, {bench.clock.now() - hours{1}, bench.noon + hours{20}});
  bench.there.keep(newer);
  EXPECT_EQ(bench.count(bench.compare(), "repaired"), 1);
  EXPECT_THAT(bench.there.bodies,
              ElementsAre(klaviyo::event_body(older).value(), klaviyo::event_body(newer).value()));
}

TEST(KlaviyoComparison, ALaneWithNewerWorkWaitingIsLeftForNextTime) {
  ComparisonBench bench;
  bench.deliver("20417", {bench.placed("20417", bench.noon)}, {bench.noon, bench.noon});
  ComparisonBench::Told waiting{bench.clock.now(), bench.clock.now()};
  waiting.state = journal::DeliveryState::held;
  bench.deliver("20418", {bench.placed("20418", bench.clock.now())}, waiting);
  auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "missing"), 1);
  EXPECT_EQ(bench.count(result, "repaired"), 0);
  EXPECT_EQ(bench.count(result, "cases_opened"), 0);
  EXPECT_THAT(bench.there.bodies, IsEmpty());
}

TEST(KlaviyoComparison, ARejectedPartIsNotExpected) {
  ComparisonBench bench;
  ComparisonBench::Told told{bench.noon, bench.noon};
  told.state = journal::DeliveryState::parked;
  bench.deliver("20417", {bench.placed("20417", bench.noon)}, told);
  const auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "events_expected"), 0);
  EXPECT_THAT(bench.there.bodies, IsEmpty());
}

TEST(KlaviyoComparison, MissingProfilesAreWrittenAgainAndForeignOnesAreACase) {
  ComparisonBench bench;
  const auto profile = [](const char* id, const std::string& email, const std::string& number,
                          const char* first_name) {
    json::Object made{{"id", id}, {"email", email}, {"first_name", first_name}};
    if (!number.empty()) made["external_id"] = number;
    return made;
  };
  const auto told = [&](const char* order, const std::string& name) {
    const std::string email = name + "@kund.example";
    bench.deliver_write(order, email, bench.write(order, email, "Kim"));
    return email;
  };
  told("1", "gone");
  bench.there.profiles.push_back(profile("P2", told("2", "bare"), "", "Kim"));
  bench.there.profiles.push_back(profile("P3", told("3", "taken"), "sitoo:77", "Kim"));
  bench.there.profiles.push_back(profile("P4", told("4", "renamed"), "sitoo:4", "Kimmie"));
  bench.there.profiles.push_back(profile("P5", told("5", "same"), "sitoo:5", "Kim"));
  told("6", "moved");
  bench.there.profiles.push_back(profile("P6", "new@kund.example", "sitoo:6", "Kim"));

  auto result = bench.compare();
  EXPECT_EQ(bench.count(result, "profiles_looked_at"), 6);
  EXPECT_EQ(bench.count(result, "profiles_missing"), 1);
  EXPECT_EQ(bench.count(result, "profiles_different"), 4);
  EXPECT_EQ(bench.count(result, "cases_opened"), 1);
  ASSERT_THAT(bench.case_types(), ElementsAre("profile_conflict"));
  EXPECT_THAT(bench.open_cases()[0].reason, HasSubstr("P3"));
  EXPECT_EQ(bench.open_cases()[0].record_key, "order/3");
  EXPECT_THAT(bench.there.bodies, SizeIs(2)) << "gone and bare, nobody else";
  EXPECT_THAT(bench.there.profiles, SizeIs(6));
  EXPECT_EQ(json::text(bench.there.profiles[0], "external_id"), "sitoo:2");
  EXPECT_EQ(json::text(bench.there.profiles[2], "first_name"), "Kimmie");

  bench.clock.advance(hours{24});
  result = bench.compare();
  EXPECT_EQ(bench.count(result, "profiles_looked_at"), 2) << "those that were written again";
  EXPECT_EQ(bench.count(result, "profiles_missing"), 0);
  EXPECT_THAT(bench.there.bodies, SizeIs(2));
}

TEST(KlaviyoComparison, TheSampleIsBoundedAndTheSameEachTime) {
  auto settings = ComparisonBench::usual();
  settings.klaviyo_comparison.sample_profiles = 3;
  ComparisonBench bench(settings);
  KlaviyoPeople people;
  for (int i = 0; i < 20; ++i) {
    const std::string name = fmt::format("p{}@kund.example", i);
    people[name].accepted_at = bench.noon;
    bench.deliver_write(std::to_string(i), name, bench.write(std::to_string(i), name, "Kim"));
  }
  EXPECT_EQ(bench.count(bench.compare(false), "profiles_looked_at"), 3);
  EXPECT_EQ(sample_of(people, 3, "2026-06-12"), sample_of(people, 3, "2026-06-12"));
  EXPECT_NE(sample_of(people, 3, "2026-06-12"), sample_of(people, 3, "2026-06-13"));
}

TEST(KlaviyoComparison, HalfAPictureIsNone) {
  for (const int status : {429, 503}) {
    for (const char* path : {"/api/events", "/api/metrics", "/api/profiles"}) {
      ComparisonBench bench;
      bench.start();
      ASSERT_TRUE(bench.run_until([&] {  // the first look for consents is over
        return bench.there.called("GET /api/profiles") > 0 &&
               bench.there.called("GET /api/metrics") > 0;
      }));
      bench.there.page_size = 1;
      bench.sale("20417");
      bench.there.keep(bench.sale("20418")[0]);
      bench.there.keep(bench.sale("20419")[0]);
      bench.there.keep(bench.placed("99", bench.noon));
      const int calls_that_go_well = std::string(path) == "/api/events" ? 1 : 0;
      bench.there.troubles[path] = {calls_that_go_well, status};
      const auto failed = bench.try_compare(true);
      ASSERT_FALSE(failed) << path;
      EXPECT_EQ(failed.error().kind, Error::Kind::unavailable);
      EXPECT_THAT(failed.error().what, HasSubstr("Klaviyo could not be read"));
      EXPECT_THAT(bench.there.bodies, IsEmpty());
      EXPECT_THAT(bench.open_cases(), IsEmpty());
      EXPECT_TRUE(bench.connection->comparison().last().empty());

      bench.clock.advance(minutes{2});
      bench.there.troubles.clear();
      EXPECT_EQ(bench.count(bench.compare(), "repaired"), 4);
    }
  }
}

TEST(KlaviyoComparison, RunsOnScheduleAndIsRemembered) {
  ComparisonBench bench;
  const auto parts = bench.sale("20417");
  bench.there.keep(parts[0]);
  journal::Step step;
  step.cursors.push_back(
      {bench.workspace.name, "klaviyo/compared", utc_text(bench.clock.now() - hours{25})});
  bench.commit(std::move(step));
  bench.start();
  ASSERT_TRUE(bench.run_until([&] { return bench.there.has("sitoo:20417:1"); }));
  ASSERT_TRUE(bench.run_until([&] { return !bench.connection->comparison().last().empty(); }));
  const auto cursor = [&] {
    return bench.ask<std::optional<std::string>>([](journal::Reader& reader) {
      return reader.cursor(test::workspace_name, "klaviyo/compared");
    });
  };
  ASSERT_TRUE(bench.run_until([&] { return cursor() == utc_text(bench.clock.now()); }));
  bench.stop();

  const std::size_t calls = bench.there.called("GET /api/metrics");
  bench.start();
  ASSERT_TRUE(bench.run_until([&] { return !bench.connection->comparison().last().empty(); }));
  const json::Object status = bench.connection->status();
  EXPECT_EQ(json::integer(*json::object(status, "comparison"), "repaired"), 1);
  bench.stop();
  EXPECT_LE(bench.there.called("GET /api/metrics"), calls + 1) << "not due again (consent's poll)";
  EXPECT_THAT(bench.there.bodies, SizeIs(1));
}

// An operator's way to it: over HTTP, by the workspace's name.
TEST(KlaviyoComparison, TheControlApiComparesAndKeepsWhoAsked) {
  ComparisonBench bench;
  bench.there.keep(bench.sale("20417")[0]);
  const Surroundings on{bench.loop, bench.clock,   bench.journal,
                        bench.ids,  bench.metrics, bench.transport};
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  workspaces.push_back(std::make_unique<WorkspaceRuntime>(on, bench.workspace, 1, "/nowhere"));
  KlaviyoConnection& klaviyo = *workspaces.front()->klaviyo();
  klaviyo.start(bench.tasks);
  HubOperations operations(bench.machine_clock, bench.journal, bench.ids, workspaces, false);
  api::RoomsForTests api(bench.loop, bench.machine_clock, bench.journal, bench.ids, bench.metrics,
                         operations);
  const auto post = [&](const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.path = "/api/v1/comparisons";
    request.headers.push_back({"Authorization", "Bearer t"});
    request.body = body;
    return bench.await(api.router.handle(std::move(request)));
  };
  EXPECT_EQ(post(R"({"workspace":"other"})").status, 404);
  EXPECT_EQ(post(R"({"connection":"bloomreach"})").status, 404);
  EXPECT_EQ(post(R"({"day":"someday"})").status, 400);
  const auto reply = post(R"({"repair":true,"by":"vera"})");
  EXPECT_EQ(reply.status, 200);
  const json::Object result = json::parse(reply.body).value().as_object();
  for (const char* key : {"deliveries", "events_expected", "events_found", "missing", "repaired",
                          "orphaned", "too_young", "profiles_looked_at", "profiles_missing",
                          "profiles_different", "cases_opened", "took_ms"}) {
    EXPECT_GE(bench.count(result, key), 0) << key;
  }
  EXPECT_EQ(bench.count(result, "repaired"), 1);
  EXPECT_TRUE(bench.run_until([&] { return bench.there.has("sitoo:20417:1"); }));
  const std::string figures = bench.metrics.prometheus_text();
  EXPECT_THAT(figures, HasSubstr("tillbridge_comparison_missing_total{connection=\"klaviyo\","
                                 "workspace=\"shop\"} 1"));
  bench.there.troubles["/api/events"] = {0, 503};
  EXPECT_EQ(post("{}").status, 503);
  klaviyo.request_stop();
  EXPECT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
}

TEST(KlaviyoComparison, SaysWhatCannotBeCompared) {
  ComparisonBench bench;
  bench.start();
  const auto asked = [&](const char* day, const char* from, const char* until) {
    api::ComparisonAsked one;
    one.day = day;
    one.from = from;
    one.until = until;
    const auto result = bench.await(bench.connection->comparison().compare(one));
    return result ? std::string() : result.error().what;
  };
  EXPECT_THAT(asked("yesterday", "", ""), HasSubstr("is not a day"));
  EXPECT_THAT(asked("2026-06-12", "2026-06-12", "2026-06-13"), HasSubstr("not both"));
  EXPECT_THAT(asked("", "2026-06-12", ""), HasSubstr("belong together"));
  EXPECT_THAT(asked("", "2026-06-12", "2026-06-12"), HasSubstr("ends before"));
  EXPECT_THAT(asked("", "2026-06-12T10:00:00", "2026-06-13"), HasSubstr("offset"));
  EXPECT_EQ(asked("", "2026-06-12T10:00:00+02:00", "2026-06-13"), "");
  EXPECT_EQ(asked("2026-06-12", "", ""), "");
}

TEST(KlaviyoComparison, ADayIsTheZones) {
  const Zone stockholm = Zone::find("Europe/Stockholm").value();
  const auto length = [&](const char* day) {
    const TimeSpan span = day_of(stockholm, day).value();
    EXPECT_EQ(stockholm.local_text(span.from), std::string(day) + " 00:00:00");
    return span.until - span.from;
  };
  EXPECT_EQ(length("2026-06-12"), hours{24});
  EXPECT_EQ(length("2026-03-29"), hours{23});
  EXPECT_EQ(length("2026-10-25"), hours{25});
  for (const char* zone : {"Pacific/Auckland", "America/Los_Angeles", "Asia/Beirut", "Etc/UTC"}) {
    const Zone there = Zone::find(zone).value();
    const TimeSpan span = day_of(there, "2026-06-12").value();
    EXPECT_EQ(there.business_day(span.from), "2026-06-12");
    EXPECT_EQ(there.business_day(span.until - Duration{1}), "2026-06-12");
    EXPECT_EQ(there.business_day(span.until), "2026-06-13");
  }
  EXPECT_FALSE(day_of(stockholm, "2026-13-01"));
  EXPECT_FALSE(day_of(stockholm, "2026-06-12x"));
}

}  // namespace
}  // namespace tillbridge::app
