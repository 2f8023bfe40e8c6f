// Catalogs (contract 9): what is accepted, what comes of it and when.
#include <gtest/gtest.h>

#include "bloomreach/test_catalogs.h"

namespace sandbox::bloomreach {
namespace {

using Break = Reply::Break;
using Catalogs = test::CatalogTest;

constexpr const char* good = R"({"success":true,"queued":true})";

std::string wrong(const std::string& field, const std::string& text) {
  return R"({"success":false,"queued":false,"errors":{")" + field + R"(":[")" + text + R"("]}})";
}

TEST_F(Catalogs, AreMadeListedReadRenamedAndDeleted) {
  const std::string other = made("variants", R"([{"name":"stock_level","type":"number"}])");
  EXPECT_EQ(other.size(), 24U);
  EXPECT_EQ(parsed(call("GET", "")).at("data"),
            json(R"([{"id":")" + id + R"(","name":"store_inventory"},{"id":")" + other +
                 R"(","name":"variants"}])"));
  EXPECT_EQ(call("POST", "", R"({"name":"variants"})").status, 400);
  change(R"({"catalog_names_unique":false})");
  EXPECT_EQ(call("POST", "", R"({"name":"variants"})").status, 200);
  EXPECT_EQ(parsed(call("GET", "/" + other)).at("data").at("name"), "variants");

  const std::string frozen = R"({"name":"v2","fields":[{"name":"stock_level","type":"number"})";
  EXPECT_EQ(call("PUT", "/" + other, frozen + R"(,{"name":"new"}]})").status, 400);
  EXPECT_EQ(parsed(call("PUT", "/" + other, frozen + "]}")), json(R"({"success":true})"));
  EXPECT_EQ(parsed(call("GET", "/" + other)).at("data").at("name"), "v2");
  change(R"({"catalog_known_columns":"ignore"})");
  EXPECT_EQ(call("PUT", "/" + other, frozen + R"(,{"name":"new"}]})").status, 200);
  EXPECT_EQ(call("DELETE", "/" + other).status, 200);
  EXPECT_EQ(call("GET", "/" + other).status, 404);
}

TEST_F(Catalogs, ColumnsMustMakeSense) {
  for (const char* fields :
       {R"([{"name":""}])", R"([{"name":"a.b"}])", R"([{"name":"$a"}])",
        R"([{"name":"a","type":"blob"}])", R"([{"name":"a"},{"name":"a"}])", R"([7])", R"({})"}) {
    EXPECT_EQ(call("POST", "", R"({"name":"x","fields":)" + std::string(fields) + "}").status, 400)
        << fields;
  }
  EXPECT_EQ(call("POST", "", R"({"fields":[]})").status, 400);
  EXPECT_EQ(call("POST", "", "[]").status, 400);
}

TEST_F(Catalogs, FaultyRowsAreSkippedAndTheRestApplied) {
  const Reply reply = partial(R"([
    {"item_id":"S1__A","properties":{"quantity":3,"updated_at":1767225600},"upsert":true},
    {"item_id":"S1__B","properties":{"qty":3,"x":1},"upsert":true},
    {"item_id":7,"properties":{}}, "S1__C",
    {"item_id":"S1/D","properties":{},"upsert":true},
    {"item_id":"S1__E"},
    {"item_id":"S1__F","properties":{"updated_at":"2026-01-01T00:00:00Z"},"upsert":true},
    {"item_id":"S1__G","properties":{"updated_at":1767225600000},"upsert":true},
    {"item_id":"S1__H","properties":{"a.b":1},"upsert":true},
    {"item_id":"S1__I","properties":{"$a":1},"upsert":true},
    {"item_id":"S1__J","properties":{"":1},"upsert":true},
    {"item_id":"S1__K","properties":{"a\u0000":1},"upsert":true},
    {"item_id":"S1__L","properties":{"quantity":0.5,"active":true,"tags":["a"]},"upsert":true}])");
  ASSERT_EQ(reply.status, 200);
  const auto results = parsed(reply).as_array();
  ASSERT_EQ(results.size(), 13U);
  EXPECT_EQ(results[0], json(good));
  EXPECT_EQ(results[1], json(wrong("properties", "Fields [qty, x] are not properly defined.")));
  const auto malformed = json(wrong("_global", "Malformed item id. Item id should be a string"));
  EXPECT_EQ(results[2], malformed);
  EXPECT_EQ(results[3], malformed);
  for (std::size_t i = 4; i < 12; ++i) EXPECT_EQ(results[i].at("success"), false) << i;
  EXPECT_EQ(results[12], json(good));
  EXPECT_EQ(ids_of(""), "S1__A S1__L");
  EXPECT_EQ(row("S1__A"), R"({"quantity":3,"updated_at":1767225600})");
  EXPECT_EQ(json(row("S1__L")), json(R"({"quantity":0.5,"active":true,"tags":["a"]})"));
}

