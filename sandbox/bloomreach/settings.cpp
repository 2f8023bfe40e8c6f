#include "bloomreach/settings.h"

#include "bloomreach/route.h"
#include "settings_document.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;
using tillbridge::Error;
using tillbridge::fail;
using tillbridge::Result;

// One description of the members serves reading and writing.
template <typename Visit>
void describe(Visit& visit, Grant& grant) {
  visit("allowed", grant.allowed);
  visit("denied", grant.denied);
}

template <typename Visit>
void describe(Visit& visit, Permissions& permissions) {
  visit("events_set", permissions.events_set);
  visit("events_get", permissions.events_get);
  visit("properties_set", permissions.properties_set);
  visit("properties_get", permissions.properties_get);
  visit("export_one", permissions.export_one);
  visit("export_all", permissions.export_all);
  visit("anonymize", permissions.anonymize);
  visit("catalogs", permissions.catalogs);
}

template <typename Visit>
void describe(Visit& visit, ApiKey& key) {
  visit("id", key.id);
  visit.secret("secret", key.secret);
  visit("revoked", key.revoked);
  visit("permissions", key.permissions);
}

template <typename Visit>
void describe(Visit& visit, RouteFaults& faults) {
  visit("latency_ms_min", faults.latency_ms_min);
  visit("latency_ms_max", faults.latency_ms_max);
  visit.share("hang", faults.hang);
  visit.share("reset_before", faults.reset_before);
  visit.share("reset_after", faults.reset_after);
  visit.share("throttle", faults.throttle);
  visit.choice("throttle_style", faults.throttle_style,
               {"none", "retry_after", "rate_limit_reset", "mixed"});
  visit.share("server_error", faults.server_error);
  visit("server_error_status", faults.server_error_status);
  visit.share("success_false", faults.success_false);
  visit.share("missing_results", faults.missing_results);
  visit.share("no_command_id", faults.no_command_id);
  visit.share("refuse_command", faults.refuse_command);
  visit.choice("down", faults.down, {"", "503", "refused"});
}

template <typename Visit>
void describe(Visit& visit, Settings& settings) {
  visit("project_token", settings.project_token);
  visit.secret("public_token", settings.public_token);
  visit("keys", settings.keys);
  visit("rotation_window_s", settings.rotation_window_s);
  visit("hard_ids", settings.hard_ids);
  visit("soft_ids", settings.soft_ids);
  visit("cookie_id", settings.cookie_id);
  visit("pii_properties", settings.pii_properties);
  visit("consent_categories", settings.consent_categories);
  visit("categories_closed_to_api", settings.categories_closed_to_api);
  visit("apply_delay_ms", settings.apply_delay_ms);
  visit("shuffle_batches", settings.shuffle_batches);
  visit("deduplicate_events", settings.deduplicate_events);
  visit("apply_equal_timestamps", settings.apply_equal_timestamps);
  visit.choice("conflicting_ids", settings.conflicting_ids,
               {"reject_error", "accept_and_drop", "overwrite"});
  visit.choice("unknown_ids", settings.unknown_ids, {"drop", "error"});
  visit("single_errors_as_200", settings.single_errors_as_200);
  visit("export_in_value", settings.export_in_value);
  visit("attributes_unknown_404", settings.attributes_unknown_404);
  visit("check_event_sizes", settings.check_event_sizes);
  visit("check_id_length", settings.check_id_length);
  visit("events_kept_per_profile", settings.events_kept_per_profile);
  visit("catalog_delay_ms", settings.catalog_delay_ms);
  visit.choice("catalog_upsert", settings.catalog_upsert, {"item", "request", "either"});
  visit.choice("catalog_missing_item", settings.catalog_missing_item, {"404", "200"});
  visit.choice("catalog_too_large", settings.catalog_too_large, {"400", "413"});
  visit.choice("catalog_known_columns", settings.catalog_known_columns, {"refuse", "ignore"});
  visit("catalog_names_unique", settings.catalog_names_unique);
  visit("catalog_results_as_text", settings.catalog_results_as_text);
  visit("catalog_listing_max", settings.catalog_listing_max);
  visit("catalog_matched_max", settings.catalog_matched_max);
  visit("requests_per_minute", settings.requests_per_minute);
  visit("data_requests_per_minute", settings.data_requests_per_minute);
  visit.choice("throttle_style", settings.throttle_style,
               {"none", "retry_after", "rate_limit_reset"});
  visit("read_latency_ms_min", settings.read_latency_ms_min);
  visit("read_latency_ms_max", settings.read_latency_ms_max);
  visit("faults", settings.faults);
  visit("storm", settings.storm);
  visit.share("storm_burst", settings.storm_burst);
  visit.share("storm_light", settings.storm_light);
  visit("hang_ms", settings.hang_ms);
}

// Keys are changed by their id: a permission can be taken away without repeating the secret.
ItemRule item_rule(const ApiKey*) {
  return {"id", false};
}
const std::string& name_of(const ApiKey& key) {
  return key.id;
}
bool is_place(const RouteFaults*, std::string_view place) {
  return route_named(place).has_value();
}

namespace {

std::vector<std::string> further_faults(const Settings& settings) {
  std::vector<std::string> faults;
  if (settings.read_latency_ms_min > settings.read_latency_ms_max)
    faults.push_back("read_latency_ms_min is above read_latency_ms_max");
  for (const auto& [route, of_route] : settings.faults) {
    if (of_route.latency_ms_min > of_route.latency_ms_max)
      faults.push_back("faults." + route + ": latency_ms_min is above latency_ms_max");
  }
  return faults;
}

}  // namespace

Result<Settings> changed(Settings settings, const bj::object& patch) {
  const std::string faults = patch_settings(settings, patch, &further_faults);
  if (!faults.empty()) return fail(Error::Kind::invalid_input, faults);
  return settings;
}

bj::object to_json(const Settings& settings) {
  return settings_document(settings);
}

}  // namespace sandbox::bloomreach
