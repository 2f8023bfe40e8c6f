#include "klaviyo/resources.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

bj::value time_or_null(const std::optional<tillbridge::Instant>& at) {
  return at ? bj::value(bj::string(time_text(*at))) : bj::value(nullptr);
}

const std::string& link_base(const Settings& settings) {
  return settings.link_base.empty() ? settings.own_address : settings.link_base;
}

}  // namespace

bj::object self_link(const Settings& settings, std::string_view path) {
  bj::object links;
  links["self"] = fmt::format("{}{}/", link_base(settings), path);
  return links;
}

namespace {

// A relation that is only linked, or with its data.
bj::object relation(const Settings& settings, std::string_view path, std::string_view name,
                    bj::value data = nullptr) {
  bj::object out;
  if (!data.is_null()) out["data"] = std::move(data);
  bj::object links;
  links["self"] = fmt::format("{}{}/relationships/{}/", link_base(settings), path, name);
  links["related"] = fmt::format("{}{}/{}/", link_base(settings), path, name);
  out["links"] = std::move(links);
  return out;
}

void keep_chosen(bj::object& attributes, const Query& query, std::string_view type) {
  const auto chosen = query.fields.find(std::string(type));
  if (chosen == query.fields.end()) return;
  std::vector<std::string> out;
  for (const auto& [key, value] : attributes) {
    const std::string name(key);
    const bool wanted = std::any_of(
        chosen->second.begin(), chosen->second.end(),
        [&name](const std::string& one) { return one == name || one.starts_with(name + "."); });
    if (!wanted) out.push_back(name);
  }
  for (const std::string& name : out) attributes.erase(name);
}

bj::object resource(std::string_view type, std::string_view id, bj::object attributes,
                    bj::object relationships, const Settings& settings, std::string_view path) {
  bj::object out = identifier_of(type, id);
  out["attributes"] = std::move(attributes);
  if (!relationships.empty()) out["relationships"] = std::move(relationships);
  out["links"] = self_link(settings, path);
  return out;
}

std::string consent_text(Consent::State state, const Settings& settings) {
  if (state == Consent::State::subscribed) return "SUBSCRIBED";
  return state == Consent::State::unsubscribed ? "UNSUBSCRIBED" : settings.never_subscribed_text;
}

Consent consent_of(const Profile& profile, std::string_view channel) {
  const auto found = profile.consents.find(channel);
  return found == profile.consents.end() ? Consent{} : found->second;
}

bj::object consent_json(const Consent& consent, const Settings& settings) {
  const bool known = consent.state != Consent::State::never;
  bj::object out;
  out["consent"] = consent_text(consent.state, settings);
  out["consent_timestamp"] = known ? time_or_null(consent.at) : bj::value(nullptr);
  out["last_updated"] = known ? time_or_null(consent.updated) : bj::value(nullptr);
  out["method"] = known ? bj::value(bj::string(consent.method)) : bj::value(nullptr);
  out["method_detail"] = "";
  return out;
}

bj::object email_marketing(const Profile& profile, const Settings& settings) {
  const Consent consent = consent_of(profile, "email.marketing");
  bj::array everywhere, on_lists;
  for (const Suppression& one : profile.suppressions) {
    bj::object entry;
    entry["reason"] = suppression_name(one.reason, settings);
    entry["timestamp"] = time_text(one.at);
    if (!one.list_id.empty()) entry["list_id"] = one.list_id;
    (one.list_id.empty() ? everywhere : on_lists).push_back(std::move(entry));
  }
  bj::object out = consent_json(consent, settings);
  // Also for those who never subscribed (contract 10.5).
  out["can_receive_email_marketing"] = everywhere.empty() && !profile.identifier("email").empty();
  out["custom_method_detail"] = consent.custom_method_detail.empty()
                                    ? bj::value(nullptr)
                                    : bj::value(bj::string(consent.custom_method_detail));
  out["double_optin"] = consent.double_opt_in;
  out["suppression"] = std::move(everywhere);
  out["list_suppressions"] = std::move(on_lists);
  return out;
}

}  // namespace

bj::object identifier_of(std::string_view type, std::string_view id) {
  bj::object out;
  out["type"] = type;
  out["id"] = id;
  return out;
}

std::string suppression_name(const std::string& reason, const Settings& settings) {
  return settings.suppression_names == "answers" ? reason : older_suppression_name(reason);
}

std::string older_suppression_name(const std::string& reason) {
  if (reason == "SPAM_COMPLAINT") return "SPAM_REPORT";
  if (reason == "HARD_BOUNCE") return "BOUNCE";
  return reason == "USER_SUPPRESSED" ? "USER_INITIATED" : reason;
}

