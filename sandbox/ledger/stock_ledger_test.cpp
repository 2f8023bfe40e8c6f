#include "ledger/stock_ledger.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/clock.h"

namespace sandbox {
namespace {

constexpr std::int64_t second = 1'000'000;

class StockLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger.set_places({{1, "S1"}, {11, "S1"}, {2, "S2"}});
    ledger.opening(1, "A", 5000);
    ledger.opening(2, "A", 2000);
  }
  void row(const std::string& item_id, double quantity, std::int64_t at_us) {
    ledger.published("store_inventory", item_id, {{"quantity", quantity}}, at_us);
  }
  void sum(const std::string& item_id, double quantity, std::int64_t at_us) {
    ledger.published("variants", item_id, {{"stock_level", quantity}}, at_us);
  }
  StockLedger ledger{StockExpectations{}};
};

TEST_F(StockLedgerTest, APlaceIsTheSumOfItsWarehousesAndNotBelowZero) {
  ledger.opening(11, "A", 1500);
  ledger.opening(3, "A", 9000);  // of no place
  using Rows = std::map<std::string, std::int64_t>;
  EXPECT_EQ(ledger.rows_now_milli(), (Rows{{"S1__A", 6500}, {"S2__A", 2000}}));
  ledger.moved(2, "A", -3000, second);
  EXPECT_EQ(ledger.rows_now_milli(), (Rows{{"S1__A", 6500}, {"S2__A", 0}}));
  EXPECT_EQ(ledger.sums_now_milli(), (Rows{{"A", 6500}}));
  EXPECT_EQ(ledger.row_now_milli("S1__A"), 6500);
  EXPECT_EQ(ledger.row_now_milli("S1__B"), std::nullopt);
  EXPECT_EQ(ledger.row_now_milli("S3__A"), std::nullopt);
  ledger.moved(2, "A", -4000, second);
  EXPECT_EQ(ledger.figures().changes, 1U);  // 0 stays 0
}

TEST_F(StockLedgerTest, IdsAreEscaped) {
  ledger.opening(1, "a/b%", 1000);
  EXPECT_TRUE(ledger.rows_now_milli().contains("S1__a%2Fb%25"));
  row("S1__a%2Fb%25", 1, second);
  EXPECT_EQ(ledger.figures().invented, 0U);
  EXPECT_EQ(ledger.row_now_milli("S1__a%2Fb%25"), 1000);
}

TEST_F(StockLedgerTest, LevelsInOrderAreRightAlsoWhenSomeAreLeftOut) {
  for (int i = 1; i <= 4; ++i) ledger.moved(1, "A", 5000 - i * 1000, i * second);
  row("S1__A", 3, 5 * second);
  row("S1__A", 1, 6 * second);
  row("S1__A", 1, 7 * second);  // once more
  const StockFigures figures = ledger.figures();
  EXPECT_EQ(figures.changes, 4U);
  EXPECT_EQ(figures.backwards, 0U);
  EXPECT_EQ(figures.invented, 0U);
  EXPECT_EQ(figures.wrong_at_end, 0U);
}

TEST_F(StockLedgerTest, AnOlderLevelAfterANewerOneIsBackwards) {
  ledger.moved(1, "A", 4000, 1 * second);
  ledger.moved(1, "A", 3000, 2 * second);
  row("S1__A", 3, 3 * second);
  row("S1__A", 4, 4 * second);
  EXPECT_EQ(ledger.figures().backwards, 1U);
  EXPECT_EQ(ledger.figures().invented, 0U);
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
  ledger.moved(1, "A", 4000, 5 * second);  // what was old is true again
  row("S1__A", 4, 6 * second);
  EXPECT_EQ(ledger.figures().backwards, 1U);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
}

