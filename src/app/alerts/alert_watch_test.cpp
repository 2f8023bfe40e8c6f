#include "app/alerts/alert_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(AlertWatch, TellsOncePerChangeOfAPlatformThatGoesDownAndKeepsACase) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.delivered = 100;
  hub.look();
  hub.pass(minutes{2});
  EXPECT_THAT(hub.notices(), IsEmpty());

  hub.breaker = "open";
  hub.transient = 40;
  hub.pass(minutes{2});
  EXPECT_THAT(hub.notices(), UnorderedElementsAre("opened breaker/klaviyo warning",
                                                  "opened errors/klaviyo critical"));
  const auto cases = hub.bench.open_cases();
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_EQ(cases[0].type, "errors_high");
  EXPECT_EQ(cases[0].group, "klaviyo");
  EXPECT_THAT(cases[0].reason, HasSubstr("40 of the last 40"));
  EXPECT_THAT(hub.topics, Contains("alerts"));

  hub.pass(minutes{6});
  ASSERT_THAT(hub.notices(), SizeIs(3));
  EXPECT_EQ(hub.notices()[2], "worse breaker/klaviyo critical");

  hub.breaker = "closed";
  hub.delivered = 10'000;
  hub.pass(minutes{16});
  EXPECT_THAT(
      hub.notices(),
      UnorderedElementsAre("opened breaker/klaviyo warning", "opened errors/klaviyo critical",
                           "worse breaker/klaviyo critical", "recovered breaker/klaviyo critical",
                           "recovered errors/klaviyo critical"));
  EXPECT_THAT(hub.bench.open_cases(), IsEmpty());
  EXPECT_THAT(hub.open_alerts(), IsEmpty());
  const json::Array alerts = hub.watch->alerts();
  ASSERT_THAT(alerts, SizeIs(2)) << "those that are over are shown for a day";
  EXPECT_EQ(alerts[0].at("state"), "recovered");
  hub.pass(hours{25}, minutes{30});
  EXPECT_THAT(hub.watch->alerts(), IsEmpty());
}

TEST(AlertWatch, ARestartInTheMiddleSendsNothingTwiceAndForgetsNothing) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.breaker = "open";
  hub.delivered = 100;
  hub.look();
  hub.transient = 40;
  hub.pass(minutes{2});
  ASSERT_THAT(hub.notices(), SizeIs(2));
  ASSERT_TRUE(hub.bench.await(hub.watch->acknowledge("breaker/klaviyo", "anna")));

  hub.restart();
  hub.pass(minutes{3});
  EXPECT_THAT(hub.notices(), SizeIs(2));
  EXPECT_THAT(hub.bench.open_cases(), SizeIs(1));
  ASSERT_THAT(hub.open_alerts(), Contains("breaker/klaviyo"));
  EXPECT_THAT(json::to_text(hub.watch->alerts()), HasSubstr(R"("acknowledged_by":"anna")"));

  hub.restart();
  hub.pass(minutes{3});
  EXPECT_THAT(hub.notices(), Contains("worse breaker/klaviyo critical"))
      << "how long it has stopped is known";
  hub.breaker = "closed";
  hub.delivered = 10'000;
  hub.pass(minutes{20});
  EXPECT_THAT(hub.notices(), SizeIs(5));
  EXPECT_THAT(hub.bench.open_cases(), IsEmpty()) << "the case of before the restarts is closed";
}

