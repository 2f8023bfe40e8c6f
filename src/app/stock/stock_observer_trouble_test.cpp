// What the observer does when Sitoo does not answer as it should, and what it never loses by it.

#include "app/stock/stock_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

outbound::HttpAnswer said(int status, const char* retry_after = nullptr) {
  auto made = test::answer_of(json::Object{{"statuscode", status}, {"errortext", "no"}}, status);
  if (retry_after != nullptr) made.headers.emplace_back("retry-after", retry_after);
  return made;
}

class TroubleBench : public test::StockBench {
 public:
  TroubleBench() {
    sitoo.add_warehouse(1, "S1");
    sitoo.set(1, "CAP", 10);
    sitoo.set(1, "HAT", 10);
  }
  // Lets time pass until it is true.
  template <typename Condition>
  bool later(Condition condition) {
    return run_until([&] {
      if (condition()) return true;
      pass(std::chrono::milliseconds{200});
      return false;
    });
  }
  bool later_idle() {
    return later([&] { return watch->observer.idle(); });
  }
};

TEST(StockObserverTrouble, TheFeedIsAskedAgainAfter429And500) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  bench.sitoo.move(1, "CAP", -1);
  for (const int status : {500, 502}) bench.sitoo.instead["feed"].push_back(said(status));
  bench.sitoo.instead["feed"].push_back(said(429, "2"));
  bench.sitoo.instead["feed"].push_back(test::no_answer());
  bench.sitoo.instead["feed"].push_back(test::answer_of(json::Object{{"hello", "world"}}));
  bench.watch->observer.hint();
  ASSERT_TRUE(bench.later_idle());
  EXPECT_THAT(bench.sitoo.instead["feed"], IsEmpty());
  EXPECT_EQ(bench.level("CAP", "1"), "9");
}

TEST(StockObserverTrouble, A429IsWaitedOut) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  bench.sitoo.move(1, "CAP", -1);
  bench.sitoo.instead["feed"].push_back(said(429, "30"));
  const int before = bench.sitoo.calls["feed"];
  bench.watch->observer.hint();
  ASSERT_TRUE(bench.run_until([&] { return bench.sitoo.calls["feed"] == before + 1; }));
  for (int i = 0; i < 28; ++i) {
    bench.pass(seconds{1});
    bench.watch->observer.hint();
    bench.loop.poll();
  }
  EXPECT_EQ(bench.sitoo.calls["feed"], before + 1);
  bench.pass(seconds{3});
  ASSERT_TRUE(bench.later_idle());
  EXPECT_EQ(bench.level("CAP", "1"), "9");
}

TEST(StockObserverTrouble, ReadsAreAskedAgainAfter429And500) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  bench.sitoo.reserve(1, "CAP", 4);
  for (const int status : {500, 503}) bench.sitoo.instead["levels"].push_back(said(status));
  bench.sitoo.instead["levels"].push_back(said(429, "2"));
  bench.sitoo.instead["levels"].push_back(test::no_answer());
  bench.watch->observer.read_soon("1", "CAP");
  ASSERT_TRUE(bench.later_idle());
  EXPECT_THAT(bench.sitoo.instead["levels"], IsEmpty());
  EXPECT_EQ(bench.level("CAP", "1"), "6");
}

TEST(StockObserverTrouble, ManyFailuresOpenTheBreakerAndItClosesAgain) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  bench.sitoo.move(1, "CAP", -1);
  for (int i = 0; i < 8; ++i) bench.sitoo.instead["feed"].push_back(said(503));
  bench.watch->observer.hint();
  ASSERT_TRUE(
      bench.later([&] { return json::text(bench.watch->observer.status(), "breaker") == "open"; }));
  ASSERT_TRUE(bench.later_idle());
  EXPECT_EQ(json::text(bench.watch->observer.status(), "breaker"), "closed");
  EXPECT_FALSE(json::text(bench.watch->observer.status(), "trouble"));
  EXPECT_EQ(bench.level("CAP", "1"), "9");
}

TEST(StockObserverTrouble, TheLoadWaitsForSitoo) {
  TroubleBench bench;
  bench.sitoo.instead["stores"].push_back(said(500));
  bench.sitoo.instead["newest"].push_back(said(500));
  bench.sitoo.instead["levels"].push_back(said(500));
  bench.sitoo.instead["levels"].push_back(said(429, "1"));
  bench.start();
  ASSERT_TRUE(bench.later_idle());
  EXPECT_EQ(bench.loads(), 1);
  EXPECT_EQ(bench.level("CAP", "1"), "10");
}

// A 429 may name minutes; the end of the process does not wait for them.
TEST(StockObserverTrouble, StopsAtOnceWhileTheLoadIsHeldBack) {
  TroubleBench bench;
  bench.sitoo.instead["levels"].push_back(said(429, "120"));
  bench.start();
  ASSERT_TRUE(bench.run_until([&] { return bench.sitoo.calls["levels"] == 1; }));
  bench.stop();
  EXPECT_EQ(bench.cursor(stock_loaded_cursor), "none");
}

