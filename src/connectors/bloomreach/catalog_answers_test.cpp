#include "connectors/bloomreach/catalog_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bloomreach/catalog_answer_examples.h"
#include "connectors/bloomreach/customer_answer_examples.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using outbound::HttpAnswer;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Outcome::Kind;

Result<HttpAnswer> answer(int status, std::string_view body) {
  HttpAnswer made;
  made.status = status;
  made.body = body;
  return made;
}

RowsAnswer updated(const Result<HttpAnswer>& given, std::size_t rows) {
  return rows_answer(given, RowCall::update, "65bb", rows);
}

TEST(CatalogRows, TheContractsBulkAnswerInBothForms) {
  for (const auto& body : {examples::bulk_9_2, examples::bulk_in_texts}) {
    for (const int status : {200, 202, 400}) {
      const RowsAnswer made = updated(answer(status, body), 3);
      EXPECT_EQ(made.call.kind, Kind::delivered);
      ASSERT_THAT(made.rows, SizeIs(3));
      EXPECT_EQ(made.rows[0].kind, Kind::delivered);
      EXPECT_EQ(made.rows[1].kind, Kind::transient);
      EXPECT_TRUE(made.rows[1].connection_at_fault);
      EXPECT_EQ(made.rows[1].reason,
                "catalog 65bb at Bloomreach lacks columns: qty. Add what is missing there or "
                "change the columns' names in the settings");
      EXPECT_EQ(made.rows[2].kind, Kind::rejected);
      EXPECT_FALSE(made.rows[2].connection_at_fault);
      EXPECT_EQ(made.rows[2].reason,
                "Bloomreach refused it: Malformed item id. Item id should be a string");
    }
  }
}

TEST(CatalogRows, ResultsOneByOne) {
  const struct {
    const char* result;
    Kind kind;
    bool connection_at_fault;
  } cases[] = {
      {R"({"success":true})", Kind::delivered, false},
      {R"({"success":true,"queued":null})", Kind::delivered, false},
      {R"({"success":true,"queued":false})", Kind::ambiguous, false},
      {R"({"success":false})", Kind::rejected, false},
      {R"({"success":"false","error":"bad key for vera@example.org"})", Kind::rejected, false},
      {R"({"success":"perhaps"})", Kind::ambiguous, false},
      {R"({"queued":true})", Kind::ambiguous, false},
      {"{}", Kind::ambiguous, false},
      {"null", Kind::ambiguous, false},
      {"7", Kind::ambiguous, false},
      {R"({"success":false,"errors":["Fields are not properly defined"]})", Kind::transient, true},
      {R"({"success":false,"error":"No permission to update"})", Kind::transient, true},
  };
  for (const auto& c : cases) {
    const RowsAnswer made = updated(answer(200, std::string("[") + c.result + "]"), 1);
    ASSERT_THAT(made.rows, SizeIs(1)) << c.result;
    EXPECT_EQ(made.rows[0].kind, c.kind) << c.result;
    EXPECT_EQ(made.rows[0].connection_at_fault, c.connection_at_fault) << c.result;
    EXPECT_THAT(made.rows[0].reason, Not(HasSubstr("@")));
  }
}