TEST(AlertWatch, WhatWasNotSentBeforeARestartIsSentAfterIt) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.webhook_error = Error{Error::Kind::retry, "hooks.test does not answer"};
  hub.breaker = "open";
  hub.look();
  hub.pass(minutes{2});
  const std::size_t tried = hub.notices().size();
  ASSERT_GE(tried, 1U);
  EXPECT_THAT(json::to_text(hub.watch->settings()), HasSubstr("hooks.test does not answer"));
  EXPECT_THAT(json::to_text(hub.watch->settings()), HasSubstr("failing"));

  hub.restart();
  hub.webhook_error.reset();
  hub.pass(minutes{6});
  EXPECT_THAT(json::to_text(hub.watch->settings()), HasSubstr(R"("state":"working")"));
  EXPECT_THAT(hub.notices(), Contains("opened breaker/klaviyo warning"));
  const std::size_t sent = hub.notices().size();
  hub.pass(minutes{1});
  EXPECT_EQ(hub.notices().size(), sent);
}

TEST(AlertWatch, KeepsNoticesInQuietHoursForOneDigest) {
  test::AlertBench hub;
  hub.put(R"({"channels":[{"title":"Chat","kind":"webhook","url":"https://hooks.test/t",
              "quiet":{"days":[],"from":"11:00","until":"13:00"},
              "critical_in_quiet_hours":false}],"self_test_at":null})");
  hub.breaker = "open";
  hub.pass(minutes{4});
  hub.breaker = "closed";
  hub.pass(minutes{50}, minutes{1});
  EXPECT_THAT(hub.notices(), IsEmpty());
  hub.restart();
  hub.pass(minutes{10}, minutes{1});
  ASSERT_THAT(hub.transport.requests(), SizeIs(1));
  const std::string body = hub.transport.requests()[0].body;
  EXPECT_THAT(body, HasSubstr(R"("state":"digest")"));
  EXPECT_THAT(body, HasSubstr("Connection down: klaviyo"));
  EXPECT_THAT(body, HasSubstr("recovered"));
}

TEST(AlertWatch, ASilentStoreIsAnAlertAndACaseUntilItSells) {
  test::AlertBench hub;
  hub.trade("1001");
  hub.with_webhook();
  hub.look();
  hub.pass(minutes{40}, minutes{1});
  EXPECT_THAT(hub.notices(), IsEmpty()) << "less than four times the usual gap";
  hub.pass(minutes{20}, minutes{1});
  EXPECT_THAT(hub.notices(), ElementsAre("opened silence/store 1001 warning"));
  ASSERT_THAT(hub.bench.open_cases(), SizeIs(1));
  EXPECT_EQ(hub.bench.open_cases()[0].type, "store_silent");
  EXPECT_EQ(hub.bench.open_cases()[0].group, "store 1001");

  hub.restart();
  hub.pass(minutes{10}, minutes{1});
  EXPECT_THAT(hub.notices(), SizeIs(1)) << "when it sold last is known to the minute";

  journal::Step step;
  step.records.push_back(hub.sale(hub.bench.clock.now()));
  hub.bench.commit(std::move(step));
  hub.pass(minutes{10}, minutes{1});
  EXPECT_THAT(hub.notices(), ElementsAre("opened silence/store 1001 warning",
                                         "recovered silence/store 1001 warning"));
  EXPECT_THAT(hub.bench.open_cases(), IsEmpty());
}

TEST(AlertWatch, StoresAreNotJudgedBeforeTheirSalesCanHaveComeIn) {
  test::AlertBench hub;
  hub.trade("1001");
  hub.bench.clock.advance(hours{3});
  hub.settings.silence_grace = minutes{5};
  hub.restart();
  hub.look();
  hub.pass(minutes{4});
  EXPECT_THAT(hub.open_alerts(), IsEmpty());
  hub.pass(minutes{4});
  EXPECT_THAT(hub.open_alerts(), ElementsAre("silence/store 1001"));
}

