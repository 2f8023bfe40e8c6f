#include "app/stock/stock_comparison.h"

#include "app/stock/stock_comparison_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ComparisonBench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(StockComparison, WhereAllIsWellItFindsNothing) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  const auto report = bench.compare();
  EXPECT_EQ(bench.number(report, "levels"), 4);
  EXPECT_EQ(bench.number(report, "rows"), 4);
  EXPECT_EQ(bench.number(report, "sums"), 2);
  EXPECT_EQ(bench.number(report, "found"), 0);
  EXPECT_THAT(bench.cases(), IsEmpty());
}

// After the first load nothing is published yet: the comparison does that.
TEST(StockComparison, WhatWasNeverSentIsLostAndSent) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.load());
  bench.quiet();
  EXPECT_EQ(bench.counted(bench.compare(), "lost"), 4);
  EXPECT_THAT(bench.planned, IsEmpty()) << "it was not asked to repair";
  const auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "lost"), 4);
  bench.send();
  EXPECT_EQ(bench.shown("S1__CAP", "quantity"), "10");
  EXPECT_EQ(bench.shown("S2__HAT", "quantity"), "20");
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
}

TEST(StockComparison, WhatWaitsOrChangedJustNowIsLate) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.sitoo.move(1, "CAP", -3);
  ASSERT_TRUE(bench.hint());
  bench.quiet();
  auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "late"), 2) << "the row and the sum wait here";
  EXPECT_EQ(bench.number(report, "found"), 2);
  EXPECT_EQ(bench.number(report, "repaired"), 0);
  EXPECT_GE(bench.number(report, "oldest_s"), 120) << "since it changed";

  bench.unsent.clear();  // sent, but not shown yet
  bench.sitoo.move(1, "CAP", -1);
  ASSERT_TRUE(bench.hint());
  bench.unsent.clear();
  report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "late"), 2);
  EXPECT_EQ(bench.number(report, "found"), 2);
}

TEST(StockComparison, WhatWeNeverHeardOfIsMissed) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.sitoo.reserve(1, "CAP", 4);
  bench.sitoo.set(2, "NEW", 3);
  auto report = bench.compare();
  EXPECT_EQ(bench.counted(report, "missed"), 1);
  EXPECT_EQ(bench.counted(report, "late"), 1) << "it came just now";
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level("CAP", "1"), "10") << "it was not asked to repair";
  bench.quiet();
  report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "missed"), 2);
  EXPECT_EQ(bench.number(report, "repaired"), 2);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level("CAP", "1"), "6");
  bench.bloomreach.named("variants")->rows["NEW"];
  bench.send();
  EXPECT_EQ(bench.shown("S1__CAP", "quantity"), "6");
  EXPECT_EQ(bench.shown("S2__NEW", "quantity"), "3");
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
}

// Its row is right where it is: what we do not know yet is no reason to remove it.
TEST(StockComparison, ARowOfALevelThatWeMissedStays) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.sitoo.set(2, "NEW", 3);
  bench.bloomreach.named("variants")->rows["NEW"];
  bench.put_row("S2", "NEW", 3, bench.clock.now());
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 1);
  const auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "missed"), 1);
  EXPECT_EQ(bench.counted(report, "unknown_sku"), 0);
  EXPECT_EQ(bench.number(report, "removed"), 0);
  EXPECT_EQ(bench.shown("S2__NEW", "quantity"), "3");
}

TEST(StockComparison, AnOlderRowOfOursAndAMissingOneAreLost) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.put_row("S1", "CAP", 12, bench.clock.now() - hours{5});
  bench.rows().erase("S2__HAT");
  auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "lost"), 2);
  EXPECT_EQ(bench.number(report, "found"), 2);
  EXPECT_EQ(bench.number(report, "repaired"), 2);
  EXPECT_THAT(bench.cases(), IsEmpty());
  bench.send();
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
  EXPECT_EQ(bench.shown("S1__CAP", "quantity"), "10");
}

TEST(StockComparison, AForeignWriteIsPutRightAndACase) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.rows()["S1__CAP"]["quantity"] = 99;           // under our time
  bench.put_row("S1", "HAT", 98, bench.clock.now());  // under a newer one
  bench.rows()["S2__CAP"].erase("updated_at");        // under none
  bench.rows()["S2__CAP"]["quantity"] = "many";
  auto report = bench.compare();
  EXPECT_EQ(bench.counted(report, "foreign_write"), 3);
  EXPECT_EQ(bench.number(report, "found"), 3);
  EXPECT_EQ(bench.number(report, "repaired"), 0);
  EXPECT_THAT(bench.planned, IsEmpty());
  ASSERT_THAT(bench.cases(), SizeIs(1));
  EXPECT_EQ(bench.cases()[0].type, "stock_difference");
  EXPECT_EQ(bench.cases()[0].group, "stock/bloomreach");
  EXPECT_THAT(bench.cases()[0].reason, HasSubstr("3 rows of the catalog store_inventory"));
  EXPECT_THAT(bench.cases()[0].reason, HasSubstr("They stand as they are"));

  report = bench.compare(true);
  EXPECT_EQ(bench.number(report, "repaired"), 3);
  bench.send();
  EXPECT_EQ(bench.shown("S1__CAP", "quantity"), "10");
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
}

