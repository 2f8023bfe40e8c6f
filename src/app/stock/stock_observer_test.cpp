#include "app/stock/stock_observer.h"

#include "app/stock/stock_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::SitooStock;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// Two stores with a FIFO warehouse each, and a Virtual warehouse of the first one.
class ObserverBench : public test::StockBench {
 public:
  explicit ObserverBench(StockSettings with = test::stock_settings())
      : StockBench(std::move(with)) {
    sitoo.add_warehouse(1, "S1");
    sitoo.add_warehouse(2, "S2");
    sitoo.add_warehouse(3, "S1", false);
    for (const char* sku : {"CAP", "HAT", "TIE"}) {
      sitoo.set(1, sku, 10);
      sitoo.set(2, sku, 20);
    }
    sitoo.set(3, "CAP", 100);
  }
  // Loaded, and later than the load, so that movements are newer than what was read.
  bool load_and_pass() {
    const bool good = load();
    pass(seconds{10});
    return good;
  }
  StockObserver& observer() { return watch->observer; }
  int level_reads() { return sitoo.calls["levels"]; }
};

outbound::HttpAnswer said(int status, const char* retry_after = nullptr) {
  auto made = test::answer_of(json::Object{{"statuscode", status}, {"errortext", "no"}}, status);
  if (retry_after != nullptr) made.headers.emplace_back("retry-after", retry_after);
  return made;
}

TEST(StockObserver, LoadsEverythingOnceAndThenFollowsTheFeed) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load());
  EXPECT_EQ(bench.loads(), 1);
  EXPECT_EQ(bench.level("CAP", "1"), "10");
  EXPECT_EQ(bench.level("TIE", "2"), "20");
  EXPECT_EQ(bench.level("CAP", "3"), "100");
  EXPECT_EQ(bench.level_reads(), 3);
  EXPECT_EQ(bench.cursor(), "1") << "nothing ever moved";
  EXPECT_NE(bench.cursor(stock_loaded_cursor), "none");
  EXPECT_THAT(bench.planned, IsEmpty()) << "what is as it was is the comparison's";

  bench.pass(seconds{10});
  const auto sale = bench.sitoo.move(1, "CAP", -1);
  ASSERT_TRUE(bench.hint());
  EXPECT_EQ(bench.level("CAP", "1"), "9");
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "109");
  EXPECT_EQ(bench.planned_for("stock/*/CAP"), "129");
  EXPECT_EQ(bench.cursor(), std::to_string(sale + 1));
  EXPECT_EQ(bench.level_reads(), 3) << "the feed is enough";
}

TEST(StockObserver, HistoryIsLeftToTheLoad) {
  ObserverBench bench;
  bench.sitoo.move(1, "CAP", -1);
  bench.sitoo.skip_ids(5'000);
  bench.sitoo.move(2, "HAT", -2);
  const auto newest = bench.sitoo.move(2, "HAT", -3);
  ASSERT_TRUE(bench.load());
  EXPECT_EQ(bench.cursor(), std::to_string(newest + 1));
  EXPECT_EQ(bench.level("CAP", "1"), "9");
  EXPECT_EQ(bench.level("HAT", "2"), "15");
  EXPECT_THAT(bench.sitoo.urls["feed"].front(),
              HasSubstr(fmt::format("warehousetransactionidfrom={}&", newest + 1 - 200)));
  EXPECT_THAT(bench.lanes(), Not(Contains(HasSubstr("CAP"))));
}

TEST(StockObserver, AWarehouseIsReadPageByPage) {
  ObserverBench bench;
  for (int i = 0; i < 2'300; ++i) bench.sitoo.set(2, fmt::format("SKU-{:04}", i), i);
  ASSERT_TRUE(bench.load());
  EXPECT_EQ(bench.level("SKU-2299", "2"), "2299");
  EXPECT_EQ(bench.level_reads(), 5);
}

// What moved while it was read: its store's row goes out at once, its sum when all is known.
TEST(StockObserver, WhatMovesWhileItLoadsIsNotLost) {
  ObserverBench bench;
  bench.sitoo.on_call = [&](const std::string& call) {
    if (call != "levels" || bench.sitoo.calls["levels"] != 2) return;
    bench.clock.advance(seconds{5});
    bench.sitoo.move(1, "CAP", -4);
  };
  ASSERT_TRUE(bench.load());
  ASSERT_TRUE(bench.hint());
  EXPECT_EQ(bench.level("CAP", "1"), "6");
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "106");
  EXPECT_EQ(bench.planned_for("stock/*/CAP"), "126");
}

TEST(StockObserver, AHintIsOneCallAndABurstOfHintsAreFew) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  ASSERT_TRUE(bench.settle());
  const int before = bench.sitoo.calls["feed"];
  for (int i = 0; i < 50; ++i) {
    bench.sitoo.move(1, "CAP", -1);
    bench.observer().hint();
  }
  ASSERT_TRUE(bench.feed_asked(before + 1));
  EXPECT_EQ(bench.sitoo.calls["feed"], before + 1) << "at once, after a quiet time";
  EXPECT_EQ(bench.level("CAP", "1"), "-40");

  for (int i = 0; i < 20; ++i) {
    bench.sitoo.move(2, "HAT", -1);
    bench.observer().hint();
    bench.pass(milliseconds{50});
    bench.loop.poll();
  }
  bench.pass(bench.settings.changes_every);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level("HAT", "2"), "0");
  const int asked = bench.sitoo.calls["feed"] - before - 1;
  EXPECT_GE(asked, 2);
  EXPECT_LE(asked, 4) << "a second and a half, at most every half second";
}