TEST(AlertWatch, ListsHowTheStoresTrade) {
  test::AlertBench hub;
  hub.trade("1001");
  journal::Step step;
  step.pauses.push_back(
      {test::workspace_name, "store/1002", true, hub.bench.clock.now(), "anna", "moves house"});
  hub.bench.commit(std::move(step));
  hub.look();
  const auto stores = hub.bench.await(hub.watch->stores(test::workspace_name));
  ASSERT_TRUE(stores);
  ASSERT_THAT(*stores, SizeIs(2));
  const json::Object first = stores->at(0).as_object();
  EXPECT_EQ(first.at("store"), "1001");
  EXPECT_EQ(first.at("state"), "trading");
  EXPECT_EQ(first.at("sales_today"), 12);
  EXPECT_EQ(first.at("sales_yesterday"), 36);
  EXPECT_EQ(json::text(first, "last_sale_at"), utc_text(hub.bench.clock.now() - minutes{15}));
  EXPECT_TRUE(first.at("paused").is_null());
  EXPECT_EQ(stores->at(1).at("paused").at("by"), "anna");
  EXPECT_FALSE(hub.bench.await(hub.watch->stores("elsewhere")));
}

TEST(AlertWatch, ALateUploadIsCountedInItsOwnHour) {
  test::AlertBench hub;
  hub.look();
  journal::Step step;
  step.records.push_back(hub.sale(hub.bench.clock.now() - hours{26}));
  hub.bench.commit(std::move(step));
  hub.pass(minutes{2}, minutes{1});
  const auto stores = hub.bench.await(hub.watch->stores(""));
  ASSERT_TRUE(stores);
  ASSERT_THAT(*stores, SizeIs(1));
  EXPECT_EQ(stores->at(0).at("sales_yesterday"), 1);
}

TEST(AlertWatch, EscalatesAnOverdueCaseOncePerStep) {
  test::AlertBench hub;
  hub.with_webhook();
  journal::Step step;
  const Instant opened = hub.bench.clock.now() - hours{9};
  step.cases.push_back(engine::open_case(hub.bench.ids.next<CaseId>(),
                                         engine::CaseType::patience_exhausted, test::workspace_name,
                                         "klaviyo", opened, "gave up"));
  hub.bench.commit(std::move(step));
  const auto audits = [&] {
    return hub.bench.ask<std::vector<journal::AuditRow>>([](journal::Reader& reader) {
      journal::AuditFilter filter;
      filter.act = "case.escalate";
      return reader.audits(filter, AuditId{}, 100);
    });
  };
  hub.look();
  hub.pass(minutes{5}, minutes{1});
  ASSERT_THAT(hub.transport.requests(), SizeIs(1));
  EXPECT_THAT(hub.transport.requests()[0].body, HasSubstr("For: team integration"));
  EXPECT_THAT(hub.transport.requests()[0].body, HasSubstr("https://hub.kund.se/cases/"));
  EXPECT_THAT(hub.open_alerts(), ElementsAre("overdue_cases/integration"));
  ASSERT_THAT(audits(), SizeIs(1));
  EXPECT_EQ(audits()[0].by, "tillbridge");

  hub.restart();
  hub.pass(minutes{5}, minutes{1});
  EXPECT_THAT(hub.transport.requests(), SizeIs(1));
  hub.pass(hours{8}, minutes{1});
  ASSERT_THAT(hub.transport.requests(), SizeIs(2));
  EXPECT_THAT(hub.transport.requests()[1].body, HasSubstr("team lead integration"));
  EXPECT_THAT(audits(), SizeIs(2));
}

TEST(AlertWatch, AFailingChannelIsTriedAgainAndShown) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.webhook_status = 404;
  const auto failed = hub.bench.await(hub.watch->test_channel("chat", "anna"));
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->at("sent"), false);
  EXPECT_THAT(json::text(*failed, "message").value_or(""), HasSubstr("answered 404"));
  hub.pass(minutes{3});
  EXPECT_THAT(hub.transport.requests(), SizeIs(2)) << "after a minute";
  EXPECT_THAT(hub.open_alerts(), ElementsAre("self_test/chat"));

  hub.webhook_status = 200;
  const auto sent = hub.bench.await(hub.watch->test_channel("chat", "anna"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->at("sent"), true);
  hub.pass(minutes{20}, minutes{1});
  EXPECT_THAT(hub.transport.requests(), SizeIs(3));
  EXPECT_THAT(hub.open_alerts(), IsEmpty());
  EXPECT_FALSE(hub.bench.await(hub.watch->test_channel("nobody", "anna")));
}

