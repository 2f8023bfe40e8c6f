// How the comparison reads what is too much for one answer, and what it does when a side is in
// trouble.

#include "app/stock/stock_comparison_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::milliseconds;
using test::ComparisonBench;
using testing::AllOf;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;

// Of a chain with more SKUs in its second store than one question lists.
class LargeBench : public ComparisonBench {
 public:
  static constexpr int skus = 1'050;
  explicit LargeBench(bool sums = false) : ComparisonBench(test::stock_settings(), sums) {
    for (int i = 0; i < skus; ++i) {
      sitoo.set(2, sku(i), 5);
      bloomreach.named("variants")->rows[sku(i)]["stock_level"] = 5;
    }
  }
  static std::string sku(int i) { return fmt::format("0A-{:04}", i); }
};

TEST(StockComparisonLimits, MoreRowsThanAreListedAreAskedForByPlaceAndBySku) {
  LargeBench bench;
  ASSERT_TRUE(bench.all_well());
  EXPECT_EQ(bench.number(bench.compare(), "rows"), LargeBench::skus + 4);
  const std::string last = LargeBench::sku(LargeBench::skus - 1);
  bench.rows()["S2__" + last]["quantity"] = 77;
  bench.put_row("S9", "CAP", 1, bench.clock.now());
  const auto report = bench.compare();
  EXPECT_EQ(bench.counted(report, "foreign_write"), 1);
  EXPECT_EQ(bench.counted(report, "unmapped"), 1) << "of a SKU that is known elsewhere";
  EXPECT_EQ(bench.number(report, "found"), 2);
  EXPECT_EQ(bench.number(report, "rows"), LargeBench::skus + 5);
  EXPECT_EQ(bench.bloomreach.calls["K5"], 0);
}

// "A" is a part of all the others' SKUs, and of more than can be listed.
TEST(StockComparisonLimits, ASkuOfWhichTooMuchIsFoundIsReadRowByRow) {
  LargeBench bench;
  bench.sitoo.set(2, "A", 5);
  ASSERT_TRUE(bench.all_well());
  bench.rows()["S2__A"]["quantity"] = 77;
  bench.bloomreach.calls["K5"] = 0;
  const auto report = bench.compare(true);
  EXPECT_EQ(bench.counted(report, "foreign_write"), 1);
  EXPECT_EQ(bench.number(report, "found"), 1);
  EXPECT_EQ(bench.bloomreach.calls["K5"], 2) << "at each place";
  bench.send();
  EXPECT_EQ(bench.shown("S2__A", "quantity"), "5");
}

TEST(StockComparisonLimits, VariantsBehindTheListAreReadOneByOne) {
  LargeBench bench(true);
  ASSERT_TRUE(bench.all_well());
  bench.bloomreach.named("variants")->rows["HAT"]["stock_level"] = 77;  // sorted to the end
  bench.bloomreach.calls["K5"] = 0;
  const auto report = bench.compare();
  EXPECT_EQ(bench.number(report, "found"), 1);
  EXPECT_EQ(bench.number(report, "sums"), LargeBench::skus + 2);
  EXPECT_THAT(bench.bloomreach.calls["K5"], AllOf(Gt(0), Lt(100)));
}

// Thousands of rows are read one by one: a platform that asks for fewer calls ends no comparison.
TEST(StockComparisonLimits, ARowIsAskedForAgain) {
  LargeBench bench(true);
  ASSERT_TRUE(bench.all_well());
  auto slower = test::answer_of(json::Object{}, 429);
  slower.headers.emplace_back("retry-after", "1");
  bench.bloomreach.instead["K5"].push_back(slower);
  bench.bloomreach.instead["K5"].push_back(test::answer_of(json::Object{}, 503));
  std::optional<Result<json::Object>> report;
  bench.begin_to_compare(report);
  ASSERT_TRUE(bench.run_until([&] {
    bench.clock.advance(milliseconds{20});
    return report.has_value();
  }));
  ASSERT_TRUE(*report) << report->error().what;
  EXPECT_EQ(bench.number(**report, "found"), 0);
  EXPECT_EQ(bench.number(**report, "sums"), LargeBench::skus + 2);
}

TEST(StockComparisonLimits, ASampleLooksAtSomeSkusOnly) {
  LargeBench bench(true);
  ASSERT_TRUE(bench.all_well());
  for (int i = 0; i < LargeBench::skus; ++i)
    bench.rows()["S2__" + LargeBench::sku(i)]["quantity"] = 77;
  bench.put_row("S9", "NEVER-HEARD-OF", 1, bench.clock.now());
  const auto report = bench.compare(true, 30);
  EXPECT_EQ(bench.number(report, "sampled_skus"), 30);
  EXPECT_EQ(bench.number(report, "sums"), 30);
  const auto levels = bench.number(report, "levels");
  EXPECT_GE(levels, 30);
  EXPECT_LE(levels, 32) << "CAP and HAT are in both stores";
  EXPECT_EQ(bench.number(report, "rows"), levels);
  EXPECT_GE(bench.counted(report, "foreign_write"), 28);
  EXPECT_LE(bench.counted(report, "foreign_write"), 30);
  EXPECT_EQ(bench.counted(report, "unmapped"), 0);
  bench.send();
  EXPECT_EQ(bench.counted(bench.compare(), "foreign_write"),
            LargeBench::skus - bench.counted(report, "foreign_write"))
      << "what is in no sample stays";
}

