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
  catalog_create,      // K1
  catalog_list,        // K2
  catalog_get,         // K3
  catalog_put,
  catalog_delete,
  catalog_query,         // K4
  catalog_item_get,      // K5
  catalog_item_replace,  // K6
  catalog_item_partial,  // K7
  catalog_bulk_delete,   // K11; before K8, whose pattern its path fits too
  catalog_item_delete,   // K8
  catalog_bulk_replace,  // K9
  catalog_bulk_partial,  // K10
};

std::string_view name(Route route);  // "batch": as in settings and counters
std::optional<Route> route_named(std::string_view name);
bool is_tracking(Route route);      // T1 to T4: under the tracking limit
bool is_data_read(Route route);     // C1 to C4 and G1
bool is_catalog_call(Route route);  // K1 to K11
bool allows_public_access(Route route);

struct Target {
  Route route;
  std::string project_token;
  std::string catalog_id = {}, item_id = {};  // of catalog calls
};
// nullopt: no such call.
std::optional<Target> target_of(std::string_view method, std::string_view path);

}  // namespace sandbox::bloomreach
