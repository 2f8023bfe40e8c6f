#include "connectors/bloomreach/catalog_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bloomreach/catalog_answer_examples.h"
#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using outbound::FakeTransport;
using outbound::HttpAnswer;
using outbound::HttpRequest;
using std::chrono::seconds;
using test::run_task;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using Kind = Outcome::Kind;

constexpr std::string_view base = "https://api.example.com/data/v2/projects/p-1/catalogs";

Config config() {
  Config made;
  made.base_url = "https://api.example.com//";
  made.project_token = "p-1";
  made.key_id = "key-id-123";
  made.key_secret = Secret{"secret-456"};
  return made;
}

// A client whose calls all get this answer.
struct Bench {
  explicit Bench(std::string_view body, int status = 200) {
    answer.status = status;
    answer.body = body;
  }
  const HttpRequest& asked() const { return transport.requests().at(0); }

  HttpAnswer answer;
  ManualClock clock;
  FakeTransport transport{[this](const HttpRequest&) { return answer; }};
  CatalogClient client{transport, clock, config()};
};

TEST(CatalogRowPart, ExactBytes) {
  json::Object properties;
  properties["store_id"] = "S12";
  properties["sku"] = "a\"b";
  properties["quantity"] = 0.5;
  properties["updated_at"] = 1'718'200'350;
  EXPECT_EQ(row_part("S12__a\"b", properties, true),
            R"({"item_id":"S12__a\"b","properties":{"store_id":"S12","sku":"a\"b","quantity":0.5,)"
            R"("updated_at":1718200350},"upsert":true})");
  json::Object sum;
  sum["stock_level"] = 5.0;
  sum["active"] = true;
  sum["note"] = nullptr;
  EXPECT_EQ(row_part("a", sum, false),
            R"({"item_id":"a","properties":{"stock_level":5,"active":true,"note":null}})");
  EXPECT_EQ(row_part("a", {}, false), R"({"item_id":"a","properties":{}})");
}

TEST(CatalogRowPart, NumbersAreJson) {
  const std::pair<double, const char*> cases[] = {{0.001, "0.001"},
                                                  {-0.25, "-0.25"},
                                                  {12345.678, "12345.678"},
                                                  {999999999.999, "999999999.999"},
                                                  {0.0, "0"}};
  for (const auto& [number, text] : cases) {
    json::Object properties;
    properties["n"] = number;
    const std::string part = row_part("a", properties, false);
    EXPECT_EQ(part, std::string(R"({"item_id":"a","properties":{"n":)") + text + "}}");
    EXPECT_TRUE(json::parse(part));
  }
}

TEST(CatalogRowPart, ItemIdsHoldNoSlash) {
  EXPECT_EQ(item_id_of("SKU/1"), "SKU%2F1");
  EXPECT_EQ(item_id_of("5%"), "5%25");
  EXPECT_EQ(item_id_of("a%2Fb/"), "a%252Fb%2F");
  EXPECT_EQ(item_id_of("S12__SKU å"), "S12__SKU å");
}

TEST(CatalogClient, ListsCatalogs) {
  Bench on(examples::catalogs_k2);
  EXPECT_THAT(run_task(on.client.catalogs()).catalogs, SizeIs(1));
  EXPECT_EQ(on.asked().method, "GET");
  EXPECT_EQ(on.asked().url, base);
  EXPECT_EQ(on.asked().body, "");
  EXPECT_EQ(on.asked().basic_user, "key-id-123");
  EXPECT_EQ(on.asked().basic_password.reveal(), "secret-456");
  EXPECT_EQ(on.asked().total_time_max, seconds{60});
  EXPECT_EQ(on.asked().connect_time_max, config().connect_time_max);
  EXPECT_EQ(on.asked().answer_bytes_max, config().export_bytes_max);
}

TEST(CatalogClient, CreatesACatalog) {
  Bench on(examples::created_k1);
  const std::vector<CatalogColumn> columns = {{"store_id", "string", true},
                                              {"quantity", "number", false}};
  const CreatedCatalog made = run_task(on.client.create("store_inventory", columns, false));
  EXPECT_EQ(made.id, "65bb00000000000000000002");
  EXPECT_EQ(on.asked().method, "POST");
  EXPECT_EQ(on.asked().url, base);
  EXPECT_THAT(on.asked().headers, Contains(Pair("Content-Type", "application/json")));
  EXPECT_EQ(on.asked().body, R"({"name":"store_inventory","is_product_catalog":false,"fields":[)"
                             R"({"name":"store_id","type":"string","searchable":true},)"
                             R"({"name":"quantity","type":"number"}]})");
}

