#pragma once
// The tills of the demo as users of the hub's customer register: lookups beside the sales.

#include <cstdint>

#include "app/control_client.h"

namespace tillbridge::app {

constexpr const char* demo_till_user = "sitoo-crm";
constexpr const char* demo_till_password = "demo-crm-password";

// The day's customers exist at both platforms before the shops open and are read into the hub's
// index; then the tills ask, `rate`
// times a second for `seconds`.
Result<void> start_demo_till(ControlClient& sandbox, ControlClient& hub, std::uint16_t hub_port,
                             double rate, int seconds, std::uint64_t seed);

// Adds till_p50_ms, till_p99_ms, till_overhead_p99_ms, till_errors and more, as the sandbox has
// measured them. False: the tills are still asking.
Result<bool> add_till_figures(ControlClient& sandbox, json::Object& summary);

}  // namespace tillbridge::app
