#include "app/demo/demo_stock.h"

#include <thread>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr auto load_patience = std::chrono::minutes{5};
constexpr auto look_every = std::chrono::milliseconds{250};
// Goods that move beside each order: receipts, counts, transfers.
constexpr double moves_per_order = 0.25;

const json::Object* stock_in(const json::Object& status) {
  const json::Array* all = json::array(status, "workspaces");
  const json::Object* first = all == nullptr || all->empty() ? nullptr : all->front().if_object();
  return first == nullptr ? nullptr : json::object(*first, "stock");
}

}  // namespace

std::string demo_stock_config(const DemoOptions& options) {
  if (!options.stock) return {};
  return R"toml(
[workspace.stock]
reads_per_second = 200             # the simulator's own limit is far above it
reads_in_flight_max = 4
changes_every_ms = 250
poll_every_s = 5
virtual_every_s = 1
compare_after_load = false         # the demo's catalogs hold last night's levels
compare_at = ""

[workspace.stock.bloomreach]
call_every_ms = 500
calls_per_second = 20
)toml";
}

Result<void> fill_demo_catalogs(ControlClient& sandbox) {
  TB_TRY(const auto filled, sandbox.call("POST", "/control/stock/catalogs",
                                         json::Object{{"inventory", "store_inventory"},
                                                      {"variants", "variants"},
                                                      {"fill", true}}));
  return {};
}

Result<void> await_demo_stock(ControlClient& hub, bool headless) {
  const SystemClock clock;
  const Tick until = clock.tick() + load_patience;
  Tick shown{};
  while (clock.tick() < until) {
    std::this_thread::sleep_for(look_every);
    const auto status = hub.call("GET", "/api/v1/status");
    const json::Object* stock = status ? stock_in(status->as_object()) : nullptr;
    if (stock == nullptr) continue;
    if (json::boolean(*stock, "loaded").value_or(false)) return {};
    const json::Object* load = json::object(*stock, "load");
    if (load == nullptr || clock.tick() - shown < std::chrono::seconds{1}) continue;
    shown = clock.tick();
    const auto count = [&](std::string_view key) { return json::integer(*load, key).value_or(0); };
    if (headless)
      fmt::print(stderr, "loading stock: {} of {} warehouses read, {} of {} SKUs stored\n",
                 count("warehouses_read"), count("warehouses"), count("skus_stored"),
                 count("skus"));
  }
  return fail(Error::Kind::unavailable, "the hub did not load the stock in time; see its log");
}

Result<void> start_demo_stock(ControlClient& sandbox, const DemoOptions& options) {
  TB_TRY(const auto started,
         sandbox.call("POST", "/control/stock/day",
                      json::Object{{"seconds", options.seconds},
                                   {"per_second", options.rate * moves_per_order},
                                   {"seed", options.seed}}));
  return {};
}

Result<void> take_demo_stock(ControlClient& sandbox, const DemoOptions& options) {
  TB_TRY(const auto taken,
         sandbox.call("POST", "/control/stock/stocktaking",
                      json::Object{{"levels", options.stocktaking}, {"seed", options.seed}}));
  return {};
}

Result<void> add_stock_figures(ControlClient& sandbox, json::Object& summary) {
  TB_TRY(const json::Value figures, sandbox.call("GET", "/control/stock/figures"));
  for (const auto& [key, value] : figures.as_object()) {
    if (key.starts_with("stock_")) summary[key] = value;
  }
  if (const json::Array* findings = json::array(figures.as_object(), "findings");
      findings != nullptr && !findings->empty())
    summary["stock_findings"] = *findings;
  return {};
}

}  // namespace tillbridge::app
