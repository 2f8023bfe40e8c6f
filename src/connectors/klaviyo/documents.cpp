#include "connectors/klaviyo/documents.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "connectors/klaviyo/limits.h"
#include "connectors/klaviyo/raw_json.h"
#include "connectors/klaviyo/time_text.h"

namespace tillbridge::connectors::klaviyo {
namespace {

tl::unexpected<Error> wrong(std::string what) {
  return fail(Error::Kind::invalid_input, std::move(what));
}

// An event part that Klaviyo can take. The views lead into the part.
struct EventPart {
  std::string_view event, profile;
  std::string person;  // the identifiers, for comparing
  std::string metric, unique_id;
};

std::string metric_name(const json::Object& event) {
  const json::Object* at = &event;
  for (const std::string_view step : {"metric", "data", "attributes"}) {
    at = json::object(*at, step);
    if (at == nullptr) return {};
  }
  return json::text(*at, "name").value_or("");
}

Result<void> check_event(const json::Object& event) {
  const std::string metric = metric_name(event);
  if (metric.empty() || characters(metric) > metric_characters_max)
    return wrong("an event without a name of at most 127 characters");
  const json::Object* properties = json::object(event, "properties");
  if (properties == nullptr) return wrong("an event without properties");
  TB_CHECK(check_properties(*properties));
  const auto at = time_of_text(json::text(event, "time").value_or(""));
  constexpr Instant year_1991 = Instant{std::chrono::sys_days{std::chrono::year{1991} / 1 / 1}};
  if (!at || *at < year_1991) return wrong("an event without a time later than 1990");
  if (const json::Value* id = event.if_contains("unique_id")) {
    const auto* text = id->if_string();
    if (text == nullptr || text->empty() || characters(*text) > unique_id_characters_max)
      return wrong("an event whose unique_id is not 1 to 255 characters");
  }
  if (const json::Value* value = event.if_contains("value"); value != nullptr) {
    if (!value->is_number() || !std::isfinite(value->to_number<double>()))
      return wrong("an event whose value is not a number");
  }
  if (const json::Value* code = event.if_contains("value_currency");
      code != nullptr && !code->is_string())
    return wrong("an event whose currency is not a text");
  if (const json::Value* history = event.if_contains("backfill");
      history != nullptr && !history->is_bool())
    return wrong("an event whose backfill is not true or false");
  return {};
}

std::string person_of(const json::Object& profile) {
  json::Object person;
  for (const std::string_view key : {"email", "external_id", "phone_number"}) {
    if (const auto id = json::text(profile, key)) person[key] = *id;
  }
  return json::to_text(person);
}

// The first of two members with one name would be compared and the last one sent.
bool has_twins(std::string_view object_text) {
  std::set<std::string_view> seen;
  for (const RawMember& member : raw_members(object_text)) {
    if (!seen.insert(member.name).second) return true;
  }
  return false;
}

Result<EventPart> read_event(std::string_view part) {
  TB_TRY(const PartKind kind, kind_of(part));
  if (kind != PartKind::event) return wrong("a part that is no event");
  TB_TRY(const json::Value parsed, json::parse(part));
  const json::Object* whole = parsed.if_object();
  const json::Object* event = whole == nullptr ? nullptr : json::object(*whole, "event");
  const json::Object* profile = whole == nullptr ? nullptr : json::object(*whole, "profile");
  if (event == nullptr || profile == nullptr || whole->size() != 2 || has_twins(part) ||
      event->contains("profile"))
    return wrong("an event part that is not made of event and profile");
  TB_CHECK(check_event(*event));
  TB_CHECK(check_identifiers(*profile));
  TB_CHECK(check_values(*profile));
  if (const json::Value* own = profile->if_contains("properties");
      own != nullptr && !own->is_object())
    return wrong("an event whose person's properties are no object");
  EventPart read;
  read.event = raw_member(part, "event");
  read.profile = raw_member(part, "profile");
  if (read.event.empty() || read.profile.empty() || has_twins(read.event) ||
      has_twins(read.profile))
    return wrong("an event part with two members of one name");
  if (read.profile.size() > event_profile_bytes_max)
    return wrong("the person inside an event is over 95 KB");
  read.person = person_of(*profile);
  read.metric = metric_name(*event);
  read.unique_id = json::text(*event, "unique_id").value_or("");
  return read;
}

std::string join_members(const std::vector<RawMember>& members) {
  std::string out = "{";
  for (const RawMember& member : members) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += member.name;
    out += "\":";
    out += member.value;
  }
  return out + "}";
}

// Members of both, in order of first appearance; the later value wins.
std::vector<RawMember> united(std::vector<RawMember> members, std::string_view later) {
  for (const RawMember& newer : raw_members(later)) {
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const RawMember& m) { return m.name == newer.name; });
    if (same == members.end())
      members.push_back(newer);
    else
      same->value = newer.value;
  }
  return members;
}