TEST(StockObserver, ARestartGoesOnWhereThePlansEnd) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.sitoo.move(1, "CAP", -1);
  ASSERT_TRUE(bench.hint());
  const std::string cursor = bench.cursor();
  // Heard of, but not planned: the journal is full when the process ends.
  bench.store->refuses = true;
  bench.sitoo.move(1, "HAT", -3);
  bench.observer().hint();
  bench.pass(seconds{1});
  ASSERT_TRUE(bench.run_until(
      [&] { return json::text(bench.observer().status(), "trouble") == "the disk is full"; }));
  EXPECT_EQ(bench.cursor(), cursor);
  bench.stop();
  bench.store->refuses = false;
  EXPECT_EQ(bench.level("HAT", "1"), "10");

  const int reads = bench.level_reads();
  bench.sitoo.move(2, "TIE", -5);  // while nobody looked
  ASSERT_TRUE(bench.load());
  EXPECT_EQ(bench.level("HAT", "1"), "7");
  EXPECT_EQ(bench.level("TIE", "2"), "15");
  EXPECT_EQ(bench.level("CAP", "1"), "9");
  EXPECT_EQ(bench.level_reads(), reads) << "nothing is loaded again";
  EXPECT_EQ(bench.loads(), 1);
  EXPECT_EQ(bench.sitoo.calls["newest"], 1);
}

TEST(StockObserver, AFullJournalCostsTimeAndNothingElse) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.store->refuses = true;
  bench.sitoo.move(1, "CAP", -2);
  bench.observer().hint();
  ASSERT_TRUE(bench.run_until(
      [&] { return json::text(bench.observer().status(), "trouble") == "the disk is full"; }));
  EXPECT_THAT(bench.planned, IsEmpty());
  bench.store->refuses = false;
  bench.pass(seconds{1});
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level("CAP", "1"), "8");
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "108");
}

TEST(StockObserver, ThePollFindsWhatNobodyHintedAt) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.sitoo.move(1, "CAP", -1);
  const int before = bench.sitoo.calls["feed"];
  bench.pass(bench.settings.poll_every);
  ASSERT_TRUE(bench.feed_asked(before + 1));
  EXPECT_EQ(bench.level("CAP", "1"), "9");
}

TEST(StockObserver, AnIdThatAppearsLateIsFoundByThePollsOverlap) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.sitoo.not_yet.insert(bench.sitoo.move(1, "HAT", -1));
  bench.sitoo.move(1, "CAP", -1);
  ASSERT_TRUE(bench.hint());
  bench.sitoo.not_yet.clear();
  ASSERT_TRUE(bench.hint());
  EXPECT_EQ(bench.level("HAT", "1"), "10") << "it is behind the cursor";
  const int before = bench.sitoo.calls["feed"];
  bench.pass(bench.settings.poll_every);
  ASSERT_TRUE(bench.feed_asked(before + 1));
  EXPECT_EQ(bench.level("HAT", "1"), "9");
}

