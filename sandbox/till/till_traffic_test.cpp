#include "till/till_traffic.h"

#include <set>

#include <gtest/gtest.h>

#include "http/message.h"
#include "outbound/fake_transport.h"
#include "till/test_crm.h"

namespace sandbox::till {
namespace {

using test::TillTest;
using tillbridge::outbound::FakeTransport;
using tillbridge::outbound::HttpAnswer;
using tillbridge::outbound::HttpRequest;
namespace json = tillbridge::json;

TEST_F(TillTest, AGoodCrmIsAllRight) {
  Mix mix;
  mix.operations = {{Operation::search, 60},  {Operation::get, 8},      {Operation::history, 8},
                    {Operation::sections, 8}, {Operation::consents, 8}, {Operation::add, 8},
                    {Operation::update, 8}};
  const json::Object report = rush(mix, 600, 0.5);
  EXPECT_EQ(count(report, "errors"), 0) << problem(report);
  EXPECT_EQ(count(report, "wrong"), 0) << problem(report);
  EXPECT_EQ(count(report, "from_index"), 0);
  EXPECT_GT(count(report, "asked"), 200);
  EXPECT_EQ(count(report, "asked"), count(report, "answered"));
  EXPECT_EQ(report.at("operations").as_object().size(), 7U);
  EXPECT_FALSE(report.at("running").as_bool());
  EXPECT_GT(report.at("p50_ms").as_double(), 0);
  EXPECT_GE(report.at("max_ms").as_double(), report.at("p99_ms").as_double());
  std::int64_t of_operations = 0;
  for (const auto& [name, of] : report.at("operations").as_object())
    of_operations += count(of.as_object(), "count");
  EXPECT_EQ(of_operations, count(report, "asked"));

  std::set<std::string> types;
  for (const auto& request : crm_.asked)
    if (const auto type = request.parameter("key_type")) types.insert(*type);
  EXPECT_EQ(types, (std::set<std::string>{"email", "member_number", "mobile"}));
}

TEST_F(TillTest, WhatTheHubWaitedForIsNoOverhead) {
  crm_.timing = "cache;desc=x, platform;dur=1e6";  // more than any call took
  const json::Object waited = rush(only(Operation::consents));
  EXPECT_GT(waited.at("p50_ms").as_double(), 0);
  EXPECT_EQ(waited.at("overhead_p99_ms").as_double(), 0);
  crm_.timing = "";
  const json::Object at_once = rush(only(Operation::consents));
  EXPECT_EQ(at_once.at("overhead_p99_ms"), at_once.at("p99_ms"));
}

TEST_F(TillTest, HeadersAreUrlEncodedAndSometimesAbsent) {
  rush(only(Operation::consents), 1000, 0.4);
  std::size_t decoded_differs = 0, absent = 0;
  for (const auto& request : crm_.asked) {
    const auto credentials = tillbridge::http::basic_credentials(request);
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->user, "pos");
    EXPECT_EQ(credentials->password, "pass:wörd");
    for (const char* name : {"Store-ID", "Staff-ID", "Register-ID"}) {
      const std::string raw(request.header(name));
      if (raw.empty()) ++absent;
      EXPECT_EQ(
          raw.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "-._~%"),
          std::string::npos)
          << raw;
      const std::string plain = tillbridge::http::percent_decode(raw, false);
      if (std::any_of(plain.begin(), plain.end(), [](char c) { return c < 0; })) ++decoded_differs;
    }
  }
  EXPECT_GT(decoded_differs, 10U);
  EXPECT_GT(absent, 10U);
}

TEST_F(TillTest, ADoublePressHasToMakeOneCustomer) {
  const json::Object good = rush(only(Operation::add), 200);
  EXPECT_EQ(count(good, "wrong"), 0) << problem(good);
  std::multiset<std::string> bodies;
  for (const auto& request : crm_.asked) bodies.insert(request.body);
  std::size_t twice = 0;
  for (const std::string& body : std::set<std::string>(bodies.begin(), bodies.end()))
    twice += bodies.count(body) == 2 ? 1 : 0;
  EXPECT_GT(twice, 3U);
  EXPECT_LT(twice, bodies.size() / 2);

  crm_.second_press_makes_another = true;
  const json::Object bad = rush(only(Operation::add), 200);
  EXPECT_GT(count(bad, "wrong"), 3);
  EXPECT_NE(problem(bad).find("customer_id is \"new-"), std::string::npos) << problem(bad);
}

TEST_F(TillTest, BadStatusesAreErrors) {
  crm_.status = 503;
  const json::Object report = rush(only(Operation::get));
  EXPECT_EQ(count(report, "errors"), count(report, "asked"));
  EXPECT_EQ(count(report, "answered"), count(report, "asked"));
  EXPECT_EQ(count(report, "wrong"), 0);
  EXPECT_EQ(report.at("problems").as_array().size(), 20U);
  EXPECT_NE(problem(report).find("503"), std::string::npos);
}

TEST_F(TillTest, NoAnswerIsAnError) {
  run(server_.stop(std::chrono::milliseconds{50}));
  const json::Object report = rush(only(Operation::search), 100, 0.1);
  EXPECT_GT(count(report, "asked"), 0);
  EXPECT_EQ(count(report, "errors"), count(report, "asked"));
  EXPECT_EQ(count(report, "answered"), 0);
}