TEST(CatalogRows, WhatTheAnswerToTheWholeCallMeans) {
  const struct {
    const char* what;
    Result<HttpAnswer> given;
    Kind kind;
    bool connection_at_fault;
    const char* says;
  } cases[] = {
      {"too few", answer(200, R"([{"success":true}])"), Kind::ambiguous, false,
       "1 results for 2 rows"},
      {"too many", answer(200, "[1,2,3]"), Kind::ambiguous, false, "3 results"},
      {"none", answer(200, "[]"), Kind::ambiguous, false, "0 results"},
      {"no results", answer(200, R"({"success":true})"), Kind::ambiguous, false, "no results"},
      {"empty", answer(200, ""), Kind::ambiguous, true, "200"},
      {"html", answer(200, "<html>"), Kind::ambiguous, true, "base_url"},
      {"said no", answer(200, R"({"success":false,"error":"frozen"})"), Kind::rejected, false,
       "frozen"},
      {"400", answer(400, R"({"success":false,"errors":["Malformed"]})"), Kind::rejected, false,
       "Malformed"},
      {"400 fields", answer(400, examples::fields_3), Kind::transient, true, "columns: a, b."},
      {"400 page", answer(400, "BadRequest"), Kind::transient, true, "compressed"},
      {"400 token", answer(400, R"({"error":"Invalid project id"})"), Kind::transient, true,
       "project_token"},
      {"413", answer(413, "<html>"), Kind::rejected, false, "fewer rows"},
      {"401", answer(401, R"({"success":false,"error":"access key not found"})"), Kind::transient,
       true, "key_id"},
      {"403 secret", answer(403, R"({"success":false,"error":"invalid secret"})"), Kind::transient,
       true, "key_secret"},
      {"403 right", answer(403, R"({"success":false,"error":"No permission to update"})"),
       Kind::transient, true, "Catalogs, Partial update catalog item"},
      {"403 html", answer(403, "<html>"), Kind::transient, true, "rights"},
      {"404", answer(404, R"({"success":false,"errors":{"_global":["Catalog not found"]}})"),
       Kind::transient, true, "catalog 65bb"},
      {"404 route", answer(404, examples::unknown_route_3), Kind::transient, true, "65bb"},
      {"404 html", answer(404, "<html>"), Kind::transient, true, "Data hub"},
      {"429", answer(429, ""), Kind::throttled, false, "fewer calls"},
      {"503", answer(503, "<html>"), Kind::transient, true, "503"},
      {"302", answer(302, ""), Kind::transient, true, "base_url"},
      {"customer", answer(404, examples::unknown_customer_3), Kind::transient, true, "catalog"},
      {"refused", fail(Error::Kind::retry, "refused"), Kind::transient, true, "refused"},
      {"no answer", fail(Error::Kind::unknown_outcome, "60 s"), Kind::ambiguous, true, "60 s"},
  };
  for (const auto& c : cases) {
    for (const RowCall what : {RowCall::update, RowCall::remove}) {
      const RowsAnswer made = rows_answer(c.given, what, "65bb", 2);
      EXPECT_EQ(made.call.kind, c.kind) << c.what;
      EXPECT_EQ(made.call.connection_at_fault, c.connection_at_fault) << c.what;
      if (what == RowCall::update) {
        EXPECT_THAT(made.call.reason, HasSubstr(c.says)) << c.what;
      }
      EXPECT_THAT(made.rows, SizeIs(2)) << c.what;
      EXPECT_THAT(made.rows, Each(Field(&Outcome::kind, c.kind))) << c.what;
      EXPECT_THAT(made.rows, Each(Field(&Outcome::reason, made.call.reason))) << c.what;
    }
  }
  EXPECT_THAT(rows_answer(answer(403, R"({"error":"No permission"})"), RowCall::remove, "65bb", 1)
                  .call.reason,
              HasSubstr("Catalogs, Delete catalog item"));
}