// Sitoo's servers do not take addresses of any length.
TEST(StockComparisonLimits, ALargeSampleIsAskedForInParts) {
  ComparisonBench bench(test::stock_settings(), false);
  for (int i = 0; i < 200; ++i) bench.sitoo.set(2, fmt::format("{:060}", i), 5);
  ASSERT_TRUE(bench.all_well());
  const auto report = bench.compare(false, 180);
  EXPECT_EQ(bench.number(report, "found"), 0);
  EXPECT_GE(bench.number(report, "levels"), 180);
}

TEST(StockComparisonTrouble, OnlyOneAtATime) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  std::optional<Result<json::Object>> first;
  bench.begin_to_compare(first);
  ASSERT_TRUE(bench.run_until([&] { return bench.made->running(); }));
  EXPECT_TRUE(*json::boolean(bench.made->progress(), "running"));
  const auto second = bench.try_to_compare();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(second.error().what, HasSubstr("being compared already"));
  ASSERT_TRUE(bench.run_until([&] { return first.has_value(); }));
  EXPECT_TRUE(*first);
  EXPECT_FALSE(bench.made->running());
  EXPECT_TRUE(bench.try_to_compare());
}

TEST(StockComparisonTrouble, NotBeforeTheLevelsAreLoaded) {
  ComparisonBench bench;
  bench.make();
  bench.make_comparison();
  const auto early = bench.try_to_compare(true);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(early.error().what, HasSubstr("first time"));
  EXPECT_THAT(bench.bloomreach.calls, IsEmpty());
}

TEST(StockComparisonTrouble, ASideThatIsAwayIsAnErrorAndNothingChanges) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.rows().erase("S1__CAP");
  bench.put_row("S9", "CAP", 1, bench.clock.now());
  bench.inventory.forget();
  bench.bloomreach.instead["K2"].push_back(test::answer_of(json::Object{}, 503));
  const auto away = bench.try_to_compare(true);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(away.error().what, HasSubstr("not compared: Bloomreach answered 503"));

  EXPECT_THAT(bench.planned, IsEmpty());
  EXPECT_TRUE(bench.rows().contains("S9__CAP"));
  EXPECT_THAT(bench.cases(), IsEmpty());
  EXPECT_FALSE(bench.made->running());
  EXPECT_EQ(bench.number(bench.compare(), "found"), 2);
}

TEST(StockComparisonTrouble, TheSumsKeepNoStoresLevelsFromBeingPutRight) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.rows().erase("S1__CAP");
  bench.bloomreach.named("variants")->name = "articles";
  bench.variants.forget();
  const auto report = bench.compare(true);
  EXPECT_THAT(json::text(report, "sums_trouble").value_or(""), HasSubstr("no catalog variants"));
  EXPECT_EQ(bench.counted(report, "lost"), 1);
  EXPECT_EQ(bench.number(report, "repaired"), 1);
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "10");
}

// So many at once speak of a place that is gone, not of rows.
TEST(StockComparisonTrouble, ManyRowsAreNotRemovedWithoutSomebodyLookingOn) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  for (int i = 0; i < 101; ++i)
    bench.put_row("S9", fmt::format("SKU-{:03}", i), 1, bench.clock.now());
  auto asked = ComparisonBench::asked(true);
  asked.automatic = true;
  auto report = bench.await(bench.made->compare(asked));
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(bench.number(*report, "removed"), 0);
  EXPECT_EQ(bench.number(*report, "not_removed"), 101);
  EXPECT_EQ(bench.cases().size(), 2U);
  EXPECT_EQ(bench.rows().size(), 105U);

  bench.rows().erase("S9__SKU-000");
  asked.remove = false;
  report = bench.await(bench.made->compare(asked));
  EXPECT_EQ(bench.number(report.value(), "removed"), 0) << "it was not wanted";
  asked.remove = true;
  report = bench.await(bench.made->compare(asked));
  EXPECT_EQ(bench.number(report.value(), "removed"), 100) << "these are few";
  EXPECT_EQ(bench.rows().size(), 4U);
}

TEST(StockComparisonTrouble, ReadsThatFailOnceAreTriedAgain) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.sitoo.instead["levels"].push_back(test::answer_of(json::Object{}, 503));
  bench.bloomreach.instead["K4"].push_back(test::answer_of(json::Object{}, 503));
  const auto report = bench.compare();
  EXPECT_EQ(bench.number(report, "levels"), 4);
  EXPECT_EQ(bench.number(report, "found"), 0);
}

TEST(StockComparisonTrouble, StoppingEndsIt) {
  ComparisonBench bench;
  ASSERT_TRUE(bench.all_well());
  bench.rows().erase("S1__CAP");
  bench.sitoo.on_call = [&](const std::string&) { bench.watch->observer.request_stop(); };
  EXPECT_FALSE(bench.try_to_compare(true));
  EXPECT_THAT(bench.planned, IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
