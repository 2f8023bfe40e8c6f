#include "control/people_at_bloomreach.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

Result<Object> decide_at_bloomreach(bloomreach::BloomreachSimulator& bloomreach, const Object& body,
                                    tillbridge::Instant now) {
  const Object* given = json::object(body, "ids");
  bloomreach::ExternalIds ids;
  if (given != nullptr) {
    for (const auto& [type, value] : *given)
      if (value.is_string()) ids.emplace_back(std::string(type), std::string(value.get_string()));
  }
  if (ids.empty()) return fail(Kind::invalid_input, "ids is {\"<id type>\":\"<value>\"}");
  const std::string action = json::text(body, "action").value_or("");
  if (action != "accept" && action != "reject")
    return fail(Kind::invalid_input, "action is accept or reject");
  double at_s = static_cast<double>(tillbridge::to_unix_us(now)) / 1e6;
  if (const auto* at = body.if_contains("at")) {
    if (!at->is_number()) return fail(Kind::invalid_input, "at is a time in Unix seconds");
    at_s = at->to_number<double>();
  }
  TB_CHECK(bloomreach.person_decides(ids, json::text(body, "category").value_or(""),
                                     action == "accept", at_s));
  return Object{{"ok", true}};
}

Result<Object> profiles_at_bloomreach(bloomreach::BloomreachSimulator& bloomreach,
                                      const tillbridge::http::Request& request) {
  if (const auto property = request.parameter("property")) {
    const std::string value = request.parameter("value").value_or("");
    return Object{{"profiles", bloomreach.profiles_with(*property, value)}};
  }
  const bloomreach::Settings& settings = bloomreach.settings();
  for (const auto* types : {&settings.hard_ids, &settings.soft_ids}) {
    for (const std::string& type : *types) {
      if (const auto value = request.parameter(type))
        return Object{{"profiles", bloomreach.profiles_of(type, *value)}};
    }
  }
  return fail(Kind::invalid_input, "needs <id type>=<value>, or property and value");
}

}  // namespace sandbox::control