TEST(CatalogReads, TheContractsExamples) {
  const CatalogsAnswer catalogs = catalogs_answer(answer(200, examples::catalogs_k2));
  EXPECT_EQ(catalogs.outcome.kind, Kind::delivered);
  ASSERT_THAT(catalogs.catalogs, SizeIs(1));
  EXPECT_EQ(catalogs.catalogs[0].id, "65bb00000000000000000002");
  EXPECT_EQ(catalogs.catalogs[0].name, "store_inventory");

  const CreatedCatalog created = created_answer(answer(201, examples::created_k1));
  EXPECT_EQ(created.outcome.kind, Kind::delivered);
  EXPECT_EQ(created.id, "65bb00000000000000000002");

  const RowPage page = row_page_answer(answer(200, examples::rows_k4), "65bb");
  EXPECT_EQ(page.outcome.kind, Kind::delivered);
  EXPECT_EQ(page.total, 1U);
  EXPECT_FALSE(page.total_is_limited);
  ASSERT_THAT(page.rows, SizeIs(1));
  EXPECT_EQ(page.rows[0].item_id, "S12__SKU1");
  EXPECT_EQ(page.rows[0].properties.at("quantity"), json::Value(3));

  const RowAnswer row = row_answer(answer(200, examples::row_k5), "65bb");
  EXPECT_EQ(row.outcome.kind, Kind::delivered);
  ASSERT_TRUE(row.row);
  EXPECT_EQ(row.row->item_id, "S12__SKU1");
}

TEST(CatalogReads, WhatIsNotThere) {
  const struct {
    int status;
    std::string_view body;
    Kind kind;
  } cases[] = {
      {404, examples::no_item, Kind::delivered},
      {404, R"({"success":false,"error":"Not found"})", Kind::delivered},
      {404, R"({"success":false,"error":"Catalog item does not exist"})", Kind::delivered},
      {200, R"({"success":true,"data":null})", Kind::delivered},
      {404, R"({"success":false,"error":"Catalog does not exist"})", Kind::transient},
      {404, examples::unknown_route_3, Kind::transient},
      {404, "<html>", Kind::transient},
      {200, R"({"success":true})", Kind::transient},
      {200, R"({"success":true,"data":{"properties":{}}})", Kind::transient},
  };
  for (const auto& c : cases) {
    const RowAnswer made = row_answer(answer(c.status, c.body), "65bb");
    EXPECT_EQ(made.outcome.kind, c.kind) << c.body;
    EXPECT_EQ(made.outcome.connection_at_fault, c.kind != Kind::delivered) << c.body;
    EXPECT_FALSE(made.row) << c.body;
  }
}

TEST(CatalogReads, PagesAreReadLeniently) {
  const RowPage page = row_page_answer(
      answer(200, R"({"success":true,"matched":1000,"matched_limited":"True","data":[
          7,{},{"item_id":""},{"item_id":"A"},{"item_id":"B","properties":{"q":0.5}}]})"),
      "65bb");
  EXPECT_EQ(page.total, 1000U);
  EXPECT_TRUE(page.total_is_limited);
  EXPECT_THAT(page.rows, SizeIs(2));
  EXPECT_EQ(row_page_answer(answer(200, R"({"success":true,"data":[{"item_id":"A"}]})"), "x").total,
            1U);
  EXPECT_THAT(catalogs_answer(answer(200, R"({"success":true,"data":[1,{"name":"x"}]})")).catalogs,
              IsEmpty());
}

TEST(CatalogReads, ReadsAreNeverAmbiguousButCreatingIs) {
  const Result<HttpAnswer> none = fail(Error::Kind::unknown_outcome, "60 s");
  const Result<HttpAnswer> odd = answer(200, "{}");
  for (const auto& given : {none, odd}) {
    EXPECT_EQ(catalogs_answer(given).outcome.kind, Kind::transient);
    EXPECT_EQ(row_page_answer(given, "65bb").outcome.kind, Kind::transient);
    EXPECT_EQ(row_answer(given, "65bb").outcome.kind, Kind::transient);
    EXPECT_EQ(created_answer(given).outcome.kind, Kind::ambiguous);
  }
  EXPECT_EQ(created_answer(answer(200, R"({"success":true})")).outcome.kind, Kind::ambiguous);
  const Outcome refused =
      created_answer(answer(403, R"({"success":false,"error":"No permission"})")).outcome;
  EXPECT_EQ(refused.kind, Kind::transient);
  EXPECT_TRUE(refused.connection_at_fault);
  EXPECT_THAT(refused.reason, HasSubstr("Catalogs, Create catalog"));
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
