#include "control/stock_at_bloomreach.h"

#include <gtest/gtest.h>

#include "base/async.h"
#include "ledger/stock_item_id.h"

namespace sandbox::control {
namespace {

namespace json = tillbridge::json;

class StockAtBloomreachTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.set_places({{1, "S1"}, {2, "S2"}});
    for (const sitoo::Product& product : masterdata_.products) {
      ledger_.opening(1, product.sku, 5'500);
      ledger_.opening(2, product.sku, 0);
    }
  }
  static json::Object object(const std::string& text) { return json::parse(text)->as_object(); }
  static json::Object ok(const StockAtBloomreach::Answer& answer) {
    EXPECT_TRUE(answer.has_value()) << answer.error().what;
    return answer.value_or(json::Object{});
  }
  json::Object row(const std::string& item_id, const std::string& more = "") {
    tillbridge::http::Request request;
    request.query = "item_id=" + item_id + more;
    const auto answer = stock_.row(request);
    return answer ? answer->at("properties").as_object() : json::Object{};
  }
  bloomreach::Catalog& inventory() { return *bloomreach_.catalogs().named("store_inventory"); }

  tillbridge::Loop loop_{1};
  tillbridge::ManualClock clock_;
  sitoo::Masterdata masterdata_ = sitoo::make_masterdata({2, 100, 1, 1500});
  Ledger books_{Expectations{}};
  StockLedger ledger_{StockExpectations{}};
  bloomreach::BloomreachSimulator bloomreach_{loop_, clock_, tillbridge::Entropy(1), books_,
                                              bloomreach::Settings{}};
  StockAtBloomreach stock_{{clock_, bloomreach_, masterdata_, &ledger_}};
};

TEST_F(StockAtBloomreachTest, CatalogsHoldThePresentTruth) {
  const json::Object made = ok(stock_.make_catalogs(object(R"({"fill":true})")));
  const std::size_t skus = masterdata_.products.size();
  EXPECT_EQ(made.at("rows"), 2 * skus);
  EXPECT_EQ(made.at("sums"), skus);
  EXPECT_EQ(bloomreach_.catalogs().find(made.at("inventory_id").as_string().c_str())->size(),
            2 * skus);
  const sitoo::Product& product = masterdata_.products.front();
  const std::string item_id = stock_row_item_id("S1", product.sku);
  const std::int64_t yesterday = tillbridge::to_unix_seconds(clock_.now()) - 86'400;
  EXPECT_EQ(row(item_id), (json::Object{{"store_id", "S1"},
                                        {"sku", json::Value(product.sku)},
                                        {"quantity", 5.5},
                                        {"updated_at", yesterday}}));
  const json::Object sum = row(stock_sum_item_id(product.sku), "&catalog=variants");
  EXPECT_EQ(sum.at("stock_level"), 5.5);
  EXPECT_EQ(sum.at("active"), true);
  EXPECT_EQ(sum.at("title").as_string(), product.title);
  EXPECT_EQ(ok(stock_.figures()).at("stock_wrong_at_end"), 0U);
  ledger_.moved(1, product.sku, 4'000, 1);
  EXPECT_EQ(ok(stock_.figures()).at("stock_wrong_at_end"), 2U);  // the row and the sum
  EXPECT_EQ(ok(stock_.figures()).at("stock_changes"), 1U);
}

TEST_F(StockAtBloomreachTest, CatalogsCanBeEmptyAndNamedOtherwise) {
  const json::Object made =
      ok(stock_.make_catalogs(object(R"({"inventory":"lager","variants":"varianter"})")));
  EXPECT_EQ(made.at("rows"), 0);
  EXPECT_NE(bloomreach_.catalogs().named("lager"), nullptr);
  const json::Object again = ok(
      stock_.make_catalogs(object(R"({"inventory":"lager","variants":"varianter","fill":true})")));
  EXPECT_EQ(again.at("inventory_id"), made.at("inventory_id"));
  EXPECT_EQ(again.at("rows"), 2 * masterdata_.products.size());
  EXPECT_FALSE(stock_.make_catalogs(object(R"({"inventory":"a","variants":"a"})")));
  StockAtBloomreach without{{clock_, bloomreach_, masterdata_, nullptr}};
  EXPECT_TRUE(without.make_catalogs({}));
  EXPECT_FALSE(without.make_catalogs(object(R"({"fill":true})")));
  EXPECT_FALSE(without.figures());
  EXPECT_FALSE(without.plant({}));
}

TEST_F(StockAtBloomreachTest, DifferencesArePlantedAndCountedUntilTheyAreRepaired) {
  EXPECT_FALSE(stock_.plant({}));  // there is no catalog yet
  ok(stock_.make_catalogs(object(R"({"fill":true})")));
  const json::Object planted = ok(stock_.plant(object(R"({"count":60,"seed":3})")));
  for (const char* kind :
       {"foreign", "foreign_stamp", "lost", "outdated", "unmapped", "unknown_sku"})
    EXPECT_EQ(planted.at(kind), 10) << kind;
  EXPECT_EQ(inventory().size(), 2 * masterdata_.products.size() - 10 + 20);
  EXPECT_EQ(ok(stock_.differences()).at("planted"), 60U);
  EXPECT_EQ(ok(stock_.differences()).at("left"), 60);
  EXPECT_EQ(ok(stock_.figures()).at("stock_wrong_at_end"), 0U);  // behind everybody's back

  std::map<std::string, int> stamps;
  const std::int64_t now = tillbridge::to_unix_seconds(clock_.now());
  int ghosts = 0;
  for (const auto each : std::vector(inventory().listing())) {
    const std::string item_id(inventory().item_id(each));
    const json::Object properties = inventory().properties(each);
    const auto truth = ledger_.row_now_milli(item_id);
    if (!truth) {
      ++ghosts;
      continue;
    }
    if (properties.at("quantity").to_number<double>() * 1000 == static_cast<double>(*truth))
      continue;
    ++stamps[std::to_string(properties.at("updated_at").as_int64() - now)];
  }
  EXPECT_EQ(ghosts, 20);
  EXPECT_EQ(stamps, (std::map<std::string, int>{{"-86400", 10}, {"3600", 10}, {"-172800", 10}}));

  for (const auto& [item_id, milli] : ledger_.rows_now_milli())
    inventory().put_now(item_id, {{"quantity", static_cast<double>(milli) / 1000}});
  EXPECT_EQ(ok(stock_.differences()).at("left"), 20);
  for (const auto each : std::vector(inventory().listing())) {
    const std::string item_id(inventory().item_id(each));
    if (!ledger_.row_now_milli(item_id)) inventory().remove_now(item_id);
  }
  EXPECT_EQ(ok(stock_.differences()).at("left"), 0);
  EXPECT_EQ(ok(stock_.plant(object(R"({"count":6,"seed":4})"))).at("planted"), 6);
  EXPECT_EQ(ok(stock_.differences()).at("planted"), 66U);
}

TEST_F(StockAtBloomreachTest, MoreDifferencesThanRowsAreAsManyAsThereAreRows) {
  ok(stock_.make_catalogs(object(R"({"fill":true})")));
  EXPECT_EQ(ok(stock_.plant(object(R"({"count":1000})"))).at("planted"),
            2 * masterdata_.products.size());
}

TEST_F(StockAtBloomreachTest, RowsThatAreNotThere) {
  tillbridge::http::Request request;
  EXPECT_EQ(stock_.row(request).error().kind, tillbridge::Error::Kind::invalid_input);
  request.query = "item_id=S1__x";
  EXPECT_EQ(stock_.row(request).error().kind, tillbridge::Error::Kind::not_found);
}

}  // namespace
}  // namespace sandbox::control