TEST(CatalogClient, UpdatesRows) {
  Bench on(examples::bulk_9_2);
  const RowsAnswer made =
      run_task(on.client.update_rows("65 bb", {R"({"a":1})", R"({"b":2})", R"({"c":3})"}));
  EXPECT_EQ(on.asked().method, "POST");
  EXPECT_EQ(on.asked().url, std::string(base) + "/65%20bb/items/partial-update");
  EXPECT_EQ(on.asked().body, R"([{"a":1},{"b":2},{"c":3}])");
  EXPECT_THAT(on.asked().headers, Contains(Pair("Content-Type", "application/json")));
  EXPECT_EQ(on.asked().total_time_max, seconds{60});
  EXPECT_EQ(made.call.kind, Kind::delivered);
  ASSERT_THAT(made.rows, SizeIs(3));
  EXPECT_EQ(made.rows[2].kind, Kind::rejected);
}

TEST(CatalogClient, RemovesRows) {
  Bench on(R"([{"success":true,"queued":true},{"success":true,"queued":true}])");
  const RowsAnswer made = run_task(on.client.remove_rows("65bb", {"S12__SKU1", "x\"y"}));
  EXPECT_EQ(on.asked().method, "DELETE");
  EXPECT_EQ(on.asked().url, std::string(base) + "/65bb/items/bulk-delete");
  EXPECT_EQ(on.asked().body, R"(["S12__SKU1","x\"y"])");
  EXPECT_THAT(made.rows, SizeIs(2));
  EXPECT_THAT(made.rows, Each(Field(&Outcome::kind, Kind::delivered)));
}

TEST(CatalogClient, WritesStayWithinTheLimits) {
  Bench on("[]");
  EXPECT_EQ(run_task(on.client.update_rows("65bb", {})).call.kind, Kind::delivered);
  const RowsAnswer many = run_task(
      on.client.update_rows("65bb", std::vector<std::string>(catalog_rows_per_call_max + 1, "1")));
  EXPECT_EQ(many.call.kind, Kind::rejected);
  EXPECT_THAT(many.rows, SizeIs(catalog_rows_per_call_max + 1));
  EXPECT_THAT(many.rows, Each(Field(&Outcome::kind, Kind::rejected)));
  EXPECT_EQ(
      run_task(on.client.update_rows("65bb", {std::string(catalog_bytes_per_call_max - 1, '1')}))
          .call.kind,
      Kind::rejected);
  EXPECT_THAT(on.transport.requests(), IsEmpty());
  (void)run_task(on.client.update_rows("65bb", {std::string(catalog_bytes_per_call_max - 2, '1')}));
  EXPECT_THAT(on.transport.requests(), SizeIs(1));
}

TEST(CatalogClient, QueriesWhatCanBeListed) {
  Bench on(examples::rows_k4);
  RowQuery query;
  query.text = "S12 & more";
  query.field = "store_id";
  query.skip = 900;
  EXPECT_THAT(run_task(on.client.query("65bb", query)).rows, SizeIs(1));
  EXPECT_EQ(on.asked().method, "GET");
  EXPECT_EQ(
      on.asked().url,
      std::string(base) + "/65bb/items?query=S12%20%26%20more&field=store_id&count=100&skip=900");
  (void)run_task(on.client.query("65bb", RowQuery{}));
  EXPECT_EQ(on.transport.requests()[1].url, std::string(base) + "/65bb/items?count=1000&skip=0");
  query.skip = catalog_rows_listed_max;
  EXPECT_EQ(run_task(on.client.query("65bb", query)).outcome.kind, Kind::rejected);
  EXPECT_THAT(on.transport.requests(), SizeIs(2));
}

TEST(CatalogClient, ReadsOneRow) {
  Bench on(examples::row_k5);
  EXPECT_TRUE(run_task(on.client.read_row("65bb", item_id_of("S12__A/1"))).row);
  EXPECT_EQ(on.asked().url, std::string(base) + "/65bb/items/S12__A%252F1");
  Bench none(examples::no_item, 404);
  const RowAnswer missing = run_task(none.client.read_row("65bb", "x"));
  EXPECT_EQ(missing.outcome.kind, Kind::delivered);
  EXPECT_FALSE(missing.row);
}

TEST(CatalogClient, RetryAfterOfEveryCall) {
  // 2026-01-01 00:00:00 is the manual clock's start; no Date beside it.
  Bench on("", 429);
  on.answer.headers.emplace_back("retry-after", "Thu, 01 Jan 2026 00:00:07 GMT");
  const RowsAnswer updated = run_task(on.client.update_rows("c", {"{}"}));
  const RowsAnswer removed = run_task(on.client.remove_rows("c", {"x"}));
  for (const Outcome& outcome :
       {run_task(on.client.catalogs()).outcome, run_task(on.client.create("c", {}, false)).outcome,
        updated.call, updated.rows.at(0), removed.call, removed.rows.at(0),
        run_task(on.client.query("c", RowQuery{})).outcome,
        run_task(on.client.read_row("c", "x")).outcome}) {
    EXPECT_EQ(outcome.kind, Kind::throttled);
    EXPECT_EQ(outcome.retry_after, Duration{seconds{7}});
  }
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