TEST(StockObserverTrouble, StoppedWhileLoadingItLoadsAgain) {
  TroubleBench bench;
  bench.sitoo.add_warehouse(2, "S2");
  bench.sitoo.set(2, "CAP", 5);
  bench.sitoo.on_call = [&](const std::string& call) {
    if (call == "levels") bench.watch->observer.request_stop();
  };
  bench.start();
  ASSERT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
  EXPECT_EQ(bench.loads(), 0);
  EXPECT_EQ(bench.cursor(stock_loaded_cursor), "none");
  EXPECT_EQ(bench.level("CAP", "1"), "none");
  const std::string cursor = bench.cursor();
  bench.stop();
  bench.sitoo.on_call = nullptr;

  bench.pass(seconds{5});
  bench.sitoo.move(2, "CAP", -1);
  ASSERT_TRUE(bench.load());
  EXPECT_EQ(bench.loads(), 1);
  EXPECT_EQ(bench.level("CAP", "1"), "10");
  EXPECT_EQ(bench.level("CAP", "2"), "4");
  EXPECT_EQ(bench.sitoo.calls["newest"], 1) << "the feed goes on from " << cursor;
}

TEST(StockObserverTrouble, AnUnmappedWarehouseIsOneCase) {
  TroubleBench bench;
  bench.sitoo.add_warehouse(8, "");
  bench.sitoo.add_warehouse(9, "", true, false);  // not sellable: no case
  bench.sitoo.set(8, "CAP", 7);
  ASSERT_TRUE(bench.load());
  bench.stop();
  ASSERT_TRUE(bench.load());
  const auto cases = bench.cases();
  ASSERT_THAT(cases, SizeIs(1));
  EXPECT_EQ(cases[0].type, "unmapped_place");
  EXPECT_EQ(cases[0].group, "warehouse/8");
  EXPECT_THAT(cases[0].reason, HasSubstr("Warehouse 8 (Warehouse 8)"));

  bench.pass(seconds{10});
  bench.sitoo.move(8, "CAP", -1);
  bench.sitoo.move(8, "ONLY-THERE", 3, 10);
  ASSERT_TRUE(bench.hint());
  EXPECT_EQ(bench.level("CAP", "8"), "none");
  EXPECT_FALSE(bench.stock("ONLY-THERE"));
  EXPECT_THAT(bench.planned, IsEmpty());
}

// The feed's movements of nobody's warehouses leave no trace when the load ends either.
TEST(StockObserverTrouble, WhatMovesInAnUnmappedWarehouseWhileLoadingMakesNoRecord) {
  TroubleBench bench;
  bench.sitoo.add_warehouse(8, "");
  bench.sitoo.on_call = [&](const std::string& call) {
    if (call == "newest") bench.sitoo.skip_ids(1);
    if (call == "feed" && bench.sitoo.calls["feed"] == 1) bench.sitoo.move(8, "ONLY-THERE", 3, 10);
  };
  bench.sitoo.instead["levels"].push_back(said(500));  // the load lasts longer than the first feed
  bench.start();
  ASSERT_TRUE(bench.later_idle());
  EXPECT_FALSE(bench.stock("ONLY-THERE"));
}

TEST(StockObserverTrouble, PagesOfTheFeedThatAreTooLargeAreHalved) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  bench.sitoo.rows_max["feed"] = 20;
  for (int i = 0; i < 100; ++i) bench.sitoo.move(1, i % 2 == 0 ? "CAP" : "HAT", 1, 10);
  ASSERT_TRUE(bench.settle());
  bench.watch->observer.hint();
  ASSERT_TRUE(bench.later_idle());
  EXPECT_EQ(bench.level("CAP", "1"), "60");
  EXPECT_EQ(bench.level("HAT", "1"), "60");
}

// The overlap is no reason to ask for more than fits.
TEST(StockObserverTrouble, APollsPagesAreHalvedAsWell) {
  TroubleBench bench;
  ASSERT_TRUE(bench.load());
  bench.pass(seconds{10});
  for (int i = 0; i < 100; ++i) bench.sitoo.move(1, i % 2 == 0 ? "CAP" : "HAT", 1, 10);
  bench.sitoo.rows_max["feed"] = 20;
  const int before = bench.sitoo.calls["feed"];
  bench.pass(bench.settings.poll_every);
  ASSERT_TRUE(bench.later(
      [&] { return bench.sitoo.calls["feed"] > before + 10 && bench.watch->observer.idle(); }));
  EXPECT_EQ(bench.level("CAP", "1"), "60");
  EXPECT_EQ(bench.level("HAT", "1"), "60");
}

TEST(StockObserverTrouble, PagesOfLevelsThatAreTooLargeAreHalved) {
  TroubleBench bench;
  for (int i = 0; i < 300; ++i) bench.sitoo.set(1, fmt::format("SKU-{:03}", i), i);
  bench.sitoo.rows_max["levels"] = 100;
  bench.start();
  ASSERT_TRUE(bench.later_idle());
  EXPECT_EQ(bench.level("SKU-299", "1"), "299");
  EXPECT_EQ(bench.level("CAP", "1"), "10");
}

}  // namespace
}  // namespace tillbridge::app
