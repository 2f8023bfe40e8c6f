#include "klaviyo/settings.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "klaviyo/operation.h"

namespace sandbox::klaviyo {
namespace {

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
  visit("webhook_clock_shift_s", settings.webhook_clock_shift_s);
  visit("webhook_needs_https", settings.webhook_needs_https);
  visit.choice("preset", settings.preset, {"none", "storm", "down"});
  visit.share("storm_burst", settings.storm_burst);
  visit.share("storm_light", settings.storm_light);
  visit.share("down_hang", settings.down_hang);
  visit("hang_ms", settings.hang_ms);
  visit("faults", settings.faults);
}

class Reader {
 public:
  Reader(const bj::object& from, std::string place, std::vector<std::string>& faults)
      : from_(from), place_(std::move(place)), faults_(faults) {}

  template <typename Value>
  void operator()(std::string_view key, Value& into) {
    if (const bj::value* value = take(key)) read(key, *value, into);
  }
  void secret(std::string_view key, std::string& into) { (*this)(key, into); }
  void share(std::string_view key, double& into) {
    const bj::value* value = take(key);
    if (value != nullptr) number(key, *value, 1, into);
  }
  void choice(std::string_view key, std::string& into,
              std::initializer_list<std::string_view> values) {
    (*this)(key, into);
    if (std::find(values.begin(), values.end(), into) == values.end()) fault(key, "unknown choice");
  }
  void finish() {
    for (const auto& [key, value] : from_)
      if (!known_.contains(std::string(key))) fault(key, "unknown");
  }

 private:
  const bj::value* take(std::string_view key) {
    known_.emplace(key);
    return from_.if_contains(key);
  }
  void fault(std::string_view key, std::string_view what) {
    faults_.push_back(place_ + std::string(key) + ": " + std::string(what));
  }
  void number(std::string_view key, const bj::value& value, double max, double& into) {
    if (!value.is_number()) return fault(key, "number expected");
    const double number = value.to_number<double>();
    if (!(number >= 0 && number <= max)) return fault(key, "number out of range");
    into = number;
  }

  void read(std::string_view key, const bj::value& value, bool& into) {
    if (!value.is_bool()) return fault(key, "true or false expected");
    into = value.get_bool();
  }
  void read(std::string_view key, const bj::value& value, double& into) {
    number(key, value, std::numeric_limits<double>::max(), into);
  }
  void read(std::string_view key, const bj::value& value, std::int64_t& into) {
    const bool may_be_negative = key == "webhook_clock_shift_s";
    if (!value.is_int64() || (value.get_int64() < 0 && !may_be_negative))
      return fault(key, "whole number from 0 expected");
    into = value.get_int64();
  }
  void read(std::string_view key, const bj::value& value, int& into) {
    if (!value.is_int64() ||
        (value.get_int64() != 0 && (value.get_int64() < 500 || value.get_int64() > 599)))
      return fault(key, "0 or a status from 500 to 599 expected");
    into = static_cast<int>(value.get_int64());
  }
  void read(std::string_view key, const bj::value& value, std::string& into) {
    if (!value.is_string()) return fault(key, "text expected");
    into = value.get_string().c_str();
  }
  void read(std::string_view key, const bj::value& value, std::set<std::string>& into) {
    if (!value.is_array()) return fault(key, "list of texts expected");
    std::set<std::string> texts;
    for (const bj::value& item : value.get_array()) {
      if (!item.is_string()) return fault(key, "list of texts expected");
      texts.emplace(item.get_string().c_str());
    }
    into = std::move(texts);
  }
  // The whole list at once: a key that is not named any more is not known any more.
  void read(std::string_view key, const bj::value& value, std::vector<ApiKey>& into) {
    if (!value.is_array()) return fault(key, "list expected");
    std::vector<ApiKey> keys;
    for (const bj::value& item : value.get_array()) {
      const auto* object = item.if_object();
      if (object == nullptr || !tillbridge::json::text(*object, "key"))
        return fault(key, "each entry needs a key");
      read_members(std::string(key) + "[].", *object, keys.emplace_back());
    }
    into = std::move(keys);
  }
  void read(std::string_view key, const bj::value& value,
            std::map<std::string, OperationFaults>& into) {
    if (!value.is_object()) return fault(key, "object by operation expected");
    for (const auto& [operation, faults] : value.get_object()) {
      if (operation != "*" && operation_named(operation) == nullptr) {
        fault(key, "unknown operation " + std::string(operation));
      } else if (faults.is_null()) {
        into.erase(std::string(operation));
      } else if (!faults.is_object()) {
        fault(key, "object expected for " + std::string(operation));
      } else {
        read_members(std::string(key) + "." + std::string(operation) + ".", faults.get_object(),
                     into[std::string(operation)]);
      }
    }
  }
  template <typename Members>
  void read(std::string_view key, const bj::value& value, Members& into) {
    if (!value.is_object()) return fault(key, "object expected");
    read_members(std::string(key) + ".", value.get_object(), into);
  }
  template <typename Members>
  void read_members(const std::string& place, const bj::object& from, Members& into) {
    Reader reader(from, place_ + place, faults_);
    describe(reader, into);
    reader.finish();
  }

  const bj::object& from_;
  std::string place_;
  std::vector<std::string>& faults_;
  std::set<std::string> known_;
};

class Writer {
 public:
  template <typename Value>
  void operator()(std::string_view key, Value& value) {
    out[key] = written(value);
  }
  void secret(std::string_view, std::string&) {}
  void share(std::string_view key, double& value) { out[key] = value; }
  void choice(std::string_view key, std::string& value, std::initializer_list<std::string_view>) {
    out[key] = value;
  }
  bj::object out;

 private:
  template <typename Value>
  static bj::value written(Value& value) {
    if constexpr (std::is_arithmetic_v<Value> || std::is_same_v<Value, std::string>) {
      return bj::value(value);
    } else if constexpr (std::is_same_v<Value, std::set<std::string>>) {
      bj::array list;
      for (const std::string& item : value) list.push_back(bj::string(item));
      return list;
    } else if constexpr (std::is_same_v<Value, std::vector<ApiKey>>) {
      bj::array list;
      for (ApiKey& key : value) list.push_back(written(key));
      return list;
    } else if constexpr (std::is_same_v<Value, std::map<std::string, OperationFaults>>) {
      bj::object operations;
      for (auto& [operation, faults] : value) operations[operation] = written(faults);
      return operations;
    } else {
      Writer writer;
      describe(writer, value);
      return std::move(writer.out);
    }
  }
};

}  // namespace

Result<Settings> changed(Settings settings, const bj::object& patch) {
  std::vector<std::string> faults;
  Reader reader(patch, "", faults);
  describe(reader, settings);
  reader.finish();
  for (const auto& [operation, of_operation] : settings.faults) {
    if (of_operation.latency_ms_min > of_operation.latency_ms_max)
      faults.push_back("faults." + operation + ": latency_ms_min is above latency_ms_max");
  }
  if (settings.webhook_batch_max == 0) faults.push_back("webhook_batch_max: at least 1");
  if (faults.empty()) return settings;
  std::string all;
  for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
  return fail(Error::Kind::invalid_input, all);
}

bj::object to_json(const Settings& settings) {
  Settings copy = settings;
  Writer writer;
  describe(writer, copy);
  return std::move(writer.out);
}

}  // namespace sandbox::klaviyo