TEST(StockObserver, AMovementOfAReservedSkuIsReadBySku) {
  ObserverBench bench;
  bench.sitoo.reserve(1, "CAP", 2);
  ASSERT_TRUE(bench.load_and_pass());
  EXPECT_EQ(bench.level("CAP", "1"), "8");
  bench.sitoo.move(1, "CAP", -2);
  bench.sitoo.reserve(1, "CAP", 0);  // it was this one that was collected
  const int reads = bench.level_reads();
  ASSERT_TRUE(bench.hint());
  EXPECT_EQ(bench.level_reads(), reads + 1);
  EXPECT_THAT(
      bench.sitoo.urls["levels"].back(),
      AllOf(HasSubstr("/warehouses/1/warehouseitems.json?sku=CAP&"), Not(HasSubstr("HAT"))));
  EXPECT_EQ(bench.level("CAP", "1"), "8");
  EXPECT_THAT(bench.planned, IsEmpty()) << "8 were and are available";
}

TEST(StockObserver, TheSkusOfAnOpenOrderAreRead) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.sitoo.reserve(2, "CAP", 3);
  bench.sitoo.reserve(2, "HAT", 1);
  model::Order order;
  order.state = model::OrderState::closed;
  order.place.store_code = "S2";
  order.lines.resize(3);
  order.lines[0].sku = "CAP";
  order.lines[1].sku = "HAT";
  bench.observer().saw(order);
  EXPECT_TRUE(bench.observer().idle()) << "a closed order reserves nothing";
  order.state = model::OrderState::open;
  const int reads = bench.level_reads();
  bench.observer().saw(order);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level_reads(), reads + 1) << "both with one call";
  EXPECT_EQ(bench.level("CAP", "2"), "17");
  EXPECT_EQ(bench.level("HAT", "2"), "19");

  // A booking that is closed may hold something still; its warehouse is named.
  bench.sitoo.reserve(1, "TIE", 4);
  order.state = model::OrderState::closed;
  order.type = model::OrderType::booking;
  order.place.warehouse = "1";
  order.lines.resize(1);
  order.lines[0].sku = "TIE";
  bench.observer().saw(order);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.level("TIE", "1"), "6");
  EXPECT_EQ(bench.planned_for("stock/S1/TIE"), "6");
}

TEST(StockObserver, VirtualWarehousesAreReadByTime) {
  ObserverBench bench;
  const Instant loaded_at = bench.clock.now();
  ASSERT_TRUE(bench.load_and_pass());
  bench.pass(bench.settings.virtual_every);
  ASSERT_TRUE(bench.run_until([&] { return bench.level_reads() == 4; }) && bench.settle());
  EXPECT_THAT(
      bench.sitoo.urls["levels"].back(),
      AllOf(HasSubstr("/warehouses/3/"),
            HasSubstr(fmt::format("datelastmodifiedfrom={}&", to_unix_seconds(loaded_at) - 60))));
  const Instant read_at = bench.clock.now();
  bench.pass(seconds{30});
  bench.sitoo.set(3, "CAP", 70);
  bench.pass(seconds{31});
  ASSERT_TRUE(bench.run_until([&] { return bench.level_reads() == 5; }) && bench.settle());
  EXPECT_THAT(bench.sitoo.urls["levels"].back(),
              HasSubstr(fmt::format("datelastmodifiedfrom={}&", to_unix_seconds(read_at) - 60)));
  EXPECT_EQ(bench.level("CAP", "3"), "70");
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "80");
}

// A read that fails moves no mark: the next one asks from where the last good one was answered.
TEST(StockObserver, AVirtualWarehouseThatCouldNotBeReadIsReadFromTheSameTime) {
  ObserverBench bench;
  ASSERT_TRUE(bench.load_and_pass());
  bench.pass(bench.settings.virtual_every);
  ASSERT_TRUE(bench.run_until([&] { return bench.level_reads() == 4; }) && bench.settle());
  const Instant good = bench.clock.now();
  bench.sitoo.set(3, "CAP", 70);
  bench.sitoo.instead["levels"].push_back(said(500));
  bench.pass(bench.settings.virtual_every);
  ASSERT_TRUE(bench.run_until([&] { return bench.level_reads() == 5; }) && bench.settle());
  bench.pass(bench.settings.virtual_every);
  ASSERT_TRUE(bench.run_until([&] { return bench.level_reads() == 6; }) && bench.settle());
  EXPECT_THAT(bench.sitoo.urls["levels"].back(),
              HasSubstr(fmt::format("datelastmodifiedfrom={}&", to_unix_seconds(good) - 60)));
  EXPECT_EQ(bench.level("CAP", "3"), "70");
}

}  // namespace
}  // namespace tillbridge::app