bj::object subscriptions_of(const Profile& profile, const Settings& settings) {
  const auto with_permission = [&](std::string_view channel, std::string_view permission) {
    const Consent consent = consent_of(profile, channel);
    bj::object out = consent_json(consent, settings);
    out[permission] = consent.state == Consent::State::subscribed;
    return out;
  };
  bj::object email;
  email["marketing"] = email_marketing(profile, settings);
  bj::object sms;
  sms["marketing"] = with_permission("sms.marketing", "can_receive_sms_marketing");
  sms["transactional"] = with_permission("sms.transactional", "can_receive_sms_transactional");
  bj::object push;
  push["marketing"] = with_permission("push.marketing", "can_receive_push_marketing");
  bj::object whatsapp;
  for (const std::string_view kind : {"marketing", "transactional", "conversational"})
    whatsapp[kind] = with_permission(fmt::format("whatsapp.{}", kind), "can_receive");
  bj::object out;
  out["email"] = std::move(email);
  out["sms"] = std::move(sms);
  out["mobile_push"] = std::move(push);
  out["whatsapp"] = std::move(whatsapp);
  return out;
}

bj::object profile_resource(const Profile& profile, const Settings& settings, const Query& query) {
  bj::object attributes;
  for (const std::string_view kind : {"email", "phone_number", "external_id"}) {
    const std::string value = profile.identifier(kind);
    attributes[kind] = value.empty() ? bj::value(nullptr) : bj::value(bj::string(value));
  }
  for (const std::string_view name :
       {"first_name", "last_name", "organization", "locale", "title", "image"}) {
    const bj::value* value = profile.names.if_contains(name);
    attributes[name] = value == nullptr ? bj::value(nullptr) : *value;
  }
  attributes["created"] = time_text(profile.created);
  attributes["updated"] = time_text(profile.updated);
  attributes["last_event_date"] = time_or_null(profile.last_event);
  bj::object location;
  for (const std::string_view part : {"address1", "address2", "city", "country", "latitude",
                                      "longitude", "region", "zip", "timezone", "ip"}) {
    const bj::value* value = profile.location.if_contains(part);
    location[part] = value == nullptr ? bj::value(nullptr) : *value;
  }
  attributes["location"] = std::move(location);
  attributes["properties"] = profile.properties;
  keep_chosen(attributes, query, "profile");
  if (query.additional.contains("subscriptions"))
    attributes["subscriptions"] = subscriptions_of(profile, settings);
  if (query.additional.contains("predictive_analytics"))
    attributes["predictive_analytics"] = bj::object{};
  const std::string path = "/api/profiles/" + profile.id;
  bj::object relationships;
  bj::value lists = nullptr;
  if (query.include.contains("lists")) {
    lists = bj::array{};
    for (const auto& [id, joined] : profile.lists)
      lists.get_array().push_back(identifier_of("list", id));
  }
  relationships["lists"] = relation(settings, path, "lists", std::move(lists));
  for (const std::string_view name : {"segments", "push-tokens", "conversations"})
    relationships[name] = relation(settings, path, name);
  return resource("profile", profile.id, std::move(attributes), std::move(relationships), settings,
                  path);
}

bj::object event_resource(const StoredEvent& event, const Settings& settings, const Query& query) {
  bj::object attributes;
  attributes["timestamp"] = event.time_s;
  attributes["event_properties"] = event.properties;
  attributes["datetime"] = time_text(tillbridge::from_unix_seconds(event.time_s));
  attributes["uuid"] = event.uuid;
  keep_chosen(attributes, query, "event");
  const std::string path = "/api/events/" + event.id;
  bj::object relationships;
  relationships["profile"] =
      relation(settings, path, "profile", identifier_of("profile", event.profile_id));
  relationships["metric"] =
      relation(settings, path, "metric", identifier_of("metric", event.metric_id));
  relationships["attributions"] = relation(settings, path, "attributions", bj::array{});
  return resource("event", event.id, std::move(attributes), std::move(relationships), settings,
                  path);
}

bj::object metric_resource(const Metric& metric, const Settings& settings, const Query& query) {
  const bool own = metric.service == "klaviyo";
  bj::object integration;
  integration["object"] = "integration";
  integration["id"] = own ? "0rG4eQ" : "7FtS4J";
  integration["key"] = metric.service;
  integration["name"] = own ? "Klaviyo" : metric.service == "api" ? "API" : metric.service;
  integration["category"] = own ? "Internal" : "API";
  bj::object attributes;
  attributes["name"] = metric.name;
  attributes["created"] = time_text(metric.created);
  attributes["updated"] = time_text(metric.created);
  attributes["integration"] = std::move(integration);
  keep_chosen(attributes, query, "metric");
  const std::string path = "/api/metrics/" + metric.id;
  bj::object relationships;
  relationships["flow-triggers"] = relation(settings, path, "flow-triggers");
  return resource("metric", metric.id, std::move(attributes), std::move(relationships), settings,
                  path);
}