TEST(AlertWatch, AMutedAlertIsShownAndNotTold) {
  test::AlertBench hub;
  hub.with_webhook();
  ASSERT_TRUE(hub.bench.await(hub.watch->mute("breaker/klaviyo", minutes{30}, "anna")));
  EXPECT_FALSE(hub.bench.await(hub.watch->mute("nothing/klaviyo", minutes{30}, "anna")));
  hub.breaker = "open";
  hub.pass(minutes{10}, minutes{1});
  EXPECT_THAT(hub.notices(), IsEmpty());
  hub.pass(minutes{25}, minutes{1});
  EXPECT_THAT(hub.notices(), ElementsAre("opened breaker/klaviyo critical"));
}

TEST(AlertWatch, SaysHowFarAPlatformIsBehindAndHowLongItWillTake) {
  test::AlertBench hub;
  hub.waiting = 1000;
  hub.delivered = 0;
  hub.behind_s = 16 * 60;
  for (int i = 0; i < 12; ++i) {
    hub.waiting -= 50;
    hub.delivered += 50;
    hub.pass(seconds{20});
  }
  const json::Object progress = hub.watch->progress(test::workspace_name);
  const json::Object klaviyo = progress.at("klaviyo").as_object();
  EXPECT_EQ(klaviyo.at("clearing"), "clearing");
  EXPECT_NEAR(klaviyo.at("clear_in_s").to_number<double>(), 160, 20);
  EXPECT_EQ(klaviyo.at("error_share"), 0.0);
  EXPECT_THAT(hub.open_alerts(), ElementsAre("lag/klaviyo"));
  hub.behind_s = 12 * 60;
  hub.pass(minutes{20}, minutes{1});
  EXPECT_THAT(hub.open_alerts(), ElementsAre("lag/klaviyo")) << "not over before lag_recover";
  hub.behind_s = 60;
  hub.pass(minutes{5}, minutes{1});
  EXPECT_THAT(hub.open_alerts(), IsEmpty());
}

TEST(AlertWatch, SeveralWorkspacesAreTold) {
  test::AlertBench hub({{test::workspace_name, Zone{}}, {"outlet", Zone{}}});
  hub.with_webhook();
  hub.delivered = 100;
  hub.look();
  hub.transient = 40;
  hub.pass(minutes{2});
  EXPECT_THAT(hub.open_alerts(),
              UnorderedElementsAre("errors/klaviyo (shop)", "errors/klaviyo (outlet)"));
  const auto cases = hub.bench.open_cases();
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_EQ(cases[0].group, "klaviyo");
}

TEST(AlertWatch, TellsOfADiskThatFillsUp) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.disk = DiskSpace{900'000'000, 10'000'000'000};
  hub.pass(minutes{3});
  EXPECT_THAT(hub.notices(), ElementsAre("opened journal/disk warning"));
}

TEST(AlertWatch, RunsUntilItIsStopped) {
  test::AlertBench hub;
  hub.with_webhook();
  hub.breaker = "open";
  hub.settings.look_every = std::chrono::milliseconds{1};
  hub.restart();
  TaskGroup tasks(hub.bench.loop, [](const std::string& what) { ADD_FAILURE() << what; });
  tasks.start(hub.watch->run());
  EXPECT_TRUE(hub.bench.run_until([&] {
    hub.bench.clock.advance(seconds{1});
    return hub.transport.requests().size() == 1;
  }));
  hub.watch->request_stop();
  EXPECT_TRUE(hub.bench.run_until([&] { return tasks.running() == 0; }));
}

}  // namespace
}  // namespace tillbridge::app
