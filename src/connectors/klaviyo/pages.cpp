#include "connectors/klaviyo/pages.h"

#include <algorithm>
#include <unordered_map>

#include "connectors/klaviyo/time_text.h"

namespace tillbridge::connectors::klaviyo {
namespace {

// The envelope of a delivered answer; nullopt and a changed outcome when it is not one.
std::optional<json::Value> open(Answer& answer) {
  if (answer.outcome.kind != Outcome::Kind::delivered) return std::nullopt;
  if (auto parsed = json::parse(answer.body); parsed && parsed->is_object())
    return std::move(*parsed);
  return std::nullopt;
}

void not_understood(Answer& answer) {
  if (answer.outcome.kind != Outcome::Kind::delivered) return;
  answer.outcome.kind = Outcome::Kind::transient;
  answer.outcome.connection_at_fault = true;
  answer.outcome.reason = "Klaviyo answered " + std::to_string(answer.outcome.http_status) +
                          " with something that is not the documented answer: check base_url and "
                          "revision";
}

const json::Object* at(const json::Object* object, std::initializer_list<std::string_view> steps) {
  for (const std::string_view step : steps) {
    if (object == nullptr) return nullptr;
    object = json::object(*object, step);
  }
  return object;
}

std::string text_at(const json::Object* object, std::string_view key) {
  return object == nullptr ? std::string{} : json::text(*object, key).value_or("");
}

std::optional<Instant> time_at(const json::Object* object, std::string_view key) {
  const std::string text = text_at(object, key);
  return text.empty() ? std::nullopt : time_of_text(text);
}

// An id that some senders write as a number.
std::string id_at(const json::Object* object, std::string_view key) {
  std::string text = text_at(object, key);
  if (!text.empty() || object == nullptr) return text;
  const auto number = json::integer(*object, key);
  return number ? std::to_string(*number) : std::string{};
}

template <typename T, typename Read>
Page<T> page_of(Answer answer, Read read) {
  Page<T> page;
  const std::optional<json::Value> envelope = open(answer);
  const json::Object* object = envelope ? &envelope->get_object() : nullptr;
  const json::Array* data = object == nullptr ? nullptr : json::array(*object, "data");
  if (data == nullptr) not_understood(answer);
  page.answer = std::move(answer);
  if (data == nullptr) return page;
  page.items.reserve(data->size());
  for (const json::Value& entry : *data) {
    const json::Object* resource = entry.if_object();
    if (resource == nullptr) continue;
    if (std::optional<T> item = read(*resource, *object)) page.items.push_back(std::move(*item));
  }
  page.next = text_at(at(object, {"links"}), "next");
  return page;
}

model::ConsentState state_of(std::string_view consent) {
  if (consent == "SUBSCRIBED") return model::ConsentState::subscribed;
  if (consent == "UNSUBSCRIBED") return model::ConsentState::unsubscribed;
  return model::ConsentState::unknown;
}

ChannelConsent consent_of_channel(const json::Object* marketing) {
  ChannelConsent consent;
  if (marketing == nullptr) return consent;
  consent.state = state_of(text_at(marketing, "consent"));
  consent.method = text_at(marketing, "method");
  consent.suppressed = !json::boolean(*marketing, "can_receive_email_marketing").value_or(true);
  if (const json::Array* suppressions = json::array(*marketing, "suppression")) {
    for (const json::Value& entry : *suppressions) {
      consent.suppressed = true;
      const auto began = time_at(entry.if_object(), "timestamp");
      if (began < consent.suppressed_at) continue;
      consent.suppressed_at = began;
      consent.suppression_reason = text_at(entry.if_object(), "reason");
    }
  }
  consent.changed_at = time_at(marketing, "last_updated");
  if (!consent.changed_at) consent.changed_at = time_at(marketing, "consent_timestamp");
  if (!consent.changed_at) consent.changed_at = consent.suppressed_at;
  return consent;
}

std::optional<Profile> profile_of(const json::Object& resource, const json::Object&) {
  Profile profile;
  profile.id = text_at(&resource, "id");
  if (profile.id.empty()) return std::nullopt;
  const json::Object* attributes = json::object(resource, "attributes");
  profile.email = text_at(attributes, "email");
  profile.external_id = text_at(attributes, "external_id");
  profile.phone_number = text_at(attributes, "phone_number");
  profile.first_name = text_at(attributes, "first_name");
  profile.last_name = text_at(attributes, "last_name");
  profile.updated = time_at(attributes, "updated");
  profile.email_consent =
      consent_of_channel(at(attributes, {"subscriptions", "email", "marketing"}));
  profile.sms_consent = consent_of_channel(at(attributes, {"subscriptions", "sms", "marketing"}));
  return profile;
}

// Texts, numbers, bools and lists of them; objects are nobody's field.
void add_values(model::TargetValues& into, const char* space, const json::Object* from) {
  if (from == nullptr) return;
  const auto text_of = [](const json::Value& value) {
    return value.is_string() ? std::string(std::string_view(value.get_string()))
                             : json::to_text(value);
  };
  for (const auto& [name, value] : *from) {
    if (value.is_null() || value.is_object()) continue;
    model::TextList texts;
    if (value.is_array()) {
      for (const json::Value& item : value.get_array()) texts.push_back(text_of(item));
    } else {
      texts.push_back(text_of(value));
    }
    std::erase(texts, std::string{});
    if (!texts.empty()) into[std::string(space) + std::string(name)] = std::move(texts);
  }
}

std::optional<Profile> person_in(const json::Object& resource, const json::Object& envelope) {
  std::optional<Profile> profile = profile_of(resource, envelope);
  if (!profile) return profile;
  const json::Object* attributes = json::object(resource, "attributes");
  add_values(profile->values, "attributes.", attributes);
  add_values(profile->values, "location.", at(attributes, {"location"}));
  add_values(profile->values, "properties.", at(attributes, {"properties"}));
  return profile;
}

std::optional<std::string> resource_id(const json::Object& resource, const json::Object&) {
  return json::text(resource, "id");
}

}  // namespace

Page<Profile> profile_page(Answer answer) {
  return page_of<Profile>(std::move(answer), profile_of);
}

Page<Profile> person_page(Answer answer) {
  return page_of<Profile>(std::move(answer), person_in);
}

std::optional<Event> event_of(const json::Object& resource) {
  const json::Object* attributes = json::object(resource, "attributes");
  Event event;
  event.id = text_at(&resource, "id");
  std::optional<Instant> when = time_at(attributes, "datetime");
  constexpr std::int64_t year_10000 = 253'402'300'800;
  if (!when && attributes != nullptr) {
    const auto seconds = json::integer(*attributes, "timestamp");
    if (seconds && *seconds >= 0 && *seconds < year_10000) when = from_unix_seconds(*seconds);
  }
  if (event.id.empty() || !when) return std::nullopt;
  event.at = *when;
  const json::Object* relationships = json::object(resource, "relationships");
  event.metric_id = text_at(at(relationships, {"metric", "data"}), "id");
  event.profile_id = text_at(at(relationships, {"profile", "data"}), "id");
  const json::Object* properties = at(attributes, {"event_properties"});
  event.unique_id = id_at(properties, "$event_id");
  event.order_id = id_at(properties, "OrderId");
  event.source_name = text_at(properties, "Source Name");
  return event;
}

Page<Event> event_page(Answer answer) {
  std::unordered_map<std::string, std::string> emails;
  bool read_included = false;
  const auto read = [&](const json::Object& resource, const json::Object& envelope) {
    const json::Array* included = read_included ? nullptr : json::array(envelope, "included");
    read_included = true;
    if (included != nullptr) {
      for (const json::Value& entry : *included) {
        const json::Object* other = entry.if_object();
        if (text_at(other, "type") == "profile")
          emails.emplace(text_at(other, "id"), text_at(at(other, {"attributes"}), "email"));
      }
    }
    std::optional<Event> event = event_of(resource);
    if (!event) return event;
    if (const auto email = emails.find(event->profile_id); email != emails.end())
      event->email = email->second;
    return event;
  };
  return page_of<Event>(std::move(answer), read);
}

Page<Client::Metric> metric_page(Answer answer, bool only_api_and_own) {
  const auto read = [=](const json::Object& resource,
                        const json::Object&) -> std::optional<Client::Metric> {
    Client::Metric metric;
    const json::Object* attributes = json::object(resource, "attributes");
    metric.id = text_at(&resource, "id");
    metric.name = text_at(attributes, "name");
    metric.integration = text_at(at(attributes, {"integration"}), "name");
    const bool wanted = !only_api_and_own || metric.integration == "API" ||
                        metric.integration == "Klaviyo" || metric.integration.empty();
    if (metric.id.empty() || metric.name.empty() || !wanted) return std::nullopt;
    return metric;
  };
  return page_of<Client::Metric>(std::move(answer), read);
}

Page<std::string> id_page(Answer answer) {
  return page_of<std::string>(std::move(answer), resource_id);
}

Client::Imported imported(Answer answer) {
  Client::Imported made;
  const std::optional<json::Value> envelope = open(answer);
  const json::Object* object = envelope ? &envelope->get_object() : nullptr;
  made.id = text_at(at(object, {"data"}), "id");
  made.answer = std::move(answer);
  return made;
}

Client::Account account_of(Answer answer) {
  Page<Client::Account> page = page_of<Client::Account>(
      std::move(answer), [](const json::Object& resource, const json::Object&) {
        const json::Object* attributes = json::object(resource, "attributes");
        Client::Account account;
        account.id = text_at(&resource, "id");
        account.timezone = text_at(attributes, "timezone");
        account.currency = text_at(attributes, "preferred_currency");
        account.test_account =
            attributes != nullptr && json::boolean(*attributes, "test_account").value_or(false);
        return account.id.empty() ? std::nullopt : std::optional(account);
      });
  Client::Account account;
  if (page.items.empty())
    not_understood(page.answer);
  else
    account = std::move(page.items.front());
  account.answer = std::move(page.answer);
  return account;
}

}  // namespace tillbridge::connectors::klaviyo