bj::object list_resource(const ListRecord& list, const Settings& settings, const Query& query) {
  bj::object attributes;
  attributes["name"] = list.name;
  attributes["created"] = time_text(list.created);
  attributes["updated"] = time_text(list.updated);
  attributes["opt_in_process"] = list.opt_in_process;
  keep_chosen(attributes, query, "list");
  const std::string path = "/api/lists/" + list.id;
  bj::object relationships;
  for (const std::string_view name : {"profiles", "tags", "flow-triggers"})
    relationships[name] = relation(settings, path, name);
  return resource("list", list.id, std::move(attributes), std::move(relationships), settings, path);
}

bj::object job_resource(const Job& job, const Settings& settings) {
  const bool imports = job.type == "profile-bulk-import-job";
  bj::object attributes;
  attributes["status"] = job.status;
  attributes["created_at"] = time_text(job.created);
  attributes["total_count"] = job.total;
  attributes["completed_count"] = job.completed_count;
  attributes["completed_at"] = time_or_null(job.completed);
  if (imports) {
    attributes["failed_count"] = job.failed;
    attributes["started_at"] = time_or_null(job.started);
    attributes["expires_at"] = time_text(job.expires);
  } else {
    attributes["skipped_count"] = job.skipped;
  }
  const std::string path = fmt::format("/api/{}s/{}", job.type, job.id);
  bj::object relationships;
  bj::array lists;
  for (const std::string& id : job.lists) lists.push_back(identifier_of("list", id));
  relationships["lists"] = relation(settings, path, "lists", std::move(lists));
  if (imports) relationships["import-errors"] = relation(settings, path, "import-errors");
  return resource(job.type, job.id, std::move(attributes), std::move(relationships), settings,
                  path);
}

bj::object import_error_resource(const ImportError& error) {
  bj::object source;
  source["pointer"] = error.pointer;
  bj::object attributes;
  attributes["code"] = error.code;
  attributes["title"] = error.title;
  attributes["detail"] = error.detail;
  attributes["source"] = std::move(source);
  attributes["original_payload"] = error.original_payload;
  bj::object out = identifier_of("import-error", error.id);
  out["attributes"] = std::move(attributes);
  return out;
}

bj::object account_resource(const Settings& settings) {
  bj::object address;
  for (const std::string_view part : {"address1", "address2", "city", "region", "country", "zip"})
    address[part] = nullptr;
  bj::object contact;
  contact["default_sender_name"] = "Sandbox";
  contact["default_sender_email"] = "hello@sandbox.tillbridge.dev";
  contact["website_url"] = nullptr;
  contact["organization_name"] = "Sandbox";
  contact["street_address"] = std::move(address);
  bj::object attributes;
  attributes["test_account"] = true;
  attributes["contact_information"] = std::move(contact);
  attributes["industry"] = nullptr;
  attributes["timezone"] = settings.timezone;
  attributes["preferred_currency"] = settings.currency;
  attributes["public_api_key"] = settings.account_id;
  attributes["locale"] = settings.locale;
  return resource("account", settings.account_id, std::move(attributes), {}, settings,
                  "/api/accounts/" + settings.account_id);
}

bj::object document(bj::value data, const Settings& settings, std::string_view path) {
  bj::object out;
  out["data"] = std::move(data);
  out["links"] = self_link(settings, path);
  return out;
}

bj::object collection(bj::array data, const Page& page, const Query& query,
                      const Settings& settings, std::string_view path) {
  const auto link = [&](const std::optional<std::string>& cursor) -> bj::value {
    if (!cursor) return nullptr;
    std::string encoded;
    for (const char c : *cursor) {
      if (c == '+' || c == '/' || c == '=') {
        encoded += fmt::format("%{:02X}", static_cast<unsigned>(c));
      } else {
        encoded += c;
      }
    }
    const std::string text = fmt::format("{}{}/?{}{}page%5Bcursor%5D={}", link_base(settings), path,
                                         query.rest, query.rest.empty() ? "" : "&", encoded);
    return bj::value(bj::string(text));
  };
  bj::object links;
  links["self"] = fmt::format("{}{}/{}{}", link_base(settings), path, query.rest.empty() ? "" : "?",
                              query.rest);
  links["prev"] = link(page.prev);
  links["next"] = link(page.next);
  bj::object out;
  out["data"] = std::move(data);
  out["links"] = std::move(links);
  return out;
}

}  // namespace sandbox::klaviyo
