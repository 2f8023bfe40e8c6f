#pragma once
// What the tests of stock stand on: a journal that can refuse, the two platforms behind a fake
// transport, and a stock that is observed, planned and, when told to, sent. The clock moves only
// when told (pass()), so what waits for a time waits until then.

#include <atomic>
#include <mutex>

#include "app/stock/catalog_channel.h"
#include "app/stock/stock_load.h"
#include "app/stock/stock_sides_for_tests.h"

namespace tillbridge::app::test {

// Keeps the steps that were stored, and refuses when told to, as a full disk does.
struct StoreWatch {
  std::atomic<bool> refuses{false};
  std::mutex mutex;
  std::vector<journal::Step> steps;
  std::vector<journal::Step> taken() {
    const std::lock_guard lock(mutex);
    return steps;
  }
};

class WatchedWriter final : public journal::Writer {
 public:
  WatchedWriter(std::unique_ptr<journal::Writer> inner, std::shared_ptr<StoreWatch> watch)
      : inner_(std::move(inner)), watch_(std::move(watch)) {}
  Result<std::vector<journal::Receipt>> apply(std::span<const journal::Step> steps) override {
    if (watch_->refuses) return fail(Error::Kind::unavailable, "the disk is full");
    const std::lock_guard lock(watch_->mutex);
    watch_->steps.insert(watch_->steps.end(), steps.begin(), steps.end());
    return inner_->apply(steps);
  }
  void maintain() override { inner_->maintain(); }
  Result<std::uint64_t> retire(const journal::Retention& retention, Instant now,
                               std::uint64_t rows_max) override {
    return inner_->retire(retention, now, rows_max);
  }
  Result<void> backup(const std::string& file, std::function<void(double)> progress) override {
    return inner_->backup(file, std::move(progress));
  }

 private:
  std::unique_ptr<journal::Writer> inner_;
  std::shared_ptr<StoreWatch> watch_;
};

class WatchedStore final : public journal::Store {
 public:
  explicit WatchedStore(std::shared_ptr<StoreWatch> watch) : watch_(std::move(watch)) {}
  Result<std::unique_ptr<journal::Writer>> open_writer() override {
    TB_TRY(auto inner, inner_->open_writer());
    return std::make_unique<WatchedWriter>(std::move(inner), watch_);
  }
  Result<std::unique_ptr<journal::Reader>> open_reader() override { return inner_->open_reader(); }

 private:
  std::unique_ptr<journal::Store> inner_ = journal::memory::open();
  std::shared_ptr<StoreWatch> watch_;
};

inline connectors::bloomreach::Config bloomreach_config() {
  connectors::bloomreach::Config config;
  config.base_url = "http://bloomreach.test";
  config.project_token = "p";
  config.key_id = "key";
  config.key_secret = Secret("hush");
  return config;
}

inline StockSettings stock_settings() {
  StockSettings settings;
  settings.on = true;
  settings.reads_per_second = 10'000;  // the clock stands still, the budget must not
  settings.calls_per_second = 10'000;
  return settings;
}

class StockBench : public JournalBench {
 public:
  explicit StockBench(StockSettings with = stock_settings())
      : settings(std::move(with)),
        sitoo(clock),
        transport([this](const outbound::HttpRequest& request) {
          const bool at_sitoo = request.url.starts_with("http://sitoo.test/");
          return at_sitoo ? sitoo.answer(request) : bloomreach.answer(request);
        }),
        kept(loop, machine_clock, metrics, std::make_unique<WatchedStore>(store), {},
             [](const std::string& what) { ADD_FAILURE() << what; }),
        turns(loop),
        catalogs(transport, clock, bloomreach_config()),
        inventory(settings.bloomreach.inventory_catalog, {}),
        variants(settings.bloomreach.variants_catalog, {}),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    EXPECT_TRUE(kept.start());
  }
  ~StockBench() { stop(); }

  Surroundings on() { return {loop, clock, kept, ids, metrics, transport}; }

  // What watches the stock; made anew it is a restart on the same journal.
  struct Watch {
    Watch(StockBench& bench, StockPlanning::Settings planned)
        : client(bench.transport, bench.clock, sitoo_config()),
          gate(bench.clock, {bench.settings.reads_per_second, bench.settings.reads_per_second, 0.5},
               {}),
          planning(bench.on(), bench.turns, std::move(planned),
                   [&bench](const journal::AddDelivery& delivery, const std::string& place) {
                     bench.planned.push_back(delivery);
                     bench.places.push_back(place);
                     bench.unsent.push_back(delivery);
                   }),
          observer(bench.on(), workspace_name, bench.settings, client, gate, planning) {}
    connectors::sitoo::StockClient client;
    ReadGate gate;
    StockPlanning planning;
    StockObserver observer;
  };
  StockPlanning::Settings planning_settings(bool shadow = false) const {
    StockPlanning::Settings made;
    made.workspace = workspace_name;
    made.settings_version = 7;
    made.stock = settings;
    made.bloomreach = true;
    made.shadow = shadow;
    return made;
  }
  void make(bool shadow = false) {
    watch = std::make_unique<Watch>(*this, planning_settings(shadow));
  }
  void start() {
    make();
    tasks.start(watch->observer.run());
  }
  void stop() {
    if (watch) watch->observer.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
    watch.reset();
  }
  // Until all that Sitoo says now is taken in.
  bool load() {
    start();
    return settle();
  }
  bool settle() {
    return run_until([&] { return watch->observer.idle(); });
  }
  void pass(Duration by) {
    clock.advance(by);
    if (watch) watch->observer.resume();  // it waits by the machine's clock: let it look again
  }
  // A hint, and time enough for it.
  bool hint() {
    watch->observer.hint();
    pass(settings.changes_every);
    return settle();
  }
  bool feed_asked(int times) {
    return run_until([&] { return sitoo.calls["feed"] >= times; }) && settle();
  }

