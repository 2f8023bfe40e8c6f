// The parts of deliveries: written from effects here, turned into bodies in documents.cpp.

#include <date/date.h>

#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/time_text.h"
#include "connectors/property_json.h"

namespace tillbridge::connectors::klaviyo {
namespace {

bool names(const model::CustomerIds& who, std::string_view type) {
  for (const auto& id : who.ids) {
    if (id.first == type) return true;
  }
  return false;
}

// Attributes that belong together there: "location.city" (klaviyo.md 6.1).
constexpr std::string_view location_prefix = "location.";

struct PartWriter {
  std::string& out;

  void operator()(const model::CustomerUpdate& update) const {
    out += R"({"profile_write":{)";
    append_ids(out, update.who);
    model::PropertyList location;
    for (const model::Property& attribute : update.attributes) {
      if (names(update.who, attribute.name)) continue;
      if (attribute.name.starts_with(location_prefix)) {
        location.push_back({attribute.name.substr(location_prefix.size()), attribute.value});
        continue;
      }
      append_name(out, attribute.name);
      append_value(out, attribute.value);
    }
    if (!location.empty()) {
      append_name(out, "location");
      append_properties(out, location);
    }
    if (!update.properties.empty()) {
      append_name(out, "properties");
      append_properties(out, update.properties);
    }
    out += "}}";
  }
  void operator()(const model::CustomerEvent& event) const {
    out += R"({"event":{"metric":{"data":{"type":"metric","attributes":{"name":)";
    json::append_quoted(out, event.type);
    out += R"(}}},"properties":)";
    append_properties(out, event.properties);
    out += R"(,"time":")" + time_text(event.at) + '"';
    if (event.value) {
      out += ",\"value\":" + event.value->to_text();
      if (const Currency currency = event.value->currency(); !currency.code().empty()) {
        out += ",\"value_currency\":";
        json::append_quoted(out, currency.code());
      }
    }
    if (!event.unique_id.empty()) {
      out += ",\"unique_id\":";
      json::append_quoted(out, event.unique_id);
    }
    if (event.history) out += ",\"backfill\":true";
    out += R"(},"profile":{)";
    append_ids(out, event.who);
    if (!event.customer_properties.empty()) {
      append_name(out, "properties");
      append_properties(out, event.customer_properties);
    }
    out += "}}";
  }
};

Result<model::ConsentChannel> channel_of(std::string_view text) {
  if (text == "email") return model::ConsentChannel::email;
  if (text == "sms") return model::ConsentChannel::sms;
  return fail(Error::Kind::invalid_input, "a consent act for no known channel");
}

Result<model::ConsentState> decision_of(std::string_view text) {
  if (text == "subscribed") return model::ConsentState::subscribed;
  if (text == "unsubscribed") return model::ConsentState::unsubscribed;
  return fail(Error::Kind::invalid_input, "a consent act that decides nothing");
}

}  // namespace

std::string part_bytes(const model::TrackedEffect& effect) {
  std::string out;
  std::visit(PartWriter{out}, effect);
  return out;
}

std::string part_bytes(const model::ConsentAct& act) {
  std::string out = R"({"consent":{"channel":)";
  json::append_quoted(out, model::name(act.channel));
  out += ",\"decision\":";
  json::append_quoted(out, model::name(act.decision));
  out += ",\"at\":\"" + date::format("%FT%T+00:00", act.at) + "\",\"who\":{";
  append_ids(out, act.who);
  out += '}';
  if (!act.source.empty()) {
    out += ",\"source\":";
    json::append_quoted(out, act.source);
  }
  out += "}}";
  return out;
}

Result<PartKind> kind_of(std::string_view part) {
  if (part.starts_with(R"({"event":{)")) return PartKind::event;
  if (part.starts_with(R"({"profile_write":{)")) return PartKind::profile_write;
  if (part.starts_with(R"({"consent":{)")) return PartKind::consent;
  return fail(Error::Kind::invalid_input, "a part that is no event, profile write or consent act");
}

Result<model::ConsentAct> consent_of(std::string_view part) {
  TB_TRY(const json::Value parsed, json::parse(part));
  const json::Object* whole = parsed.if_object();
  const json::Object* consent = whole == nullptr ? nullptr : json::object(*whole, "consent");
  const json::Object* who = consent == nullptr ? nullptr : json::object(*consent, "who");
  if (who == nullptr) return fail(Error::Kind::invalid_input, "a part that is no consent act");
  model::ConsentAct act;
  TB_TRY(act.channel, channel_of(json::text(*consent, "channel").value_or("")));
  TB_TRY(act.decision, decision_of(json::text(*consent, "decision").value_or("")));
  const auto at = time_of_text(json::text(*consent, "at").value_or(""));
  if (!at) return fail(Error::Kind::invalid_input, "a consent act without its time");
  act.at = *at;
  act.source = json::text(*consent, "source").value_or("");
  for (const auto& member : *who) {
    const auto* id = member.value().if_string();
    if (id == nullptr || id->empty())
      return fail(Error::Kind::invalid_input, "a consent act whose person is not named by texts");
    act.who.ids.emplace_back(member.key(), *id);
  }
  const bool by_email = act.channel == model::ConsentChannel::email;
  if (!names(act.who, by_email ? "email" : "phone_number"))
    return fail(Error::Kind::invalid_input, "a consent act without the address of its channel");
  return act;
}

}  // namespace tillbridge::connectors::klaviyo
