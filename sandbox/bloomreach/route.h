#pragma once
// The simulated calls (contract section 1) and how a path is recognised. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox::bloomreach {

enum class Route : std::uint8_t {
  time,                // T1
  customers,           // T2
  events,              // T3
  batch,               // T4
  attributes,          // C1
  export_one,          // C2
  export_all,          // C3
  export_events,       // C4
  consent_categories,  // G1
  anonymize,           // G2
  anonymize_bulk,      // G3
};

std::string_view name(Route route);  // "batch": as in settings and counters
std::optional<Route> route_named(std::string_view name);
bool is_tracking(Route route);   // T1 to T4: under the tracking limit
bool is_data_read(Route route);  // C1 to C4 and G1
bool allows_public_access(Route route);

struct Target {
  Route route;
  std::string project_token;
};
// nullopt: no such call.
std::optional<Target> target_of(std::string_view method, std::string_view path);

}  // namespace sandbox::bloomreach
