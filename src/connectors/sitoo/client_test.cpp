#include "connectors/sitoo/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "connectors/run_task.h"
#include "connectors/sitoo/contract_examples.h"
#include "connectors/sitoo/order_mapping.h"
#include "connectors/sitoo/rate_limit.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::sitoo {
namespace {

using outbound::FakeTransport;
using outbound::HttpAnswer;
using outbound::HttpRequest;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::run_task;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Kind = Outcome::Kind;

Config config() {
  Config c;
  c.base_url = "https://api-sandbox.mysitoo.com/v2/accounts/1500/";
  c.account_id = 1500;
  c.api_id = "1500-142";
  c.api_password = Secret("hush");
  c.orders_per_list_max = 3;
  return c;
}

HttpAnswer answer(int status, std::string body = "",
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpAnswer a;
  a.status = status;
  a.body = std::move(body);
  a.headers = std::move(headers);
  return a;
}

std::string list_of(std::int64_t total, std::initializer_list<int> ids) {
  std::string items;
  for (const int id : ids) {
    json::Object order = json::parse(examples::sale_4_4)->as_object();
    order["orderid"] = id;
    items += (items.empty() ? "" : ",") + json::to_text(order);
  }
  return R"({"totalcount":)" + std::to_string(total) + R"(,"items":[)" + items + "]}";
}

std::vector<std::string> ids_of(const OrderPage& page) {
  std::vector<std::string> ids;
  for (const OrderRead& read : page.orders) ids.push_back(read.id);
  return ids;
}

TEST(SitooClient, AsksAsTheContractSays) {
  FakeTransport transport([](const HttpRequest&) { return answer(200, list_of(1, {20417})); });
  const ManualClock clock;
  Client client(transport, clock, config());
  const OrderPage page = run_task(client.orders_by_id({"20417"}));
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_EQ(page.total, 1);
  ASSERT_EQ(page.orders.size(), 1U);
  EXPECT_EQ(page.orders[0].id, "20417");
  ASSERT_TRUE(page.orders[0].order);
  EXPECT_EQ(page.orders[0].order->receipt_id, "SII00000015000074812");
  EXPECT_EQ(*json::parse(page.orders[0].document), *json::parse(examples::sale_4_4));

  ASSERT_EQ(transport.requests().size(), 1U);
  const HttpRequest& request = transport.requests()[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url,
            "https://api-sandbox.mysitoo.com/v2/accounts/1500/orders.json?eshopid=1&orderid=20417&"
            "sort=orderid&num=1&fields=" +
                std::string(order_fields()));
  EXPECT_THAT(request.headers, ElementsAre(testing::Pair("Accept", "application/json")));
  EXPECT_EQ(request.basic_user, "1500-142");
  EXPECT_TRUE(request.basic_password.matches("hush"));
  EXPECT_EQ(request.total_time_max, seconds{20});
  for (const char* field : {"externalid", "creditorderid", "phone", "orderlogitems", "registerid"})
    EXPECT_THAT(std::string(order_fields()), HasSubstr(field));
}

TEST(SitooClient, ManyOrdersTakeSeveralCalls) {
  // Three ids a call, and a Sitoo that gives at most two a page.
  FakeTransport transport([](const HttpRequest& request) {
    if (request.url.find("orderid=1,2,3") != std::string::npos)
      return request.url.find("start=2") == std::string::npos ? answer(200, list_of(3, {1, 2}))
                                                              : answer(200, list_of(3, {3}));
    return answer(200, list_of(1, {5}));
  });
  const ManualClock clock;
  Client client(transport, clock, config());
  const OrderPage page = run_task(client.orders_by_id({"1", "2", "3", "4&x=1", "", "4", "5"}));
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_THAT(ids_of(page), ElementsAre("1", "2", "3", "5"));
  EXPECT_EQ(transport.requests().size(), 3U);
  EXPECT_THAT(transport.requests()[2].url, HasSubstr("orderid=4,5&sort=orderid&num=2"));
}

TEST(SitooClient, NothingAskedIsNoCall) {
  FakeTransport transport([](const HttpRequest&) { return answer(500); });
  const ManualClock clock;
  Client client(transport, clock, config());
  EXPECT_EQ(run_task(client.orders_by_id({})).outcome.kind, Kind::delivered);
  EXPECT_TRUE(transport.requests().empty());
}

TEST(SitooClient, CursorNewestAndPing) {
  FakeTransport transport([](const HttpRequest&) { return answer(200, list_of(9, {7, 8})); });
  const ManualClock clock;
  Client client(transport, clock, config());
  const OrderPage page = run_task(client.order_numbers_from(7));
  EXPECT_EQ(page.total, 9);
  EXPECT_THAT(ids_of(page), ElementsAre("7", "8"));
  EXPECT_THAT(transport.requests()[0].url,
              HasSubstr("&orderidfrom=7&sort=orderid&num=3&fields=orderid"));
  run_task(client.newest_order());
  EXPECT_THAT(transport.requests()[1].url, HasSubstr("&sort=-orderid&num=1&"));
  EXPECT_EQ(run_task(client.ping()).kind, Kind::delivered);
}

TEST(SitooClient, PastOrdersAreAskedForByNumberAndTime) {
  std::string url;
  FakeTransport transport([&](const HttpRequest& request) {
    url = request.url;
    return answer(
        200, R"({"totalcount":2,"items":[{"orderid":4,"orderdate":1718200350},{"orderid":5}]})");
  });
  const ManualClock clock;
  Client client(transport, clock, config());
  PastOrders range{4, 90, std::nullopt, std::nullopt};
  const OrderPage page = run_task(client.past_orders(range));
  EXPECT_THAT(url,
              HasSubstr("&orderidfrom=4&orderidto=90&sort=orderid&num=3&fields=orderid,orderdate"));
  EXPECT_THAT(ids_of(page), ElementsAre("4", "5"));
  EXPECT_EQ(page.orders.at(0).ordered_at, from_unix_seconds(1'718'200'350));
  EXPECT_EQ(page.orders.at(1).ordered_at, std::nullopt);
  range.since = from_unix_seconds(100);
  range.before = from_unix_seconds(200);
  (void)run_task(client.past_orders(range));
  EXPECT_THAT(url, HasSubstr("&orderdatefrom=99&orderdateto=201&"));
}

TEST(SitooClient, AnOrderThatCannotBeUnderstoodDoesNotHideTheOthers) {
  FakeTransport transport([](const HttpRequest&) {
    return answer(200, R"({"totalcount":3,"items":[7,{"orderid":5},)" +
                           std::string(examples::sale_4_4) + "]}");
  });
  const ManualClock clock;
  Client client(transport, clock, config());
  const OrderPage page = run_task(client.orders_by_id({"5", "7", "20417"}));
  ASSERT_EQ(page.orders.size(), 3U);
  EXPECT_FALSE(page.orders[0].order);
  EXPECT_EQ(page.orders[0].document, "7");
  EXPECT_FALSE(page.orders[1].order);
  EXPECT_EQ(page.orders[1].id, "5");
  EXPECT_TRUE(page.orders[2].order);
}

struct AnswerCase {
  const char* what;
  Result<HttpAnswer> answer;
  Kind kind;
  bool connection_at_fault;
  int http_status;
  const char* says;
};

TEST(SitooClient, WhatAnswersMean) {
  const AnswerCase cases[] = {
      {"401", answer(401, R"({"statuscode":401,"errortext":"x"})"), Kind::transient, true, 401,
       "api_password"},
      {"403", answer(403, "<html>"), Kind::transient, true, 403, "api_id"},
      {"404", answer(404, "{}"), Kind::transient, true, 404, "base_url"},
      {"301", answer(301), Kind::transient, true, 301, "base_url"},
      {"408", answer(408), Kind::transient, true, 408, "408"},
      {"429", answer(429), Kind::throttled, false, 429, "fewer"},
      {"500", answer(500, "<html>"), Kind::transient, true, 500, "500"},
      {"503", answer(503), Kind::transient, true, 503, "503"},
      {"400", answer(400, R"({"statuscode":400,"errortext":"bad num for vera@example.org"})"),
       Kind::rejected, false, 400, "bad num for [...]"},
      {"400 html", answer(400, "<html>"), Kind::rejected, false, 400, "400"},
      {"422", answer(422, R"({"errortext":""})"), Kind::rejected, false, 422, "422"},
      {"200 html", answer(200, "<html>sign in</html>"), Kind::transient, true, 200, "base_url"},
      {"200 empty", answer(200, ""), Kind::transient, true, 200, "list of orders"},
      {"200 array", answer(200, "[]"), Kind::transient, true, 200, "list of orders"},
      {"200 no items", answer(200, R"({"totalcount":0})"), Kind::transient, true, 200, "list"},
      {"200 none", answer(200, R"({"totalcount":0,"items":[]})"), Kind::delivered, false, 0, ""},
      {"refused", fail(Error::Kind::retry, "connection refused"), Kind::transient, true, 0,
       "connection refused"},
      {"time-out", fail(Error::Kind::unknown_outcome, "no answer in 20 s"), Kind::transient, true,
       0, "no answer in 20 s"},
      {"egress", fail(Error::Kind::rejected, "blocked"), Kind::transient, true, 0, "blocked"},
  };
  for (const AnswerCase& c : cases) {
    FakeTransport transport([&](const HttpRequest&) { return c.answer; });
    const ManualClock clock;
    Client client(transport, clock, config());
    for (const Outcome& outcome :
         {run_task(client.orders_by_id({"1"})).outcome, run_task(client.ping())}) {
      EXPECT_EQ(outcome.kind, c.kind) << c.what;
      EXPECT_EQ(outcome.connection_at_fault, c.connection_at_fault) << c.what;
      if (c.http_status != 0) {
        EXPECT_EQ(outcome.http_status, c.http_status) << c.what;
      }
      EXPECT_THAT(outcome.reason, HasSubstr(c.says)) << c.what;
      EXPECT_THAT(outcome.reason, Not(HasSubstr("hush")));
    }
  }
}

TEST(SitooRateLimit, HeadersInTheirStylesAndClockSkew) {
  const Instant now = from_unix_seconds(1'718'200'000);
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const struct {
    const char* what;
    Headers headers;
    Duration wait;
  } cases[] = {
      {"neither", {}, seconds{5}},
      {"reset against our clock", {{"x-rate-limit-reset", "1718200012"}}, seconds{12}},
      {"reset against the answer's date, our clock an hour off",
       {{"x-rate-limit-reset", "1718203612"}, {"date", "Wed, 12 Jun 2024 14:46:40 GMT"}},
       seconds{12}},
      {"reset in the past", {{"x-rate-limit-reset", "1718199000"}}, milliseconds{100}},
      {"reset far away", {{"x-rate-limit-reset", "1718299000"}}, minutes{5}},
      {"reset as a span", {{"x-rate-limit-reset", "9"}}, seconds{9}},
      {"reset in milliseconds is not understood",
       {{"x-rate-limit-reset", "1718200012000"}},
       seconds{5}},
      {"reset unreadable", {{"x-rate-limit-reset", "soon"}, {"retry-after", "3"}}, seconds{3}},
      {"reset before retry-after",
       {{"x-rate-limit-reset", "1718200012"}, {"retry-after", "3"}},
       seconds{12}},
      {"retry-after seconds", {{"retry-after", "3"}}, seconds{3}},
      {"retry-after date", {{"retry-after", "Wed, 12 Jun 2024 13:47:00 GMT"}}, seconds{20}},
      {"retry-after unreadable", {{"retry-after", "later"}}, seconds{5}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(wait_after_429(answer(429, "", c.headers), now), c.wait) << c.what;

  FakeTransport transport(
      [](const HttpRequest&) { return answer(429, "", {{"retry-after", "3"}}); });
  const ManualClock clock(now);
  Client client(transport, clock, config());
  EXPECT_EQ(run_task(client.newest_order()).outcome.retry_after, seconds{3});
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