// What a group's parts say about the person, as if they had been sent one after the other.
std::string united_profile(const std::string& profile, std::string_view later) {
  if (profile == later) return profile;
  const std::string_view own = raw_member(profile, "properties");
  const std::string_view newer = raw_member(later, "properties");
  std::vector<RawMember> members = united(raw_members(profile), later);
  std::string properties;
  if (!own.empty() && !newer.empty()) properties = join_members(united(raw_members(own), newer));
  for (RawMember& member : members) {
    if (member.name == "properties" && !properties.empty()) member.value = properties;
  }
  return join_members(members);
}

struct Group {
  std::string person, profile, events;
};

std::string person_attributes(const model::ConsentAct& act) {
  std::string out;
  for (const auto& [type, id] : act.who.ids) {
    if (type != "email" && type != "phone_number") continue;  // the jobs know no other
    json::append_quoted(out, type);
    out += ':';
    json::append_quoted(out, id);
    out += ',';
  }
  return out;
}

std::string list_relationship(const std::string& list_id) {
  if (list_id.empty()) return {};
  std::string out = R"(,"relationships":{"list":{"data":{"type":"list","id":)";
  json::append_quoted(out, list_id);
  return out + "}}}";
}

Result<std::string> within_body_limit(std::string body) {
  if (body.size() > body_bytes_max) return wrong("a body over 5 MB");
  return body;
}

}  // namespace

Result<std::string> event_body(std::string_view part) {
  TB_TRY(const EventPart read, read_event(part));
  std::string body = R"({"data":{"type":"event","attributes":)";
  body += read.event.substr(0, read.event.find_last_of('}'));
  body += R"(,"profile":{"data":{"type":"profile","attributes":)";
  body += read.profile;
  body += "}}}}}";
  return within_body_limit(std::move(body));
}

Result<std::string> bulk_body(std::span<const std::string_view> parts) {
  if (parts.empty() || parts.size() > events_per_job_limit)
    return wrong("a job takes 1 to 1000 events, not " + std::to_string(parts.size()));
  std::vector<Group> groups;
  std::set<std::tuple<std::string, std::string, std::string>> sent;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto read = read_event(parts[i]);
    if (!read) return wrong("event " + std::to_string(i + 1) + ": " + read.error().what);
    if (!read->unique_id.empty() &&
        !sent.emplace(read->person, read->metric, read->unique_id).second)
      continue;
    std::string profile(read->profile);
    bool same = !groups.empty() && groups.back().person == read->person;
    if (same) profile = united_profile(groups.back().profile, profile);
    if (profile.size() > event_profile_bytes_max) {
      same = false;
      profile = read->profile;
    }
    if (same)
      groups.back().profile = std::move(profile);
    else
      groups.push_back(Group{std::move(read->person), std::move(profile), {}});
    std::string& events = groups.back().events;
    events += events.empty() ? "" : ",";
    events += R"({"type":"event","attributes":)";
    events += read->event;
    events += '}';
  }
  std::string body =
      R"({"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":{"data":[)";
  for (const Group& group : groups) {
    if (!body.ends_with('[')) body += ',';
    body += R"({"type":"event-bulk-create","attributes":{"profile":{"data":{"type":"profile",)";
    body += R"("attributes":)" + group.profile + R"(}},"events":{"data":[)" + group.events + "]}}}";
  }
  return within_body_limit(body + "]}}}}");
}

