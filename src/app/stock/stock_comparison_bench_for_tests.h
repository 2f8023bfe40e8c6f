#pragma once
// Two stores and two SKUs that are observed, published and compared.

#include "app/stock/stock_bench_for_tests.h"
#include "app/stock/stock_comparison.h"

namespace tillbridge::app::test {

class ComparisonBench : public StockBench {
 public:
  explicit ComparisonBench(StockSettings with = stock_settings(), bool sums = true)
      : StockBench(std::move(with)), reads(clock, {10'000, 10'000, 0.0}, {}), with_sums(sums) {
    bloomreach.add_inventory();
    bloomreach.add_variants();
    for (const int warehouse : {1, 2}) {
      sitoo.add_warehouse(warehouse, fmt::format("S{}", warehouse));
      for (const char* sku : {"CAP", "HAT"}) sitoo.set(warehouse, sku, 10 * warehouse);
    }
    for (const char* sku : {"CAP", "HAT"})
      bloomreach.named("variants")->rows[sku]["stock_level"] = 30;
  }

  bool load() {
    const bool good = StockBench::load();
    make_comparison();
    return good;
  }
  void make_comparison() {
    made = std::make_unique<StockComparison>(
        on(), workspace_name, settings,
        StockComparison::Parts{watch->observer, watch->planning, catalogs, reads, inventory,
                               with_sums ? &variants : nullptr,
                               [this](const std::string& flow, const std::string& lane) {
                                 return waits(flow, lane);
                               }});
  }
  // Loaded, published and shown for longer than anything may take.
  bool all_well() {
    if (!load()) return false;
    quiet();
    compare(true);
    send();
    planned.clear();
    quiet();
    return true;
  }
  void quiet() { clock.advance(settings.visible_after + std::chrono::seconds{1}); }

  static api::StockComparisonAsked asked(bool repair, std::uint64_t sample = 0) {
    api::StockComparisonAsked made;
    made.repair = repair;
    made.sample = sample;
    made.by = "test";
    return made;
  }
  Result<json::Object> try_to_compare(bool repair = false, std::uint64_t sample = 0) {
    return await(made->compare(asked(repair, sample)));
  }
  // Its end comes while the loop runs.
  void begin_to_compare(std::optional<Result<json::Object>>& into, bool repair = false) {
    boost::asio::co_spawn(loop, made->compare(asked(repair)),
                          [&into](const std::exception_ptr& failure, auto report) {
                            EXPECT_FALSE(failure);
                            into.emplace(std::move(report));
                          });
  }
  json::Object compare(bool repair = false, std::uint64_t sample = 0) {
    auto report = try_to_compare(repair, sample);
    EXPECT_TRUE(report) << report.error().what;
    return report.value_or(json::Object{});
  }
  static std::int64_t number(const json::Object& report, const std::string& key) {
    const json::Value* value = report.if_contains(key);
    return value == nullptr ? -1 : value->to_number<std::int64_t>();
  }
  static std::int64_t counted(const json::Object& report, const std::string& kind) {
    return number(report.at("differences").as_object(), kind);
  }

  std::map<std::string, json::Object>& rows() { return bloomreach.named("store_inventory")->rows; }
  void put_row(const std::string& store, const std::string& sku, int quantity, Instant at) {
    rows()[store + "__" + sku] = {{"store_id", store},
                                  {"sku", sku},
                                  {"quantity", quantity},
                                  {"updated_at", to_unix_seconds(at)}};
  }
  std::string shown(const std::string& id, const std::string& column) {
    const auto found = rows().find(id);
    return found == rows().end() ? "none" : json::to_text(found->second.at(column));
  }

  ReadGate reads;
  bool with_sums;
  std::unique_ptr<StockComparison> made;
};

}  // namespace tillbridge::app::test
