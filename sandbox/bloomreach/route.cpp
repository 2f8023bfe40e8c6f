#include "bloomreach/route.h"

#include <array>

namespace sandbox::bloomreach {
namespace {

struct Entry {
  Route route;
  std::string_view name;
  std::string_view method;
  std::string_view before;  // the project token stands between these two
  std::string_view after;
};

constexpr std::string_view track = "/track/v2/projects/";
constexpr std::string_view data = "/data/v2/projects/";
constexpr std::array<Entry, 11> entries = {{
    {Route::time, "time", "GET", track, "/system/time"},
    {Route::customers, "customers", "POST", track, "/customers"},
    {Route::events, "events", "POST", track, "/customers/events"},
    {Route::batch, "batch", "POST", track, "/batch"},
    {Route::attributes, "attributes", "POST", data, "/customers/attributes"},
    {Route::export_one, "export_one", "POST", data, "/customers/export-one"},
    {Route::export_all, "export_all", "POST", data, "/customers/export"},
    {Route::export_events, "export_events", "POST", data, "/customers/events"},
    {Route::consent_categories, "consent_categories", "GET", data, "/consent/categories"},
    {Route::anonymize, "anonymize", "POST", data, "/customers/anonymize"},
    {Route::anonymize_bulk, "anonymize_bulk", "POST", data, "/customers/anonymize_bulk"},
}};

}  // namespace

std::string_view name(Route route) {
  return entries[static_cast<std::size_t>(route)].name;
}

std::optional<Route> route_named(std::string_view name) {
  for (const Entry& entry : entries)
    if (entry.name == name) return entry.route;
  return std::nullopt;
}

bool is_tracking(Route route) {
  return route <= Route::batch;
}

bool is_data_read(Route route) {
  return route >= Route::attributes && route <= Route::consent_categories;
}

bool allows_public_access(Route route) {
  return is_tracking(route) || route == Route::consent_categories;
}

std::optional<Target> target_of(std::string_view method, std::string_view path) {
  for (const Entry& entry : entries) {
    if (method != entry.method || !path.starts_with(entry.before)) continue;
    const std::string_view rest = path.substr(entry.before.size());
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos && rest.substr(slash) == entry.after)
      return Target{entry.route, std::string(rest.substr(0, slash))};
  }
  return std::nullopt;
}

}  // namespace sandbox::bloomreach
