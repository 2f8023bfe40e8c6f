// Managing webhooks (contract 11.1, 11.2).
#include <algorithm>

#include <fmt/format.h>

#include "klaviyo/calls.h"
#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

constexpr std::size_t webhooks_max = 10;
constexpr std::size_t secret_min = 16;

// Answers show where it goes, not the whole path.
std::string shortened(const std::string& url) {
  const auto host = url.find("://");
  if (host == std::string::npos) return url;
  const auto path = url.find('/', host + 3);
  return path == std::string::npos ? url : url.substr(0, path) + "/...";
}

void take(const bj::object& attributes, std::string_view name, std::string& into) {
  if (auto text = tillbridge::json::text(attributes, name)) into = std::move(*text);
}

}  // namespace

std::set<std::string> Calls::known_topics() const {
  std::set<std::string> topics;
  for (const auto& [id, metric] : account_.metrics()) topics.insert(topic_of(metric));
  return topics;
}

bj::object Calls::webhook_resource(const Webhook& webhook) const {
  bj::object attributes;
  attributes["name"] = webhook.name;
  attributes["description"] = webhook.description;
  attributes["endpoint_url"] = shortened(webhook.endpoint_url);
  attributes["enabled"] = webhook.enabled;
  attributes["created_at"] = time_text(webhook.created);
  attributes["updated_at"] = time_text(webhook.updated);
  bj::array topics;
  for (const std::string& topic : webhook.topics)
    topics.push_back(identifier_of("webhook-topic", topic));
  bj::object relation;
  relation["data"] = std::move(topics);
  bj::object relationships;
  relationships["webhook-topics"] = std::move(relation);
  bj::object out = identifier_of("webhook", webhook.id);
  out["attributes"] = std::move(attributes);
  out["relationships"] = std::move(relationships);
  out["links"] = self_link(settings_, "/api/webhooks/" + webhook.id);
  return out;
}

Errors Calls::check_webhook(const bj::object& data) const {
  Errors errors;
  const bj::object& attributes = data.at("attributes").as_object();
  if (const auto url = tillbridge::json::text(attributes, "endpoint_url")) {
    const bool plain = url->starts_with("http://") && !settings_.webhook_needs_https;
    if (!plain && !url->starts_with("https://"))
      errors.push_back(invalid("/data/attributes/endpoint_url", "The URL has to be https."));
  }
  const auto secret = tillbridge::json::text(attributes, "secret_key");
  if (secret && secret->size() < secret_min)
    errors.push_back(
        invalid("/data/attributes/secret_key", fmt::format("At least {} characters.", secret_min)));
  const auto* relationships = tillbridge::json::object(data, "relationships");
  const auto* topics = relationships == nullptr
                           ? nullptr
                           : tillbridge::json::object(*relationships, "webhook-topics");
  if (topics == nullptr) return errors;
  const std::set<std::string> known = known_topics();
  for (const bj::value& topic : topics->at("data").as_array()) {
    const std::string id(topic.at("id").as_string());
    if (!known.contains(id))
      errors.push_back(invalid("/data/relationships/webhook-topics/data",
                               fmt::format("'{}' is not a topic.", id)));
  }
  return errors;
}

Reply Calls::get_webhooks(const Call& call) {
  bj::array data;
  for (const auto& [id, webhook] : webhooks_.all()) data.push_back(webhook_resource(webhook));
  return json_reply(200, document(std::move(data), settings_, call.path));
}

Reply Calls::create_webhook(const Call& call) {
  Errors errors = check_webhook(data_of(call));
  if (webhooks_.all().size() >= webhooks_max)
    errors.push_back(invalid("/data", fmt::format("At most {} webhooks.", webhooks_max)));
  if (!errors.empty()) return error_reply(errors);
  Webhook webhook;
  webhook.id = account_.sortable_id();
  webhook.created = clock_.now();
  Webhook& kept = webhooks_.all()[webhook.id] = std::move(webhook);
  update_webhook(call, kept);
  return json_reply(201, document(webhook_resource(kept), settings_, "/api/webhooks/" + kept.id));
}

Reply Calls::update_webhook(const Call& call, Webhook& webhook) {
  const bj::object& data = data_of(call);
  const bj::object& attributes = data.at("attributes").as_object();
  take(attributes, "name", webhook.name);
  take(attributes, "description", webhook.description);
  take(attributes, "endpoint_url", webhook.endpoint_url);
  take(attributes, "secret_key", webhook.secret_key);
  webhook.enabled = tillbridge::json::boolean(attributes, "enabled").value_or(webhook.enabled);
  const auto* relationships = tillbridge::json::object(data, "relationships");
  const auto* topics = relationships == nullptr
                           ? nullptr
                           : tillbridge::json::object(*relationships, "webhook-topics");
  if (topics != nullptr) {
    webhook.topics.clear();
    for (const bj::value& topic : topics->at("data").as_array())
      webhook.topics.emplace(topic.at("id").as_string());
  }
  webhook.updated = clock_.now();
  return json_reply(200, document(webhook_resource(webhook), settings_, call.path));
}

Reply Calls::topics(const Call& call) {
  bj::array data;
  for (const std::string& topic : known_topics()) {
    if (!call.id.empty() && topic != call.id) continue;
    bj::object one = identifier_of("webhook-topic", topic);
    one["links"] = self_link(settings_, "/api/webhook-topics/" + topic);
    data.push_back(std::move(one));
  }
  if (call.id.empty()) return json_reply(200, document(std::move(data), settings_, call.path));
  if (data.empty()) return error_reply(not_found("webhook topic", call.id));
  return json_reply(200, document(std::move(data.front()), settings_, call.path));
}

Reply Calls::webhook_call(const Call& call) {
  if (!settings_.webhooks_plan) {
    ApiError error;
    error.status = 403;
    error.code = "permission_denied";
    error.title = "You do not have permission to perform this action.";
    error.detail = "Webhooks are not part of this account's plan.";
    return error_reply(std::move(error));
  }
  switch (call.operation->act) {
    case Act::get_webhooks:
      return get_webhooks(call);
    case Act::create_webhook:
      return create_webhook(call);
    case Act::get_topics:
    case Act::get_topic:
      return topics(call);
    default:
      break;
  }
  const auto webhook = webhooks_.all().find(call.id);
  if (webhook == webhooks_.all().end()) return error_reply(not_found("webhook", call.id));
  if (call.operation->act == Act::delete_webhook) {
    webhooks_.all().erase(webhook);
    return empty_reply(204);
  }
  if (call.operation->act == Act::update_webhook) {
    const Errors errors = check_webhook(data_of(call));
    return errors.empty() ? update_webhook(call, webhook->second) : error_reply(errors);
  }
  return json_reply(200, document(webhook_resource(webhook->second), settings_, call.path));
}

}  // namespace sandbox::klaviyo
