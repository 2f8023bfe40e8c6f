#include "klaviyo/settings.h"

#include "klaviyo/operation.h"
#include "settings_document.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;
using tillbridge::Error;
using tillbridge::fail;
using tillbridge::Result;

// One description of the members serves reading and writing.
template <typename Visit>
void describe(Visit& visit, ApiKey& key) {
  visit.secret("key", key.key);
  visit("scopes", key.scopes);
  visit("revoked", key.revoked);
}

template <typename Visit>
void describe(Visit& visit, OAuthApp& app) {
  visit("client_id", app.client_id);
  visit.secret("client_secret", app.client_secret);
  visit.secret("refresh_token", app.refresh_token);
  visit("rotates_refresh_token", app.rotates_refresh_token);
  visit("access_token_life_s", app.access_token_life_s);
  visit("scopes", app.scopes);
}

template <typename Visit>
void describe(Visit& visit, OperationFaults& faults) {
  visit("latency_ms_min", faults.latency_ms_min);
  visit("latency_ms_max", faults.latency_ms_max);
  visit.share("hang", faults.hang);
  visit.share("reset_before", faults.reset_before);
  visit.share("reset_after", faults.reset_after);
  visit.share("throttle", faults.throttle);
  visit.share("server_error", faults.server_error);
  visit("server_error_status", faults.server_error_status);
  visit.share("html_403", faults.html_403);
}

template <typename Visit>
void describe_access(Visit& visit, Settings& settings) {
  visit("keys", settings.keys);
  visit("oauth", settings.oauth);
  visit("revisions", settings.revisions);
  visit("retired_revisions", settings.retired_revisions);
  visit("bad_revision_status", settings.bad_revision_status);
  visit("wrong_key_status", settings.wrong_key_status);
  visit("oversize_status", settings.oversize_status);
  visit("accept_application_json", settings.accept_application_json);
  visit.choice("unknown_attributes", settings.unknown_attributes, {"reject", "ignore"});
  visit("quota_factor", settings.quota_factor);
  visit("account_id", settings.account_id);
  visit("timezone", settings.timezone);
  visit("currency", settings.currency);
  visit("locale", settings.locale);
  visit("sms_set_up", settings.sms_set_up);
  visit.choice("default_opt_in", settings.default_opt_in, {"single_opt_in", "double_opt_in"});
  visit("sms_countries", settings.sms_countries);
  visit("sms_age_gated_countries", settings.sms_age_gated_countries);
  visit("link_base", settings.link_base);
}

template <typename Visit>
void describe_data(Visit& visit, Settings& settings) {
  visit("event_delay_ms", settings.event_delay_ms);
  visit("writes_in_order", settings.writes_in_order);
  visit.share("silent_drop_share", settings.silent_drop_share);
  visit("test_domains", settings.test_domains);
  visit.choice("bulk_duplicates", settings.bulk_duplicates, {"drop_extras", "reject_all"});
  visit.choice("event_limits", settings.event_limits, {"reject", "drop"});
  visit("duplicates_write_profile", settings.duplicates_write_profile);
  visit("event_year_min", settings.event_year_min);
  visit("event_properties_max", settings.event_properties_max);
  visit("events_page_max", settings.events_page_max);
  visit("metric_names_fold_case", settings.metric_names_fold_case);
  visit("events_kept_per_profile", settings.events_kept_per_profile);
  visit("emails_fold_case", settings.emails_fold_case);
  visit.choice("conflicting_identifiers", settings.conflicting_identifiers,
               {"reject", "strongest"});
  visit("external_id_merges", settings.external_id_merges);
  visit("nested_properties_merge", settings.nested_properties_merge);
  visit("merge_delay_ms", settings.merge_delay_ms);
  visit("job_start_ms", settings.job_start_ms);
  visit("job_run_ms", settings.job_run_ms);
  visit("job_life_s", settings.job_life_s);
  visit("deletion_delay_ms", settings.deletion_delay_ms);
  visit("consent_delay_ms", settings.consent_delay_ms);
  visit("never_subscribed_text", settings.never_subscribed_text);
  visit.choice("suppression_names", settings.suppression_names, {"answers", "filters"});
}

template <typename Visit>
void describe(Visit& visit, Settings& settings) {
  describe_access(visit, settings);
  describe_data(visit, settings);
  visit("webhooks_plan", settings.webhooks_plan);
  visit("webhook_delay_ms", settings.webhook_delay_ms);
  visit("webhook_batch_max", settings.webhook_batch_max);
  visit.share("webhook_repeat", settings.webhook_repeat);
  visit.share("webhook_disorder", settings.webhook_disorder);
  visit("webhook_attempts_max", settings.webhook_attempts_max);
  visit("webhook_retry_ms", settings.webhook_retry_ms);
  visit.may_be_negative("webhook_clock_shift_s", settings.webhook_clock_shift_s);
  visit("webhook_needs_https", settings.webhook_needs_https);
  visit.choice("preset", settings.preset, {"none", "storm", "down"});
  visit.share("storm_burst", settings.storm_burst);
  visit.share("storm_light", settings.storm_light);
  visit.share("down_hang", settings.down_hang);
  visit("hang_ms", settings.hang_ms);
  visit("faults", settings.faults);
}

// The whole list at once: a key that is not named any more is not known any more.
ItemRule item_rule(const ApiKey*) {
  return {"key", true};
}
const std::string& name_of(const ApiKey& key) {
  return key.key;
}
bool is_place(const OperationFaults*, std::string_view place) {
  return operation_named(place) != nullptr;
}

namespace {

std::vector<std::string> further_faults(const Settings& settings) {
  std::vector<std::string> faults;
  for (const auto& [operation, of_operation] : settings.faults) {
    if (of_operation.latency_ms_min > of_operation.latency_ms_max)
      faults.push_back("faults." + operation + ": latency_ms_min is above latency_ms_max");
  }
  if (settings.webhook_batch_max == 0) faults.push_back("webhook_batch_max: at least 1");
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

}  // namespace sandbox::klaviyo
