#include "bloomreach/route.h"

#include <algorithm>
#include <array>

namespace sandbox::bloomreach {
namespace {

struct Entry {
  Route route;
  std::string_view name;
  std::string_view method;
  std::string_view before;  // the project token stands between these two
  std::string_view after;   // {c}, {i}: any text without a slash, a catalog's and an item's id
};

constexpr std::string_view track = "/track/v2/projects/";
constexpr std::string_view data = "/data/v2/projects/";
constexpr std::array<Entry, 24> entries = {{
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
    {Route::catalog_create, "catalog_create", "POST", data, "/catalogs"},
    {Route::catalog_list, "catalog_list", "GET", data, "/catalogs"},
    {Route::catalog_get, "catalog_get", "GET", data, "/catalogs/{c}"},
    {Route::catalog_put, "catalog_put", "PUT", data, "/catalogs/{c}"},
    {Route::catalog_delete, "catalog_delete", "DELETE", data, "/catalogs/{c}"},
    {Route::catalog_query, "catalog_query", "GET", data, "/catalogs/{c}/items"},
    {Route::catalog_item_get, "catalog_item_get", "GET", data, "/catalogs/{c}/items/{i}"},
    {Route::catalog_item_replace, "catalog_item_replace", "PUT", data, "/catalogs/{c}/items/{i}"},
    {Route::catalog_item_partial, "catalog_item_partial", "POST", data,
     "/catalogs/{c}/items/{i}/partial-update"},
    {Route::catalog_bulk_delete, "catalog_bulk_delete", "DELETE", data,
     "/catalogs/{c}/items/bulk-delete"},
    {Route::catalog_item_delete, "catalog_item_delete", "DELETE", data, "/catalogs/{c}/items/{i}"},
    {Route::catalog_bulk_replace, "catalog_bulk_replace", "PUT", data, "/catalogs/{c}/items"},
    {Route::catalog_bulk_partial, "catalog_bulk_partial", "POST", data,
     "/catalogs/{c}/items/partial-update"},
}};

// The next segment of a path: "/a" of "/a/b". Takes it away.
std::string_view next_segment(std::string_view& path) {
  const std::size_t end = path.empty() ? 0 : std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool fits(std::string_view pattern, std::string_view path, Target& target) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern), given = next_segment(path);
    if (wanted != "/{c}" && wanted != "/{i}") {
      if (wanted != given) return false;
      continue;
    }
    if (given.size() < 2) return false;
    (wanted == "/{c}" ? target.catalog_id : target.item_id) = given.substr(1);
  }
  return pattern.empty() && path.empty();
}

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

bool is_catalog_call(Route route) {
  return route >= Route::catalog_create;
}

bool allows_public_access(Route route) {
  return is_tracking(route) || route == Route::consent_categories;
}

std::optional<Target> target_of(std::string_view method, std::string_view path) {
  for (const Entry& entry : entries) {
    if (method != entry.method || !path.starts_with(entry.before)) continue;
    const std::string_view rest = path.substr(entry.before.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    Target target{entry.route, std::string(rest.substr(0, slash))};
    if (fits(entry.after, rest.substr(slash), target)) return target;
  }
  return std::nullopt;
}

}  // namespace sandbox::bloomreach
