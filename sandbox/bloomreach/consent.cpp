#include "bloomreach/consent.h"

#include "bloomreach/command.h"

namespace sandbox::bloomreach {
namespace {

namespace bj = boost::json;

bj::value member(const bj::object& properties, std::string_view key) {
  const bj::value* value = properties.if_contains(key);
  return value == nullptr ? bj::value() : *value;
}

bool accepts(const bj::object& properties, double now_s) {
  if (member(properties, "action") != "accept") return false;
  const bj::value until = member(properties, "valid_until");
  if (until == "unlimited") return true;
  const auto seconds = unix_seconds(until);
  return seconds && *seconds > now_s;
}

}  // namespace

ConsentState consent_of(const Profile& profile, const std::string& category, double now_s) {
  ConsentState state;
  double newest = 0;
  for (const ProfileEvent& event : profile.events) {
    if (event.type != "consent") continue;
    if (!state.timestamp.is_null() && event.timestamp < newest) continue;
    const auto parsed = tillbridge::json::parse(event.properties);
    if (!parsed || !parsed->is_object()) continue;
    const bj::object& properties = parsed->get_object();
    if (member(properties, "category") != bj::value(category)) continue;
    newest = event.timestamp;
    state.valid = accepts(properties, now_s);
    state.timestamp = event.timestamp;
    state.until = member(properties, "valid_until");
    state.source = member(properties, "source");
    state.message = member(properties, "message");
  }
  return state;
}

}  // namespace sandbox::bloomreach