TEST_F(Catalogs, PartialUpdatesTouchTheNamedColumnsAndReplacesAllOfThem) {
  partial(R"([{"item_id":"a","properties":{"sku":"A","quantity":1,"tags":[1,2]},"upsert":true}])");
  EXPECT_EQ(parsed(partial(R"([{"item_id":"a","properties":{"quantity":2,"tags":[3]}}])")),
            json("[" + std::string(good) + "]"));
  EXPECT_EQ(json(row("a")), json(R"({"sku":"A","quantity":2,"tags":[3]})"));  // no deep merge
  partial(R"([{"item_id":"a","properties":{"sku":null}}])");
  EXPECT_EQ(json(row("a")), json(R"({"quantity":2,"tags":[3]})"));
  EXPECT_EQ(items("PUT", "", R"([{"item_id":"a","properties":{"sku":"B"}}])").status, 200);
  EXPECT_EQ(row("a"), R"({"sku":"B"})");
  EXPECT_EQ(items("PUT", "/b", R"({"properties":{"quantity":"4"}})").body, good);
  EXPECT_EQ(row("b"), R"({"quantity":"4"})");  // nobody says that it is refused
  EXPECT_EQ(items("POST", "/b/partial-update", R"({"properties":{"sku":"C"}})").status, 200);
  EXPECT_EQ(json(row("b")), json(R"({"sku":"C","quantity":"4"})"));
  EXPECT_EQ(items("PUT", "/b", R"({"properties":{"qty":4}})").status, 400);
}

TEST_F(Catalogs, WithoutUpsertAMissingRowStaysMissing) {
  const std::string plain = R"([{"item_id":"a","properties":{"quantity":1}}])";
  const std::string upsert = R"([{"item_id":"a","upsert":true,"properties":{"quantity":1}}])";
  const auto makes = [this](const std::string& rows, const std::string& query) {
    EXPECT_EQ(parsed(partial(rows, query)), json("[" + std::string(good) + "]"));
    const bool there = row("a") != "null";
    items("DELETE", "/a");
    return there;
  };
  EXPECT_FALSE(makes(plain, ""));
  EXPECT_TRUE(makes(upsert, ""));
  EXPECT_FALSE(makes(plain, "upsert=true"));
  change(R"({"catalog_upsert":"request"})");
  EXPECT_FALSE(makes(upsert, ""));
  EXPECT_TRUE(makes(plain, "upsert=true"));
  change(R"({"catalog_upsert":"either"})");
  EXPECT_TRUE(makes(upsert, ""));
  EXPECT_TRUE(makes(plain, "upsert=true"));
  items("POST", "/a/partial-update", R"({"properties":{"quantity":1}})");
  EXPECT_EQ(row("a"), "null");
  items("POST", "/a/partial-update", R"({"properties":{"quantity":1},"upsert":true})");
  EXPECT_EQ(row("a"), R"({"quantity":1})");
}

TEST_F(Catalogs, WritesShowAfterTheDelayInTheOrderOfAcceptance) {
  change(R"({"catalog_delay_ms":5000})");
  partial(R"([{"item_id":"a","properties":{"quantity":1},"upsert":true}])");
  change(R"({"catalog_delay_ms":0})");
  partial(R"([{"item_id":"a","properties":{"quantity":2},"upsert":true}])");
  EXPECT_EQ(row("a"), "null");
  clock.advance(std::chrono::seconds{4});
  EXPECT_EQ(row("a"), "null");
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(row("a"), R"({"quantity":2})");
}

TEST_F(Catalogs, RowsAreDeletedOneByOneAndInBulk) {
  partial(R"([{"item_id":"a","properties":{"sku":"A"},"upsert":true},
              {"item_id":"b","properties":{},"upsert":true},
              {"item_id":"c","properties":{},"upsert":true}])");
  const Reply reply = items("DELETE", "/bulk-delete", R"(["a","nobody",7])");
  const auto results = parsed(reply).as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[1], json(good));
  EXPECT_EQ(results[2].at("success"), false);
  EXPECT_EQ(items("DELETE", "/b").body, good);
  EXPECT_EQ(ids_of(""), "c");
  partial(R"([{"item_id":"a","properties":{"quantity":1},"upsert":true}])");
  EXPECT_EQ(ids_of(""), "a c");
  EXPECT_EQ(row("a"), R"({"quantity":1})");  // nothing is left of the first life
}