TEST_F(TillTest, WrongAnswersAreFound) {
  Mix known = only(Operation::search);
  known.search_by = {{SearchBy::email, 1}, {SearchBy::mobile, 1}, {SearchBy::member_number, 1}};
  crm_.finds_nobody = true;
  EXPECT_NE(problem(rush(known)).find("not found: customer c-"), std::string::npos);
  crm_.finds_nobody = false;
  crm_.forgets_names = true;
  const json::Object nameless = rush(known);
  EXPECT_EQ(count(nameless, "wrong"), count(nameless, "asked"));
  EXPECT_NE(problem(nameless).find("name_first is \"\", expected"), std::string::npos);
  crm_.forgets_names = false;
  EXPECT_EQ(count(rush(known), "wrong"), 0);
  Mix unknown = only(Operation::search);
  unknown.search_by = {{SearchBy::unknown, 1}};
  EXPECT_EQ(count(rush(unknown), "wrong"), 0);
  crm_.finds_strangers = true;
  const json::Object strangers = rush(unknown);
  EXPECT_EQ(count(strangers, "wrong"), count(strangers, "asked"));
  EXPECT_EQ(count(strangers, "errors"), 0);
}

TEST_F(TillTest, AnswersFromTheIndexAreCountedAndMayLackNames) {
  crm_.answers_from_index = crm_.forgets_names = true;
  Mix known = only(Operation::search);
  known.search_by = {{SearchBy::email, 1}};
  const json::Object searches = rush(known);
  EXPECT_EQ(count(searches, "from_index"), count(searches, "asked"));
  EXPECT_EQ(count(searches, "wrong"), 0) << problem(searches);
  const json::Object sections = rush(only(Operation::sections));
  EXPECT_EQ(count(sections, "from_index"), count(sections, "asked"));
}

TEST_F(TillTest, OneRushAtATime) {
  tills_.client().call_at({url(), "", ""});
  TrafficSettings settings;
  settings.seconds = 0.05;
  ASSERT_TRUE(tills_.start(settings));
  EXPECT_EQ(tills_.start(settings).error().kind, tillbridge::Error::Kind::unavailable);
  run_until([this] { return !tills_.running(); });
  settings.calls_per_second = 0;
  EXPECT_EQ(tills_.start(settings).error().kind, tillbridge::Error::Kind::invalid_input);
}

TEST(TillClient, ACallIsMadeAsSitooMakesIt) {
  tillbridge::Loop loop(1);
  FakeTransport hub([](const HttpRequest&) -> tillbridge::Result<HttpAnswer> {
    HttpAnswer answer;
    answer.status = 200;
    answer.headers = {{"server-timing", "platform;dur=3"}};
    return answer;
  });
  CrmClient client(hub);
  client.call_at({"http://hub.example/crm/", "pos", "secret"});
  tillbridge::Result<CrmAnswer> answer = tillbridge::fail(tillbridge::Error::Kind::retry, "");
  const auto call = [](CrmClient* from, CrmCall what,
                       tillbridge::Result<CrmAnswer>* into) -> tillbridge::Task<void> {
    *into = co_await from->call(std::move(what));
  };
  tillbridge::TaskGroup group(loop, [](const std::string& what) { ADD_FAILURE() << what; });
  const CrmCall update{Operation::update,
                       {{"customer_id", "c 1"}},
                       R"({"mobile":"1"})",
                       {{"Store-ID", "Malmö {1}"}}};
  group.start(call(&client, update, &answer));
  loop.run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->platform, std::chrono::milliseconds{3});
  const HttpRequest& sent = hub.requests().front();
  EXPECT_EQ(sent.method, "PUT");
  EXPECT_EQ(sent.url, "http://hub.example/crm/customers/c%201");
  EXPECT_EQ(sent.headers[0],
            (std::pair<std::string, std::string>("Store-ID", "Malm%C3%B6%20%7B1%7D")));
  EXPECT_EQ(sent.basic_user, "pos");
  EXPECT_TRUE(sent.basic_password.matches("secret"));
  EXPECT_EQ(sent.total_time_max, std::chrono::seconds{10});

  client.call_at({});
  loop.restart();
  group.start(call(&client, update, &answer));
  loop.run();
  EXPECT_EQ(answer.error().kind, tillbridge::Error::Kind::invalid_input);
  EXPECT_EQ(hub.requests().size(), 1U);
}

// The sandbox's own slowness: each call takes half a second in which the loop does nothing else,
// and ten are due each second. From its own start each would have taken 500 ms.
TEST(TillSchedule, LatencyCountsFromTheScheduledStart) {
  tillbridge::Loop loop(1);
  tillbridge::ManualClock clock;
  FakeTransport slow([&clock](const HttpRequest&) -> tillbridge::Result<HttpAnswer> {
    clock.advance(std::chrono::milliseconds{500});
    HttpAnswer answer;
    answer.status = 200;
    answer.body = "[]";
    return answer;
  });
  shopping_day::Customers customers(10, 1);
  const sitoo::Masterdata stores = sitoo::make_masterdata({3, 10, 1, 1500});
  Ledger ledger{Expectations{}};
  TillTraffic tills(loop, clock, slow, stores, customers, ledger);
  tills.client().call_at({"http://hub.example", "", ""});
  TrafficSettings settings;
  settings.seconds = 2;
  settings.mix.operations = {{Operation::consents, 1}};
  ASSERT_TRUE(tills.start(settings));
  loop.run();
  const json::Object report = tills.report();
  const auto asked = report.at("asked").to_number<double>();
  EXPECT_NEAR(asked, 20, 12);
  EXPECT_GE(report.at("max_ms").as_double(), asked * 500 - 2000);
  EXPECT_GT(report.at("p50_ms").as_double(), 2000);
}

}  // namespace
}  // namespace sandbox::till
