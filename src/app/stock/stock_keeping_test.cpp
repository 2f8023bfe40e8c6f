#include "app/stock/stock_keeping.h"

#include "app/stock/stock_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

StockSettings quiet_settings() {
  StockSettings settings = test::stock_settings();
  settings.compare_at = std::nullopt;
  settings.compare_after_load = false;
  settings.bloomreach.variants_catalog.clear();
  return settings;
}

// Everything of stock as a workspace runs it: observed, planned, sent by the connection's courier.
class KeepingBench : public test::StockBench {
 public:
  explicit KeepingBench(StockSettings with = quiet_settings()) : StockBench(std::move(with)) {
    bloomreach.add_inventory();
    sitoo.add_warehouse(1, "S1");
    for (const char* sku : {"CAP", "HAT"}) sitoo.set(1, sku, 10);
    workspace.name = test::workspace_name;
    workspace.sitoo = test::sitoo_config();
    workspace.bloomreach_connected = true;
    workspace.bloomreach = test::bloomreach_config();
    workspace.stock = settings;
  }
  ~KeepingBench() {
    if (!keeping) return;
    keeping->request_stop();
    connection->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }
  void start_all() {
    connection = std::make_unique<BloomreachConnection>(on(), workspace, lag);
    keeping = std::make_unique<StockKeeping>(
        on(), turns, workspace, 7, connection.get(),
        [this](const journal::AddDelivery& delivery, const std::string& place) {
          connection->add(delivery, place);
        });
    connection->start(tasks);
    keeping->start(tasks);
  }
  bool loaded() {
    return run_until([&] { return keeping->idle(); });
  }
  // Lets time pass, as fast as the machine's, until it is true: couriers wait by both clocks.
  template <typename Condition>
  bool later(Condition condition) {
    Tick seen = machine_clock.tick();
    return run_until([&] {
      if (condition()) return true;
      const Tick now = machine_clock.tick();
      if (now - seen < milliseconds{5}) return false;
      clock.advance(now - seen);
      seen = now;
      keeping->resume();
      return false;
    });
  }
  // The clock runs a second per look until it is true.
  template <typename Condition>
  bool long_after(Condition condition) {
    return run_until([&] {
      if (condition()) return true;
      clock.advance(seconds{1});
      keeping->resume();
      return false;
    });
  }
  // A sale that is heard of, and the call that tells Bloomreach.
  bool sell(const std::string& sku) {
    const int before = bloomreach.calls["K10"];
    clock.advance(seconds{2});
    sitoo.move(1, sku, -1);
    keeping->observer().hint();
    return later([&] { return bloomreach.calls["K10"] > before; });
  }
  std::string shown(const std::string& sku) {
    const auto& rows = bloomreach.named("store_inventory")->rows;
    const auto found = rows.find("S1__" + sku);
    return found == rows.end() ? "none" : json::to_text(found->second.at("quantity"));
  }
  std::int64_t in_doubt() {
    return keeping->status().at("rows_in_doubt").to_number<std::int64_t>();
  }
  std::vector<journal::RecordRow> comparisons() {
    return look<std::vector<journal::RecordRow>>([](journal::Reader& reader) {
      return reader.search(test::workspace_name, "comparison:stock", 10);
    });
  }
  // Whether it becomes true although it should not: nothing tells that nothing will happen.
  template <typename Condition>
  bool happens_soon(Condition condition) {
    const Tick until = machine_clock.tick() + milliseconds{1'300};  // it looks every second
    return run_until([&] { return machine_clock.tick() > until || condition(); }) && condition();
  }

  Workspace workspace;
  engine::LagBoard lag{{}};
  std::unique_ptr<BloomreachConnection> connection;
  std::unique_ptr<StockKeeping> keeping;
};

TEST(StockKeeping, ASaleReachesTheCatalog) {
  KeepingBench bench;
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  ASSERT_TRUE(bench.sell("CAP"));
  EXPECT_EQ(bench.shown("CAP"), "9");
  EXPECT_EQ(bench.shown("HAT"), "none") << "it did not change";
  EXPECT_EQ(bench.in_doubt(), 0);
}

// The call that got no answer may be applied late, after what was sent since.
TEST(StockKeeping, RowsInDoubtAreSentOnceMore) {
  KeepingBench bench;
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  bench.bloomreach.instead["K10"].push_back(test::no_answer());
  ASSERT_TRUE(bench.sell("CAP"));
  EXPECT_EQ(bench.in_doubt(), 1);
  const Instant first = bench.clock.now();
  ASSERT_TRUE(bench.later([&] { return bench.shown("CAP") == "9"; })) << "settled by sending again";
  ASSERT_TRUE(bench.sell("CAP"));
  ASSERT_TRUE(bench.later([&] { return bench.shown("CAP") == "8"; }));
  ASSERT_EQ(bench.in_doubt(), 1);
  ASSERT_LT(bench.clock.now() - first, seconds{30});
  bench.clock.advance(first + seconds{30} - bench.clock.now());
  bench.bloomreach.instead["K10"].push_back(test::no_answer());
  ASSERT_TRUE(bench.sell("HAT"));
  EXPECT_EQ(bench.in_doubt(), 2);
  ASSERT_TRUE(bench.later([&] { return bench.shown("HAT") == "9"; }));

  ASSERT_LT(bench.clock.now() - first, seconds{60});
  bench.clock.advance(first + bench.settings.confirm_after - bench.clock.now());
  bench.bloomreach.named("store_inventory")->rows["S1__CAP"]["quantity"] = 9;  // applied late
  ASSERT_TRUE(bench.run_until([&] { return bench.shown("CAP") == "8"; }));
  EXPECT_EQ(bench.in_doubt(), 1) << "HAT's time has not come";
  EXPECT_EQ(bench.stock("CAP")->deliveries.size(), 3U);
  bench.clock.advance(bench.settings.confirm_after);
  ASSERT_TRUE(bench.run_until([&] { return bench.in_doubt() == 0; }));
  EXPECT_EQ(bench.stock("CAP")->deliveries.size(), 3U) << "once";
  EXPECT_EQ(bench.stock("HAT")->deliveries.size(), 2U);
}

TEST(StockKeeping, ADoubtOutlastsAFullJournal) {
  KeepingBench bench;
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  bench.bloomreach.instead["K10"].push_back(test::no_answer());
  ASSERT_TRUE(bench.sell("CAP"));
  ASSERT_TRUE(bench.later([&] { return bench.shown("CAP") == "9"; }));
  const auto version = bench.stock("CAP")->record.version;
  bench.store->refuses = true;
  bench.clock.advance(bench.settings.confirm_after);
  EXPECT_FALSE(bench.happens_soon([&] { return bench.in_doubt() == 0; }));
  bench.store->refuses = false;
  ASSERT_TRUE(bench.run_until([&] { return bench.in_doubt() == 0; }));
  EXPECT_EQ(bench.stock("CAP")->record.version, version + 1);
}

TEST(StockKeeping, TheFirstLoadIsPublishedByAComparison) {
  auto settings = quiet_settings();
  settings.compare_after_load = true;
  settings.repair = false;  // of the nightly one
  KeepingBench bench(settings);
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  ASSERT_TRUE(
      bench.long_after([&] { return bench.shown("CAP") == "10" && bench.shown("HAT") == "10"; }));
  ASSERT_TRUE(bench.long_after([&] { return bench.comparisons().size() == 1; }));
  json::Object status;  // says so once it knows that it is stored
  ASSERT_TRUE(bench.run_until([&] {
    status = bench.keeping->status();
    return status.at("comparison").as_object().contains("last");
  }));
  const json::Object& last = status.at("comparison").at("last").as_object();
  EXPECT_EQ(last.at("repaired").to_number<int>(), 2);
  EXPECT_FALSE(last.contains("findings"));
}

// Else nothing of the load would be shown until the night.
TEST(StockKeeping, AFirstComparisonThatCouldNotBeMadeIsMadeLater) {
  auto settings = quiet_settings();
  settings.compare_after_load = true;
  KeepingBench bench(settings);
  bench.bloomreach.instead["K2"].push_back(test::answer_of(json::Object{}, 503));
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  ASSERT_TRUE(bench.long_after([&] { return bench.bloomreach.calls["K2"] == 1; }));
  ASSERT_TRUE(bench.run_until([&] {
    return json::text(bench.keeping->status().at("comparison").as_object(), "trouble").has_value();
  }));
  ASSERT_TRUE(
      bench.long_after([&] { return bench.shown("CAP") == "10" && bench.shown("HAT") == "10"; }));
}

TEST(StockKeeping, ComparesAtItsTimeOfDayOnce) {
  auto settings = quiet_settings();
  KeepingBench bench(settings);
  const Duration day = hours{24};
  bench.workspace.zone = Zone::find("Europe/Stockholm").value();
  bench.workspace.stock.compare_at =
      (bench.workspace.zone.time_of_day(bench.clock.now()) + hours{2}) % day;
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  const Instant due = bench.clock.now() + hours{2};
  bench.clock.advance(hours{2} - seconds{1});
  EXPECT_FALSE(bench.happens_soon([&] { return bench.bloomreach.calls["K4"] > 0; }));
  bench.clock.advance(seconds{1});
  ASSERT_TRUE(bench.run_until([&] { return bench.comparisons().size() == 1; }));
  EXPECT_EQ(bench.comparisons()[0].happened_at, due);
  ASSERT_TRUE(bench.later([&] { return bench.shown("CAP") == "10"; })) << "with repair";

  bench.clock.advance(hours{12});
  EXPECT_FALSE(bench.happens_soon([&] { return bench.bloomreach.calls["K4"] > 1; }));
  bench.clock.advance(hours{13});  // whether or not the clocks change tonight
  ASSERT_TRUE(bench.run_until([&] { return bench.comparisons().size() == 2; }));
}

TEST(StockKeeping, NothingIsComparedWithoutAPlatform) {
  KeepingBench bench;
  bench.keeping = std::make_unique<StockKeeping>(
      bench.on(), bench.turns, bench.workspace, 7, nullptr,
      [](const journal::AddDelivery&, const std::string&) { ADD_FAILURE(); });
  bench.workspace.bloomreach_connected = false;
  const auto report = bench.await(bench.keeping->compare({}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, Error::Kind::rejected);
  bench.keeping.reset();
}

TEST(StockKeeping, StopsWhereverItWaits) {
  KeepingBench bench;
  bench.workspace.stock.compare_at = hours{3};
  bench.start_all();
  ASSERT_TRUE(bench.loaded());
  bench.keeping->request_stop();
  bench.connection->request_stop();
  EXPECT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
}

}  // namespace
}  // namespace tillbridge::app