TEST_F(Catalogs, TooManyRowsOrBytes) {
  const auto rows = [](std::size_t count, std::size_t bytes) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i)
      text += (i > 0 ? ",\"" : "\"") + std::string(bytes, 'a') + "\"";
    return text + "]";
  };
  EXPECT_EQ(items("DELETE", "/bulk-delete", rows(5000, 2)).status, 200);
  EXPECT_EQ(items("DELETE", "/bulk-delete", rows(5001, 2)).status, 400);
  EXPECT_EQ(items("DELETE", "/bulk-delete", rows(1, 10'000'000)).status, 400);
  change(R"({"catalog_too_large":"413"})");
  EXPECT_EQ(items("DELETE", "/bulk-delete", rows(5001, 2)).status, 413);
  EXPECT_EQ(items("DELETE", "/bulk-delete", "{}").status, 400);
}

TEST_F(Catalogs, TheListingIsPagedSearchedAndSorted) {
  partial(
      R"([{"item_id":"S2__B","properties":{"store_id":"S2","sku":"B-1","quantity":5},"upsert":true},
              {"item_id":"S1__B","properties":{"store_id":"S1","sku":"B-1","quantity":7},"upsert":true},
              {"item_id":"S1__C","properties":{"store_id":"S1","sku":"C-1","quantity":5},"upsert":true}])");
  EXPECT_EQ(ids_of(""), "S1__B S1__C S2__B");
  const auto page = listed("count=1&skip=1");
  EXPECT_EQ(page.at("data"), json(R"([{"catalog_id":")" + id + R"(","item_id":"S1__C",
                      "properties":{"store_id":"S1","sku":"C-1","quantity":5}}])"));
  EXPECT_EQ(page.at("matched"), 3);
  EXPECT_EQ(page.at("matched_limited"), false);
  EXPECT_EQ(page.at("limit"), 1);
  EXPECT_EQ(page.at("skip"), 1);
  EXPECT_EQ(listed("").at("limit"), 20);
  EXPECT_EQ(ids_of("query=b-1&field=sku"), "S1__B S2__B");
  EXPECT_EQ(ids_of("query=S1"), "S1__B S1__C");
  EXPECT_EQ(listed("query=S1").at("matched"), 2);
  EXPECT_EQ(listed("query=S1").at("total"), 3);
  EXPECT_EQ(ids_of("order=quantity+desc,sku+asc"), "S1__B S2__B S1__C");
  EXPECT_EQ(ids_of("order=quantity"), "S1__C S2__B S1__B");
  change(R"({"catalog_matched_max":2})");
  EXPECT_EQ(listed("").at("matched"), 2);
  EXPECT_EQ(listed("").at("matched_limited"), true);
  for (const char* query : {"field=quantity&query=5", "field=nothing&query=5", "order=nothing",
                            "order=sku+sideways", "count=x", "skip=-1", "count=1000&skip=1"})
    EXPECT_EQ(items("GET", "", "", query).status, 400) << query;
  EXPECT_EQ(items("GET", "", "", "count=1000").status, 200);
  change(R"({"catalog_listing_max":0})");
  EXPECT_EQ(items("GET", "", "", "count=1000&skip=790000").status, 200);
}

TEST_F(Catalogs, OnlyTheFirst256BytesAreSearched) {
  const std::string text = std::string(254, 'x') + "abc";
  partial(R"([{"item_id":"a","properties":{"sku":")" + text + R"("},"upsert":true}])");
  EXPECT_EQ(ids_of("field=sku&query=xab"), "a");
  EXPECT_EQ(ids_of("field=sku&query=abc"), "");
}

TEST_F(Catalogs, UncertainAnswersFollowTheSettings) {
  EXPECT_EQ(items("GET", "/a").status, 404);
  change(R"({"catalog_missing_item":"200","catalog_results_as_text":true})");
  EXPECT_EQ(items("GET", "/a").status, 200);
  EXPECT_EQ(parsed(items("GET", "/a")).at("success"), false);
  EXPECT_EQ(items("DELETE", "/bulk-delete", R"(["a"])").body,
            R"([{"success":"True","queued":"True"}])");
  EXPECT_EQ(call("GET", "/0123/items").status, 404);
  EXPECT_EQ(items("GET", "/a/b").status, 404);  // a slash decomposes the path
}

