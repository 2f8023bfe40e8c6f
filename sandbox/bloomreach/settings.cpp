#include "bloomreach/settings.h"

#include <algorithm>
#include <initializer_list>
#include <type_traits>

#include "bloomreach/route.h"

namespace sandbox::bloomreach {
namespace {

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
  visit("hang", faults.hang);
  visit("reset_before", faults.reset_before);
  visit("reset_after", faults.reset_after);
  visit("throttle", faults.throttle);
  visit.choice("throttle_style", faults.throttle_style,
               {"none", "retry_after", "rate_limit_reset", "mixed"});
  visit("server_error", faults.server_error);
  visit("server_error_status", faults.server_error_status);
  visit("success_false", faults.success_false);
  visit("missing_results", faults.missing_results);
  visit("no_command_id", faults.no_command_id);
  visit("refuse_command", faults.refuse_command);
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
  visit("requests_per_minute", settings.requests_per_minute);
  visit("data_requests_per_minute", settings.data_requests_per_minute);
  visit.choice("throttle_style", settings.throttle_style,
               {"none", "retry_after", "rate_limit_reset"});
  visit("faults", settings.faults);
  visit("storm", settings.storm);
  visit("storm_burst", settings.storm_burst);
  visit("storm_light", settings.storm_light);
  visit("hang_ms", settings.hang_ms);
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

  void read(std::string_view key, const bj::value& value, bool& into) {
    if (!value.is_bool()) return fault(key, "true or false expected");
    into = value.get_bool();
  }
  void read(std::string_view key, const bj::value& value, double& into) {
    if (!value.is_number()) return fault(key, "number expected");
    const double number = value.to_number<double>();
    if (number < 0 || number > 1) return fault(key, "a share from 0 to 1 expected");
    into = number;
  }
  void read(std::string_view key, const bj::value& value, std::int64_t& into) {
    if (!value.is_int64() || value.get_int64() < 0)
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
  // Keys are changed by their id: a permission can be taken away without repeating the secret.
  void read(std::string_view key, const bj::value& value, std::vector<ApiKey>& into) {
    if (!value.is_array()) return fault(key, "list expected");
    for (const bj::value& item : value.get_array()) {
      const auto* object = item.if_object();
      const auto id = object == nullptr ? std::nullopt : tillbridge::json::text(*object, "id");
      if (!id) return fault(key, "each key needs an id");
      auto found = std::find_if(into.begin(), into.end(),
                                [&id](const ApiKey& known) { return known.id == *id; });
      if (found == into.end()) found = into.insert(into.end(), ApiKey{});
      read_members(std::string(key) + "[" + *id + "].", *object, *found);
    }
  }
  void read(std::string_view key, const bj::value& value,
            std::map<std::string, RouteFaults>& into) {
    if (!value.is_object()) return fault(key, "object by route expected");
    for (const auto& [route, faults] : value.get_object()) {
      if (route != "*" && !route_named(route)) {
        fault(key, "unknown route " + std::string(route));
      } else if (faults.is_null()) {
        into.erase(std::string(route));
      } else if (!faults.is_object()) {
        fault(key, "object expected for " + std::string(route));
      } else {
        read_members(std::string(key) + "." + std::string(route) + ".", faults.get_object(),
                     into[std::string(route)]);
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
    } else if constexpr (std::is_same_v<Value, std::map<std::string, RouteFaults>>) {
      bj::object routes;
      for (auto& [route, faults] : value) routes[route] = written(faults);
      return routes;
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
  for (const auto& [route, of_route] : settings.faults) {
    if (of_route.latency_ms_min > of_route.latency_ms_max)
      faults.push_back("faults." + route + ": latency_ms_min is above latency_ms_max");
  }
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

}  // namespace sandbox::bloomreach
