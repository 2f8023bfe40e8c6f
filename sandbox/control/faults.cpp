#include "control/faults.h"

#include <array>

#include "control/stock_desk.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

Result<bool> boolean_of(const Object& body, std::string_view key) {
  const auto value = json::boolean(body, key);
  if (!value) return fail(Kind::invalid_input, std::string(key) + " must be true or false");
  return *value;
}

// Settings of the API and the sender beside the faults proper.
Result<void> set_sitoo(sitoo::SitooSimulator& sitoo, const Object& changes) {
  Object faults = changes;
  TB_CHECK(apply_stock_settings(sitoo.account().stock_settings(), faults));
  if (changes.contains("put_merges")) {
    TB_TRY(sitoo.rest().settings().put_merges, boolean_of(changes, "put_merges"));
    faults.erase("put_merges");
  }
  if (const auto* limit = changes.if_contains("calls_per_second")) {
    sitoo.rest().settings().calls_per_second = limit->is_number() ? limit->to_number<double>() : 0;
    faults.erase("calls_per_second");
  }
  if (const auto rules = json::text(changes, "code_rules")) {
    if (*rules != "oldest" && *rules != "newer") {
      return fail(Kind::invalid_input, "code_rules is oldest or newer");
    }
    sitoo.sender().set_rules(*rules == "oldest" ? sitoo::CodeRules::oldest
                                                : sitoo::CodeRules::newer);
    faults.erase("code_rules");
  }
  return sitoo::apply(sitoo.dice().faults(), faults);
}

// A patch that forgets the faults of each route that has some.
template <typename Faults>
Object without(const Faults& faults) {
  Object routes;
  for (const auto& [route, ignored] : faults) routes[route] = nullptr;
  return routes;
}

constexpr std::array customer_reads = {"attributes", "export_one", "export_all", "export_events"};
constexpr std::array tracking = {"time", "customers", "events", "batch"};

// Bloomreach hangs, or its reads are slow; the other platforms stay as they are.
Result<void> set_bloomreach(bloomreach::BloomreachSimulator& bloomreach, bool hangs) {
  Object routes;
  const Object faults =
      hangs ? Object{{"hang", 1.0}} : Object{{"latency_ms_min", 300}, {"latency_ms_max", 600}};
  for (const char* route : customer_reads) routes[route] = faults;
  if (hangs) {
    for (const char* route : tracking) routes[route] = faults;
  }
  TB_CHECK(bloomreach.change(Object{{"faults", without(bloomreach.settings().faults)}}));
  return bloomreach.change(Object{{"faults", std::move(routes)}});
}

// The same weather for all platforms; presets that only Sitoo knows leave the others as they are.
Result<void> set_preset(Town& town, const std::string& name) {
  if (name == "klaviyo-down") return town.klaviyo.change(Object{{"preset", "down"}});
  if (name == "bloomreach-hang" || name == "bloomreach-slow")
    return set_bloomreach(town.bloomreach, name == "bloomreach-hang");
  TB_TRY(const auto faults, sitoo::preset(name));
  town.sitoo.dice().set(faults);
  if (name == "storm") {
    TB_CHECK(town.bloomreach.change(Object{{"storm", true}}));
    return town.klaviyo.change(Object{{"preset", "storm"}});
  }
  if (name != "none") return {};
  TB_CHECK(town.bloomreach.change(
      Object{{"storm", false}, {"faults", without(town.bloomreach.settings().faults)}}));
  return town.klaviyo.change(Object{{"preset", "none"},
                                    {"silent_drop_share", 0.0},
                                    {"faults", without(town.klaviyo.settings().faults)}});
}

}  // namespace

Result<Object> set_faults(Town& town, const Object& body) {
  if (const auto name = json::text(body, "preset")) TB_CHECK(set_preset(town, *name));
  if (const Object* changes = json::object(body, "sitoo")) {
    TB_CHECK(set_sitoo(town.sitoo, *changes));
  }
  if (const Object* changes = json::object(body, "bloomreach")) {
    TB_CHECK(town.bloomreach.change(*changes));
  }
  if (const Object* changes = json::object(body, "klaviyo")) {
    TB_CHECK(town.klaviyo.change(*changes));
  }
  return Object{{"ok", true}};
}

}  // namespace sandbox::control