Result<ProfileWrite> profile_write_of(std::string_view part) {
  TB_TRY(const json::Value parsed, json::parse(part));
  const json::Object* whole = parsed.if_object();
  const json::Object* attributes =
      whole == nullptr ? nullptr : json::object(*whole, "profile_write");
  if (attributes == nullptr) return wrong("a part that is no profile write");
  if (part.size() > profile_bytes_max) return wrong("a profile write over 100 KB");
  TB_CHECK(check_identifiers(*attributes));
  TB_CHECK(check_values(*attributes));
  if (const json::Value* own = attributes->if_contains("properties");
      own != nullptr && !own->is_object())
    return wrong("a profile write whose properties are no object");
  ProfileWrite write;
  write.attributes = *attributes;
  write.email = json::text(*attributes, "email").value_or("");
  write.external_id = json::text(*attributes, "external_id").value_or("");
  write.phone_number = json::text(*attributes, "phone_number").value_or("");
  return write;
}

std::string profile_import_body(const ProfileWrite& write, const std::string& id,
                                bool without_phone) {
  json::Object attributes = write.attributes;
  if (without_phone) {
    if (const auto phone = attributes.find("phone_number"); phone != attributes.end())
      attributes.stable_erase(phone);
  }
  std::string body = R"({"data":{"type":"profile")";
  if (!id.empty()) {
    body += ",\"id\":";
    json::append_quoted(body, id);
  }
  return body + ",\"attributes\":" + json::to_text(attributes) + "}}";
}

std::string merge_body(const std::string& destination_id, const std::string& source_id) {
  std::string body = R"({"data":{"type":"profile-merge","id":)";
  json::append_quoted(body, destination_id);
  body += R"(,"relationships":{"profiles":{"data":[{"type":"profile","id":)";
  json::append_quoted(body, source_id);
  return body + "}]}}}}";
}

std::string deletion_body(std::string_view field, const std::string& value) {
  std::string body =
      R"({"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":)"
      R"({"type":"profile",)";
  const bool is_attribute = field != "id";
  if (is_attribute) body += R"("attributes":{)";
  json::append_quoted(body, field);
  body += ':';
  json::append_quoted(body, value);
  return body + (is_attribute ? "}}}}}}" : R"(,"attributes":{}}}}}})");
}

std::string subscribe_body(const model::ConsentAct& act, std::optional<Instant> consented_at,
                           const std::string& list_id) {
  std::string body = R"({"data":{"type":"profile-subscription-bulk-create-job","attributes":{)";
  if (!act.source.empty()) {
    body += "\"custom_source\":";
    json::append_quoted(body, act.source);
    body += ',';
  }
  body += R"("profiles":{"data":[{"type":"profile","attributes":{)" + person_attributes(act);
  body += R"("subscriptions":{")";
  body += model::name(act.channel);
  body += R"(":{"marketing":{"consent":"SUBSCRIBED")";
  if (consented_at) body += R"(,"consented_at":")" + time_text(*consented_at) + '"';
  body += "}}}}}]}";
  if (consented_at) body += ",\"historical_import\":true";
  return body + "}" + list_relationship(list_id) + "}}";
}

std::string unsubscribe_body(const model::ConsentAct& act, const std::string& list_id) {
  std::string body = R"({"data":{"type":"profile-subscription-bulk-delete-job","attributes":{)";
  body += R"("profiles":{"data":[{"type":"profile","attributes":{)" + person_attributes(act);
  body += R"("subscriptions":{")";
  body += model::name(act.channel);
  body += R"(":{"marketing":{"consent":"UNSUBSCRIBED"}}}}}]}})";
  return body + list_relationship(list_id) + "}}";
}

}  // namespace tillbridge::connectors::klaviyo