TEST_F(StockLedgerTest, WhatWasNeverTrueIsInvented) {
  row("S1__A", 7, second);
  EXPECT_EQ(ledger.figures().invented, 1U);
  ledger.moved(1, "A", 9000, 5 * second);
  row("S1__A", 9, 4 * second);  // before it became true
  EXPECT_EQ(ledger.figures().invented, 2U);
  row("S1__A", 9.0004, 6 * second);  // not of three decimals
  row("S1__B", 0, 6 * second);       // no such SKU at the place
  row("S9__A", 5, 6 * second);       // no such place
  const StockFigures figures = ledger.figures();
  EXPECT_EQ(figures.invented, 5U);
  EXPECT_EQ(figures.wrong_at_end, 3U);
  EXPECT_GE(figures.findings.size(), 5U);
  ledger.removed("store_inventory", "S9__A");
  ledger.removed("store_inventory", "S1__B");
  row("S1__A", 9, 7 * second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
}

TEST_F(StockLedgerTest, RowsAreStaleFromTheMoveUntilTheyAreEqual) {
  ledger.stood("store_inventory", "S1__A", {{"quantity", 5}});
  ledger.moved(1, "A", 4000, 1 * second);
  ledger.moved(1, "A", 3000, 2 * second);
  row("S1__A", 4, 3 * second);  // right once, but not now
  row("S1__A", 3, 4 * second);
  ledger.moved(1, "A", 2000, 10 * second);
  ledger.moved(1, "A", 3000, 11 * second);  // back: the row is right by itself
  const StockFigures figures = ledger.figures();
  EXPECT_DOUBLE_EQ(figures.stale_max_ms, 3000);
  EXPECT_DOUBLE_EQ(figures.stale_p99_ms, 3000);
  EXPECT_DOUBLE_EQ(figures.stale_p50_ms, 1000);
}

TEST_F(StockLedgerTest, MissingRowsCountWhenTheyMovedOrStoodThere) {
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);  // nothing moved, nothing stood
  ledger.moved(1, "A", 4000, second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
  row("S1__A", 4, 3 * second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
  EXPECT_DOUBLE_EQ(ledger.figures().stale_max_ms, 2000);
  ledger.stood("store_inventory", "S2__A", {{"quantity", 3}});
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
  EXPECT_EQ(ledger.figures().findings.back(), "S2__A: 3, must be 2");
  row("S2__A", 2, 4 * second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
  ledger.removed("store_inventory", "S2__A");
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
}

TEST_F(StockLedgerTest, ANewSkuIsAChange) {
  ledger.moved(1, "NEW", 1000, second);
  EXPECT_EQ(ledger.figures().changes, 1U);
  row("S1__NEW", 1, 2 * second);
  EXPECT_EQ(ledger.figures().invented, 0U);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
}

TEST_F(StockLedgerTest, SumsAreJudgedByStalenessAndAtTheEnd) {
  sum("NOSUCH", 3, second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
  ledger.moved(2, "A", 1000, second);
  ledger.stood("store_inventory", "S2__A", {{"quantity", 1}});
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);  // an unknown SKU stays unknown
  ledger.stood("variants", "A", {{"stock_level", 7}, {"title", "a"}});
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
  sum("A", 6, 2 * second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
  ledger.moved(2, "A", 0, 3 * second);
  row("S2__A", 0, 3 * second);
  sum("A", 8, 4 * second);  // neither invented nor backwards
  sum("A", 5, 5 * second);
  const StockFigures figures = ledger.figures();
  EXPECT_EQ(figures.invented, 0U);
  EXPECT_EQ(figures.backwards, 0U);
  EXPECT_EQ(figures.wrong_at_end, 0U);
  EXPECT_DOUBLE_EQ(figures.stale_max_ms, 2000);
  StockExpectations without;
  without.variants_catalog = "";
  ledger.set_expectations(without);
  ledger.moved(2, "A", 4000, 6 * second);
  row("S2__A", 4, 6 * second);
  EXPECT_EQ(ledger.figures().wrong_at_end, 0U);
}

TEST_F(StockLedgerTest, OtherCatalogsAndColumnsAreNoneOfItsBusiness) {
  ledger.published("products", "S1__A", {{"quantity", 77}}, second);
  ledger.published("store_inventory", "S1__A", {{"sku", "A"}}, second);
  EXPECT_EQ(ledger.figures().invented, 0U);
  ledger.took_call(5);
  ledger.took_call(2);
  EXPECT_EQ(ledger.figures().calls, 2U);
  EXPECT_EQ(ledger.figures().rows, 7U);
}

TEST_F(StockLedgerTest, FindingsAreTwentyAtMost) {
  for (int i = 0; i < 50; ++i) row(fmt::format("S1__X{}", i), 1, second);
  EXPECT_EQ(ledger.figures().findings.size(), 20U);
  EXPECT_EQ(ledger.figures().invented, 50U);
}

TEST_F(StockLedgerTest, ManyRowsThatNeverMove) {
  for (int warehouse = 100; warehouse < 108; ++warehouse) {
    for (int sku = 0; sku < 20'000; ++sku)
      ledger.opening(warehouse, fmt::format("SKU-{:06}", sku), sku * 1000);
  }
  std::map<int, std::string> places;
  for (int warehouse = 100; warehouse < 108; ++warehouse)
    places[warehouse] = "P" + std::to_string(warehouse);
  ledger.set_places(places);
  const auto rows = ledger.rows_now_milli();
  EXPECT_EQ(rows.size(), 160'000U);
  for (const auto& [item_id, milli] : rows)
    ledger.stood("store_inventory", item_id, {{"quantity", milli / 1000}});
  ledger.moved(100, "SKU-000001", 0, second);
  const tillbridge::SystemClock real;
  const auto before = real.tick();
  EXPECT_EQ(ledger.figures().wrong_at_end, 1U);
  EXPECT_LT(real.tick() - before, std::chrono::seconds{1});
}

}  // namespace
}  // namespace sandbox