TEST_F(Catalogs, EachCallNeedsItsRight) {
  const auto with_denied = [this](const std::string& right) {
    change(R"({"keys":[{"id":"sandbox-key","permissions":{"catalogs":{"denied":[)" + right +
           "]}}}]}");
  };
  with_denied(R"("partial_update_catalog_item")");
  EXPECT_EQ(partial("[]").status, 403);
  EXPECT_EQ(partial("[]").body,
            R"({"success":false,"error":"No permission to partial update catalog item"})");
  EXPECT_EQ(items("POST", "/a/partial-update", "{}").status, 403);
  EXPECT_EQ(items("PUT", "", "[]").status, 200);
  with_denied(R"("create_or_update_catalog_item","delete_catalog_item")");
  EXPECT_EQ(items("PUT", "", "[]").status, 403);
  EXPECT_EQ(items("PUT", "/a", "{}").status, 403);
  EXPECT_EQ(items("DELETE", "/a").status, 403);
  EXPECT_EQ(items("DELETE", "/bulk-delete", "[]").status, 403);
  EXPECT_EQ(partial("[]").status, 200);
  with_denied(R"("create_catalog","get_catalog","get_catalog_items","get_catalog_item")");
  EXPECT_EQ(call("POST", "", R"({"name":"x"})").status, 403);
  EXPECT_EQ(call("GET", "").status, 403);
  EXPECT_EQ(items("GET", "").status, 403);
  EXPECT_EQ(items("GET", "/a").status, 403);
  with_denied(R"("update_catalog","delete_catalog")");
  EXPECT_EQ(call("PUT", "/" + id, "{}").status, 403);
  EXPECT_EQ(call("DELETE", "/" + id).status, 403);
  auto public_call = request("GET", path("data", "/catalogs"), "");
  public_call.headers.clear();
  EXPECT_EQ(send(public_call).status, 401);
}

TEST_F(Catalogs, FaultsComeBeforeOrAfterTheCommit) {
  const auto write = [this] {
    return partial(R"([{"item_id":"S1__A","properties":{"quantity":1},"upsert":true}])");
  };
  const auto with = [this](const std::string& fault) {
    change(R"({"faults":{"catalog_bulk_partial":null}})");
    change(R"({"faults":{"catalog_bulk_partial":{)" + fault + "}}}");
  };
  with(R"("reset_before":1)");
  EXPECT_EQ(write().break_off, Break::reset_before_answer);
  with(R"("server_error":1,"server_error_status":502)");
  EXPECT_EQ(write().content_type, "text/html");
  with(R"("throttle":1)");
  EXPECT_EQ(write().status, 429);
  with(R"("down":"503")");
  EXPECT_EQ(write().status, 503);
  with(R"("success_false":1)");
  EXPECT_EQ(parsed(write()).at("success"), false);
  EXPECT_EQ(row("S1__A"), "null");
  EXPECT_EQ(stock.figures().calls, 0U);
  with(R"("reset_after":1)");
  EXPECT_NE(write().break_off, Break::none);
  EXPECT_EQ(row("S1__A"), R"({"quantity":1})");
  EXPECT_EQ(stock.figures().calls, 1U);
  with(R"("refuse_command":1)");
  EXPECT_EQ(parsed(write()).as_array()[0].at("success"), false);
  change(R"({"hang_ms":1})");
  with(R"("hang":1)");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(write().break_off, Break::reset_before_answer);
  EXPECT_GT(stock.figures().rows, 1U);
  EXPECT_LT(stock.figures().rows, 21U);
  with("");
  change(R"({"storm":true,"storm_burst":1,"storm_light":1})");
  for (int i = 0; i < 20; ++i) {
    const Reply stormy = write();
    EXPECT_TRUE(stormy.break_off != Break::none || stormy.status == 429 || stormy.status >= 500);
  }
  change(R"({"storm":false,"data_requests_per_minute":1})");
  write();
  EXPECT_EQ(write().status, 429);
}

TEST_F(Catalogs, TheLedgerHearsOfWhatIsAcceptedAndWillBeThere) {
  change(R"({"catalog_delay_ms":1000})");
  made("variants",
       R"([{"name":"stock_level","type":"number"},{"name":"active","type":"boolean"}])");
  stock.set_places({{1, "S1"}});
  stock.opening(1, "A", 3000);
  partial(R"([{"item_id":"S1__A","properties":{"quantity":3},"upsert":true},
              {"item_id":"S1__A","properties":{"qty":3},"upsert":true}])");
  StockFigures figures = stock.figures();
  EXPECT_EQ(figures.rows, 1U);
  EXPECT_EQ(figures.invented, 0U);
  partial(R"([{"item_id":"S1__A","properties":{"quantity":4}}])");  // there, though not yet seen
  EXPECT_EQ(stock.figures().invented, 1U);
  partial(R"([{"item_id":"S1__B","properties":{"quantity":4}}])");  // will not come to be
  EXPECT_EQ(stock.figures().invented, 1U);
  items("DELETE", "/bulk-delete", R"(["S1__A"])");
  partial(R"([{"item_id":"S1__A","properties":{"quantity":4}}])");
  figures = stock.figures();
  EXPECT_EQ(figures.invented, 1U);
  EXPECT_EQ(figures.wrong_at_end, 1U);  // it is missing now
  items("PUT", "", R"([{"item_id":"S1__A","properties":{"sku":"A"}}])");
  EXPECT_EQ(stock.figures().invented, 2U);  // a whole row without a quantity
}

}  // namespace
}  // namespace sandbox::bloomreach
