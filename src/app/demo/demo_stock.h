#pragma once
// The demo's stock: many SKUs in many stores, catalogs at Bloomreach that hold last night's levels,
// goods that move beside the sales. Tells how far the published levels were from the truth.

#include <cstdint>

#include "app/commands/commands.h"
#include "app/control_client.h"

namespace tillbridge::app {

// The part of the hub's configuration; "" without stock.
std::string demo_stock_config(const DemoOptions& options);

// Before the hub starts: the catalogs exist and hold the present truth.
Result<void> fill_demo_catalogs(ControlClient& sandbox);
// Until the hub has read every level for the first time.
Result<void> await_demo_stock(ControlClient& hub, bool headless);
// Goods move while the shops are open.
Result<void> start_demo_stock(ControlClient& sandbox, const DemoOptions& options);
// Stocktaking night: that many levels change at once.
Result<void> take_demo_stock(ControlClient& sandbox, const DemoOptions& options);

// Adds stock_changes, stock_calls, stock_wrong_at_end, stock_stale_p99_ms and more, as the sandbox
// has measured them.
Result<void> add_stock_figures(ControlClient& sandbox, json::Object& summary);

}  // namespace tillbridge::app
