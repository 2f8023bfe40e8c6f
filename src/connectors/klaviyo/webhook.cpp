#include "connectors/klaviyo/webhook.h"

#include <algorithm>
#include <array>

#include "base/hmac.h"
#include "base/json.h"
#include "connectors/klaviyo/pages.h"
#include "connectors/klaviyo/raw_json.h"

namespace tillbridge::connectors::klaviyo {
namespace {

constexpr std::string_view topic_prefix = "event:klaviyo.";

struct Known {
  std::string_view topic;  // without its prefix
  ConsentMeaning meaning;
};
using model::ConsentChannel;
using model::ConsentState;
// Complaints and suppressions by hand are no choice of "unsubscribe", but they end marketing all
// the same. Lifting one says nothing about consent, nor does being put on a list.
constexpr std::array<Known, 6> known_topics = {{
    {"subscribed_to_email_marketing", {ConsentChannel::email, ConsentState::subscribed}},
    {"unsubscribed_from_email_marketing", {ConsentChannel::email, ConsentState::unsubscribed}},
    {"subscribed_to_sms_marketing", {ConsentChannel::sms, ConsentState::subscribed}},
    {"unsubscribed_from_sms_marketing", {ConsentChannel::sms, ConsentState::unsubscribed}},
    {"marked_email_as_spam", {ConsentChannel::email, ConsentState::unsubscribed}},
    {"manually_suppressed_from_email_marketing",
     {ConsentChannel::email, ConsentState::unsubscribed}},
}};

tl::unexpected<Error> wrong(std::string what) {
  return fail(Error::Kind::invalid_input, "Klaviyo's webhook " + std::move(what));
}

std::string first_text(const json::Object& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (auto text = json::text(object, key)) return std::move(*text);
  }
  return {};
}

Result<WebhookEntry> entry_of(const json::Value& value) {
  const json::Object* object = value.if_object();
  const auto topic = object == nullptr ? std::nullopt : json::text(*object, "topic");
  const json::Object* payload = object == nullptr ? nullptr : json::object(*object, "payload");
  const json::Object* resource = payload == nullptr ? nullptr : json::object(*payload, "data");
  if (!topic || resource == nullptr) return wrong("has an entry without topic or event");
  const std::optional<Event> event = event_of(*resource);
  if (!event) return wrong("has an entry without event id or time");
  WebhookEntry entry;
  entry.event_id = json::text(*object, "external_id").value_or(event->id);
  entry.topic = *topic;
  entry.profile_id = event->profile_id;
  entry.at = event->at;
  const json::Object* attributes = json::object(*resource, "attributes");
  const json::Object* properties =
      attributes == nullptr ? nullptr : json::object(*attributes, "event_properties");
  if (properties != nullptr) {
    entry.email =
        first_text(*properties, {"email_address", "email", "$email", "Recipient Email Address"});
    entry.phone_number = first_text(*properties, {"phone_number", "$phone_number", "To Number"});
  }
  if (const auto meaning = meaning_of_topic(entry.topic)) {
    entry.channel = meaning->channel;
    entry.state = meaning->state;
  }
  return entry;
}

}  // namespace

bool signature_is_right(const Secret& secret, std::string_view body, std::string_view timestamp,
                        std::string_view signature) {
  if (secret.empty()) return false;
  std::string message(body);
  message += timestamp;
  return Secret{hmac_sha256_hex(secret.reveal(), message)}.matches(signature);
}

Result<std::vector<WebhookEntry>> webhook_entries(std::string_view body,
                                                  std::string_view webhook_id_header) {
  TB_TRY(const json::Value parsed, json::parse(body));
  const json::Object* whole = parsed.if_object();
  const json::Object* meta = whole == nullptr ? nullptr : json::object(*whole, "meta");
  const json::Array* data = whole == nullptr ? nullptr : json::array(*whole, "data");
  const auto id = meta == nullptr ? std::nullopt : json::text(*meta, "klaviyo_webhook_id");
  if (!id || data == nullptr) return wrong("is not of the documented shape");
  if (*id != webhook_id_header) return wrong("names another webhook id than its header");
  const std::string_view raw_data = raw_member(body, "data");
  if (!raw_data.starts_with('[')) return wrong("is not of the documented shape");
  const std::vector<std::string_view> raw = raw_items(raw_data);
  if (raw.size() != data->size()) return wrong("is not of the documented shape");
  std::vector<WebhookEntry> entries;
  entries.reserve(data->size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    TB_TRY(WebhookEntry entry, entry_of((*data)[i]));
    entry.raw = raw[i];
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<ConsentMeaning> meaning_of_topic(std::string_view topic) {
  if (!topic.starts_with(topic_prefix)) return std::nullopt;
  topic.remove_prefix(topic_prefix.size());
  const auto* const found = std::find_if(known_topics.begin(), known_topics.end(),
                                         [&](const Known& known) { return known.topic == topic; });
  return found == known_topics.end() ? std::nullopt : std::optional(found->meaning);
}

std::optional<ConsentMeaning> meaning_of_metric(std::string_view metric_name) {
  // A topic is its metric's name in another spelling.
  std::string topic(topic_prefix);
  for (const char c : metric_name) {
    if (c >= 'A' && c <= 'Z')
      topic += static_cast<char>(c - 'A' + 'a');
    else
      topic += c == ' ' ? '_' : c;
  }
  return meaning_of_topic(topic);
}

}  // namespace tillbridge::connectors::klaviyo