TEST(StockComparison, RowsOfStrangePlacesAndUnknownSkusAreRemoved) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.put_row("S9", "CAP", 1, bench.clock.now());
  bench.put_row("S1", "GONE", 1, bench.clock.now());
  bench.rows()["a note of somebody"]["sku"] = "CAP";  // no row of ours, whatever it is
  auto report = bench.compare();
  EXPECT_EQ(bench.counted(report, "unmapped"), 1);
  EXPECT_EQ(bench.counted(report, "unknown_sku"), 1);
  EXPECT_EQ(bench.number(report, "found"), 2);
  EXPECT_EQ(bench.bloomreach.calls["K11"], 0);
  EXPECT_THAT(bench.cases(), SizeIs(1)) << "a place that is none of ours";
  report = bench.compare(true);
  EXPECT_EQ(bench.number(report, "removed"), 2);
  EXPECT_FALSE(bench.rows().contains("S9__CAP"));
  EXPECT_FALSE(bench.rows().contains("S1__GONE"));
  EXPECT_TRUE(bench.rows().contains("a note of somebody"));
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
}

TEST(StockComparison, AVariantThatIsMissingIsAFindingOnly) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.bloomreach.named("variants")->rows.erase("HAT");
  const auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "unknown_sku"), 1);
  EXPECT_EQ(bench.number(report, "found"), 1);
  EXPECT_EQ(bench.number(report, "removed"), 0);
  EXPECT_EQ(bench.number(report, "repaired"), 0);
  EXPECT_THAT(bench.planned, IsEmpty());
}

TEST(StockComparison, AWrongSumIsSentAgain) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.bloomreach.named("variants")->rows["CAP"]["stock_level"] = 1;
  const auto report = bench.compare(true);
  EXPECT_EQ(bench.number(report, "found"), 1);
  EXPECT_EQ(bench.number(report, "repaired"), 1);
  EXPECT_THAT(bench.lanes(), ElementsAre("stock/*/CAP"));
  bench.send();
  bench.quiet();
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
}

TEST(StockComparison, ADifferenceKeepsItsAge) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.put_row("S9", "CAP", 1, bench.clock.now());
  EXPECT_EQ(bench.number(bench.compare(), "oldest_s"), 0) << "seen for the first time";
  bench.clock.advance(hours{3});
  bench.put_row("S9", "HAT", 1, bench.clock.now());
  auto report = bench.compare();
  EXPECT_EQ(bench.number(report, "oldest_s"), 3 * 3'600);
  const json::Array& places = report.at("by_place").as_array();
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(json::text(places[0].as_object(), "place"), "S9");
  EXPECT_EQ(json::integer(places[0].as_object(), "unmapped"), 2);
  EXPECT_EQ(json::integer(places[0].as_object(), "oldest_s"), 3 * 3'600);
  std::vector<std::int64_t> ages;
  for (const json::Value& one : report.at("findings").as_array())
    ages.push_back(json::integer(one.as_object(), "age_s").value_or(-1));
  EXPECT_THAT(ages, testing::UnorderedElementsAre(3 * 3'600, 0));

  bench.rows().erase("S9__CAP");
  bench.rows().erase("S9__HAT");
  EXPECT_EQ(bench.number(bench.compare(), "found"), 0);
  bench.clock.advance(hours{1});
  bench.put_row("S9", "CAP", 1, bench.clock.now());
  EXPECT_EQ(bench.number(bench.compare(), "oldest_s"), 0) << "it was away in between";
}

TEST(StockComparison, TheReportIsKeptAsARecord) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.rows().erase("S1__CAP");
  const auto report = bench.compare(true);
  const auto kept = bench.look<std::vector<journal::RecordRow>>([](journal::Reader& reader) {
    return reader.search(test::workspace_name, "comparison:stock", 10);
  });
  ASSERT_THAT(kept, SizeIs(2)) << "the newest first";
  EXPECT_EQ(kept[0].kind, "comparison");
  EXPECT_THAT(kept[0].reason, HasSubstr("4 levels compared, 1 differ, 1 sent again"));
  const auto journey = bench.journey_of(kept[0].key);
  EXPECT_EQ(json::parse(journey->record.payload)->as_object(), report);
}

}  // namespace
}  // namespace tillbridge::app