  template <typename T>
  T look(std::function<Result<T>(journal::Reader&)> query) {
    return await(kept.read<T>(std::move(query))).value();
  }
  std::vector<journal::CaseRow> cases() {
    return look<std::vector<journal::CaseRow>>(
        [](journal::Reader& reader) { return reader.cases(workspace_name, true, 100); });
  }
  std::string cursor(const std::string& name = "stock/feed") {
    return look<std::optional<std::string>>(
               [name](journal::Reader& reader) { return reader.cursor(workspace_name, name); })
        .value_or("none");
  }
  std::optional<journal::Journey> journey_of(const std::string& key) {
    return look<std::optional<journal::Journey>>(
        [key](journal::Reader& reader) -> Result<std::optional<journal::Journey>> {
          const std::vector<std::string> keys{key};
          TB_TRY(const auto rows, reader.records_by_key(workspace_name, keys, false));
          if (!rows.front()) return std::optional<journal::Journey>{};
          return reader.journey(rows.front()->id);
        });
  }
  std::optional<journal::Journey> stock(const std::string& sku) {
    return journey_of("stock/" + sku);
  }
  // The available level as the record knows it; "none".
  std::string level(const std::string& sku, const std::string& warehouse) {
    const auto found = stock(sku);
    if (!found) return "none";
    const auto parsed = model::SkuStock::parse(found->record.payload);
    const model::WarehouseStock* one = parsed ? parsed->find(warehouse) : nullptr;
    return one == nullptr ? "none" : one->available.to_text();
  }

  // How often a first load was done.
  int loads() const {
    int done = 0;
    for (const journal::Step& step : store->taken()) {
      for (const journal::SetCursor& one : step.cursors) done += one.name == stock_loaded_cursor;
    }
    return done;
  }

  // Of a row's bytes, the column's value as it stands there; "none".
  static std::string value_in(const std::string& part, const std::string& column) {
    const json::Object row = json::parse(part)->as_object();
    const json::Value* value = row.at("properties").as_object().if_contains(column);
    return value == nullptr ? "none" : json::to_text(*value);
  }
  // The newest quantity planned for a lane ("stock/S1/CAP"); "none".
  std::string planned_for(const std::string& lane) const {
    for (auto one = planned.rbegin(); one != planned.rend(); ++one) {
      const bool sum = lane.starts_with("stock/*/");
      if (one->lane == lane) return value_in(one->parts.front(), sum ? "stock_level" : "quantity");
    }
    return "none";
  }
  std::vector<std::string> lanes() const {
    std::vector<std::string> all;
    for (const journal::AddDelivery& one : planned) all.push_back(one.lane);
    return all;
  }

  // What the connection's couriers would do.
  void send() {
    for (const char* flow : {flows::stock_level_flow, flows::stock_sum_flow}) {
      std::vector<engine::Parcel> parcels;
      for (const journal::AddDelivery& one : unsent) {
        if (one.flow != flow) continue;
        parcels.emplace_back();
        parcels.back().parts = one.parts;
      }
      if (parcels.empty()) continue;
      CatalogChannel channel(catalogs,
                             flow == std::string(flows::stock_sum_flow) ? variants : inventory,
                             [](const std::vector<engine::Parcel>&) {});
      const auto answer = await(channel.send(std::move(parcels), engine::Route::usual));
      EXPECT_EQ(answer.call.kind, Outcome::Kind::delivered) << answer.call.reason;
      for (const engine::PartResults& one : answer.results)
        EXPECT_EQ(one.outcomes.front().kind, Outcome::Kind::delivered)
            << one.outcomes.front().reason;
    }
    unsent.clear();
  }
  bool waits(const std::string& flow, const std::string& lane) const {
    return std::any_of(unsent.begin(), unsent.end(), [&](const journal::AddDelivery& one) {
      return one.flow == flow && one.lane == lane;
    });
  }

  StockSettings settings;
  SitooStock sitoo;
  BloomreachCatalogs bloomreach;
  outbound::FakeTransport transport;
  std::shared_ptr<StoreWatch> store = std::make_shared<StoreWatch>();
  journal::Journal kept;
  Turns turns;
  connectors::bloomreach::CatalogClient catalogs;
  NamedCatalog inventory, variants;
  std::vector<journal::AddDelivery> planned, unsent;
  std::vector<std::string> places;  // of `planned`
  TaskGroup tasks;
  std::unique_ptr<Watch> watch;
};

}  // namespace tillbridge::app::test
