#include "connectors/sitoo/stock_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/run_task.h"
#include "connectors/sitoo/contract_examples.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::sitoo {
namespace {

using outbound::HttpAnswer;
using outbound::HttpRequest;
using test::run_task;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Outcome::Kind;

constexpr std::string_view base = "https://api-sandbox.mysitoo.com/v2/accounts/1500/sites/2/";

Config config() {
  Config c;
  c.base_url = "https://api-sandbox.mysitoo.com/v2/accounts/1500/";
  c.site_id = 2;
  c.api_id = "1500-142";
  c.api_password = Secret("hush");
  return c;
}

HttpAnswer answer(int status, std::string_view body = "") {
  HttpAnswer a;
  a.status = status;
  a.body = body;
  return a;
}

struct Bench {
  explicit Bench(outbound::FakeTransport::Script script) : transport(std::move(script)) {}
  explicit Bench(std::string_view body)
      : Bench([body](const HttpRequest&) { return answer(200, body); }) {}
  std::string url(std::size_t i = 0) const { return transport.requests().at(i).url; }

  ManualClock clock;
  outbound::FakeTransport transport;
  StockClient client{transport, clock, config()};
};

LevelQuery levels_of(std::string warehouse, std::vector<std::string> skus = {}) {
  LevelQuery query;
  query.warehouse = std::move(warehouse);
  query.skus = std::move(skus);
  return query;
}

TEST(StockClient, WarehousesWithTheCodesOfTheirStores) {
  Bench on([](const HttpRequest& request) {
    return answer(200, request.url.find("/stores.json") != std::string::npos ? examples::stores_8
                       : request.url.find("start=0") != std::string::npos
                           ? examples::warehouses_5_1
                           : R"({"totalcount":4,"items":[]})");
  });
  const WarehousesAnswer read = run_task(on.client.warehouses());
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  EXPECT_THAT(on.transport.requests(), SizeIs(2));
  EXPECT_EQ(on.url(0),
            std::string(base) + "stores.json?fields=storeid,externalid&start=0&num=1000");
  EXPECT_EQ(on.url(1), std::string(base) +
                           "warehouses.json?fields=warehouseid,warehousetype,storeid,sellable,name,"
                           "externalid&start=0&num=1000");
  EXPECT_EQ(on.transport.requests()[0].basic_user, "1500-142");
  ASSERT_THAT(read.warehouses, SizeIs(3));
  EXPECT_EQ(read.warehouses[0].store, "STO-01");
  EXPECT_EQ(read.warehouses[0].code, "WH-7");
  EXPECT_EQ(read.warehouses[0].name, "Example Street");
  EXPECT_TRUE(read.warehouses[0].has_movements);
  EXPECT_FALSE(read.warehouses[1].has_movements);
  EXPECT_EQ(read.warehouses[1].store, "");
  EXPECT_FALSE(read.warehouses[2].sellable);
}

TEST(StockClient, WarehousesArePagedThroughAndAllOrNone) {
  int calls = 0;
  const auto script = [&calls](int fail_at) {
    return [&calls, fail_at](const HttpRequest& request) {
      if (++calls == fail_at) return answer(503);
      if (request.url.find("/stores.json") != std::string::npos)
        return answer(200, R"({"totalcount":0,"items":[]})");
      const bool second = request.url.find("start=1&") != std::string::npos;
      return answer(200, second ? R"({"totalcount":2,"items":[{"warehouseid":8}]})"
                                : R"({"totalcount":2,"items":[{"warehouseid":7}]})");
    };
  };
  Bench whole(script(0));
  const WarehousesAnswer read = run_task(whole.client.warehouses());
  ASSERT_THAT(read.warehouses, SizeIs(2));
  EXPECT_EQ(read.warehouses[1].id, "8");
  EXPECT_EQ(calls, 3);
  for (const int fail_at : {1, 2, 3}) {
    calls = 0;
    Bench broken(script(fail_at));
    const WarehousesAnswer none = run_task(broken.client.warehouses());
    EXPECT_EQ(none.outcome.kind, Kind::transient);
    EXPECT_TRUE(none.outcome.connection_at_fault);
    EXPECT_THAT(none.warehouses, IsEmpty());
    EXPECT_EQ(calls, fail_at);
  }
}

TEST(StockClient, LevelsOfAPage) {
  Bench on([](const HttpRequest&) {
    HttpAnswer a = answer(200, examples::levels_5_2);
    a.headers.emplace_back("date", "Wed, 12 Jun 2024 14:46:40 GMT");
    return a;
  });
  const LevelPage page = run_task(on.client.levels(levels_of("7")));
  EXPECT_EQ(on.url(), std::string(base) +
                          "warehouses/7/warehouseitems.json?start=0&num=1000&fields=sku,"
                          "decimaltotal,decimalreserved,decimalavailable,datelastmodified");
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_EQ(page.got, 3U);
  EXPECT_EQ(page.total, 3);
  EXPECT_EQ(page.answered_at, from_unix_seconds(1'718'203'600));
  ASSERT_THAT(page.levels, SizeIs(2));
  EXPECT_EQ(page.levels[0].available, Decimal::of(7));
  EXPECT_EQ(page.levels[1].warehouse, "7");
  EXPECT_EQ(page.levels[1].available.to_text(), "-1.5");
  EXPECT_THAT(page.unreadable, ElementsAre("SKU TEE: decimaltotal is not a number"));
  EXPECT_THAT(page.not_asked, IsEmpty());
}

TEST(StockClient, LevelsByFilter) {
  Bench on(R"({"totalcount":0,"items":[]})");
  LevelQuery query = levels_of("7", {"A B", "ä/&", "ONE,TWO", "", "C"});
  query.changed_since = from_unix_seconds(1'718'200'350) + std::chrono::milliseconds{900};
  query.start = 200;
  query.num = 100'000;
  const LevelPage page = run_task(on.client.levels(query));
  EXPECT_THAT(on.url(), HasSubstr("json?sku=A%20B,%C3%A4%2F%26,C&datelastmodifiedfrom=1718200350&"
                                  "start=200&num=1000&fields="));
  EXPECT_THAT(page.not_asked, ElementsAre("ONE,TWO", ""));
  EXPECT_EQ(page.answered_at, std::nullopt);
  query.num = 0;
  (void)run_task(on.client.levels(query));
  EXPECT_THAT(on.url(1), HasSubstr("&num=1&"));
}

TEST(StockClient, SkusThatCannotBeNamedDoNotReadTheWholeWarehouse) {
  Bench on(examples::levels_5_2);
  const LevelPage page = run_task(on.client.levels(levels_of("7", {"ONE,TWO"})));
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_THAT(page.levels, IsEmpty());
  EXPECT_THAT(page.not_asked, ElementsAre("ONE,TWO"));
  EXPECT_THAT(on.transport.requests(), IsEmpty());
}

TEST(StockClient, Movements) {
  Bench on(examples::movements_5_3);
  const MovementPage page = run_task(on.client.movements_from(81, 2));
  EXPECT_EQ(on.url(), std::string(base) +
                          "warehousetransactions.json?warehousetransactionidfrom=81&sort="
                          "warehousetransactionid&num=2&fields=warehousetransactionid,warehouseid,"
                          "datecreated,transactiontype,items");
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_EQ(page.newest, 82);
  EXPECT_TRUE(page.more);
  ASSERT_THAT(page.movements, SizeIs(3));
  EXPECT_EQ(page.movements[0].sku, "CAP-BLK");
  EXPECT_EQ(page.movements[1].sku, "ANKLE");
  EXPECT_EQ(page.movements[2].id, 82);
}

TEST(StockClient, WhetherThereAreMoreMovements) {
  const struct {
    const char* body;
    std::int64_t newest;
    bool more;
  } cases[] = {
      {R"({"totalcount":0,"items":[]})", 0, false},
      {R"({"items":[{"warehousetransactionid":9}]})", 9, false},
      {R"({"totalcount":1,"items":[{"warehousetransactionid":9}]})", 9, false},
      {R"({"totalcount":2,"items":[{"warehousetransactionid":9}]})", 9, true},
      // Nothing to go on from.
      {R"({"totalcount":7,"items":[]})", 0, false},
      {R"({"totalcount":7,"items":[{"sku":"X"}]})", 0, false},
      {R"({"totalcount":7,"items":[{"warehousetransactionid":4}]})", 4, false},
  };
  for (const auto& c : cases) {
    Bench on{std::string_view(c.body)};
    const MovementPage page = run_task(on.client.movements_from(5, 100));
    EXPECT_EQ(page.outcome.kind, Kind::delivered) << c.body;
    EXPECT_EQ(page.newest, c.newest) << c.body;
    EXPECT_EQ(page.more, c.more) << c.body;
  }
}

std::string falling(std::int64_t total) {
  return R"({"totalcount":)" + std::to_string(total) + R"(,"items":[
      {"warehousetransactionid":9,"warehouseid":3,"datecreated":1,"items":[
        {"sku":"N","decimalquantity":"1","decimaltotal":"2"}]},
      {"warehousetransactionid":8,"warehouseid":3,"datecreated":1,"items":[
        {"sku":"O","decimalquantity":"1","decimaltotal":"1"}]}]})";
}

TEST(StockClient, TransactionsByFallingIdLoseNothing) {
  // All of them are here: put in order.
  const std::string all = falling(2);
  Bench whole{std::string_view(all)};
  const MovementPage page = run_task(whole.client.movements_from(1, 100));
  ASSERT_THAT(page.movements, SizeIs(2));
  EXPECT_EQ(page.movements[0].sku, "O");
  EXPECT_EQ(page.newest, 9);
  // Going on after 9 would skip what is before 8.
  const std::string end = falling(5);
  Bench part{std::string_view(end)};
  const MovementPage trouble = run_task(part.client.movements_from(1, 2));
  EXPECT_EQ(trouble.outcome.kind, Kind::transient);
  EXPECT_TRUE(trouble.outcome.connection_at_fault);
  EXPECT_THAT(trouble.movements, IsEmpty());
  EXPECT_EQ(trouble.newest, 0);
  EXPECT_FALSE(trouble.more);
}

TEST(StockClient, NewestMovement) {
  Bench on(R"({"totalcount":90,"items":[{"warehousetransactionid":90}]})");
  const MovementPage page = run_task(on.client.newest_movement());
  EXPECT_EQ(on.url(), std::string(base) +
                          "warehousetransactions.json?sort=-warehousetransactionid&num=1&fields="
                          "warehousetransactionid");
  EXPECT_EQ(page.newest, 90);
  EXPECT_FALSE(page.more);
  EXPECT_THAT(page.unreadable, IsEmpty());
  Bench none(R"({"totalcount":0,"items":[]})");
  EXPECT_EQ(run_task(none.client.newest_movement()).newest, 0);
}

TEST(StockClient, APageThatIsTooLargeCanBeHalved) {
  Bench on([](const HttpRequest&) -> Result<HttpAnswer> {
    return fail(Error::Kind::rejected, "the answer is larger than 16777216 bytes");
  });
  const MovementPage large = run_task(on.client.movements_from(1, 2));
  EXPECT_TRUE(large.too_large);
  EXPECT_EQ(large.outcome.kind, Kind::transient);
  EXPECT_FALSE(large.outcome.connection_at_fault);
  const MovementPage smallest = run_task(on.client.movements_from(1, 1));
  EXPECT_FALSE(smallest.too_large);
  EXPECT_TRUE(smallest.outcome.connection_at_fault);
  LevelQuery query = levels_of("7");
  EXPECT_TRUE(run_task(on.client.levels(query)).too_large);
  query.num = 1;
  EXPECT_FALSE(run_task(on.client.levels(query)).too_large);
}

TEST(StockClient, WhatAnswersMean) {
  const struct {
    const char* what;
    Result<HttpAnswer> given;
    Kind kind;
    bool connection_at_fault;
    const char* says;
  } cases[] = {
      {"401", answer(401), Kind::transient, true, "api_password"},
      {"429", answer(429), Kind::throttled, false, "fewer"},
      {"500", answer(500), Kind::transient, true, "500"},
      {"400", answer(400, R"({"errortext":"bad num"})"), Kind::rejected, false, "bad num"},
      {"html", answer(200, "<html>"), Kind::transient, true, "base_url"},
      {"refused", fail(Error::Kind::retry, "refused"), Kind::transient, true, "refused"},
      {"time-out", fail(Error::Kind::unknown_outcome, "20 s"), Kind::transient, true, "20 s"},
  };
  for (const auto& c : cases) {
    Bench on([&c](const HttpRequest&) { return c.given; });
    for (const Outcome& outcome : {run_task(on.client.levels(levels_of("7"))).outcome,
                                   run_task(on.client.movements_from(1, 100)).outcome,
                                   run_task(on.client.newest_movement()).outcome,
                                   run_task(on.client.warehouses()).outcome}) {
      EXPECT_EQ(outcome.kind, c.kind) << c.what;
      EXPECT_EQ(outcome.connection_at_fault, c.connection_at_fault) << c.what;
      EXPECT_THAT(outcome.reason, HasSubstr(c.says)) << c.what;
    }
  }
}

TEST(StockClient, AWarehouseThatIsNotThereIsNotTheConnection) {
  Bench on([](const HttpRequest&) { return answer(404, R"({"statuscode":404})"); });
  const LevelPage page = run_task(on.client.levels(levels_of("7")));
  EXPECT_EQ(page.outcome.kind, Kind::rejected);
  EXPECT_FALSE(page.outcome.connection_at_fault);
  EXPECT_THAT(page.outcome.reason, HasSubstr("warehouse 7"));
  const MovementPage movements = run_task(on.client.movements_from(1, 10));
  EXPECT_EQ(movements.outcome.kind, Kind::transient);
  EXPECT_TRUE(movements.outcome.connection_at_fault);
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
