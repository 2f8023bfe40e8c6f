#include "crm/index_entry.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"

namespace tillbridge::crm {
namespace {

// LIMIT: a phone of more people than this finds the newest of them.
constexpr std::size_t customers_per_link_max = 8;

std::string_view prefix_of(KeyType type) {
  switch (type) {
    case KeyType::customer_id:
      return "customer";
    case KeyType::member_number:
      return "member";
    case KeyType::email:
      return "email";
    case KeyType::phone:
      return "phone";
    case KeyType::personal_id:
      return "personal";
    case KeyType::profile:
      return "profile";
  }
  return "unknown";
}

void put_time(json::Object& object, std::string_view name, const std::optional<Instant>& at) {
  if (at) object[name] = to_unix_us(*at);
}

std::optional<Instant> time_of(const json::Object& object, std::string_view name) {
  const auto us = json::integer(object, name);
  return us ? std::optional(from_unix_us(*us)) : std::nullopt;
}

json::Object to_json(const model::ConsentDecision& decision) {
  return {{"given", decision.given}, {"at", to_unix_us(decision.at)}, {"source", decision.source}};
}

json::Array to_json(const std::vector<std::string>& ids) {
  return json::Array(ids.begin(), ids.end());
}

void read_customer(const json::Object& from, model::Customer& into) {
  for (const model::CustomerField& field : model::customer_fields())
    into.*field.text = json::text(from, field.name).value_or("");
  const json::Array* phones = json::array(from, model::phone_field);
  if (phones == nullptr) return;
  for (const json::Value& phone : *phones) {
    if (phone.is_string()) into.phones.emplace_back(std::string_view(phone.get_string()));
  }
}

}  // namespace

std::string_view name(KeyType type) {
  switch (type) {
    case KeyType::customer_id:
      return "customer_id";
    case KeyType::member_number:
      return "member_number";
    case KeyType::email:
      return "email";
    case KeyType::phone:
      return "mobile";
    case KeyType::personal_id:
      return "personal_id";
    case KeyType::profile:
      return "profile";
  }
  return "unknown";
}

std::string entry_key(const std::string& customer_id) {
  return "customer/" + customer_id;
}

std::string link_key(const Key& key) {
  return fmt::format("{}/{}", prefix_of(key.type), key.value);
}

std::string handle_key(const std::string& connection, const std::string& handle) {
  return fmt::format("profile/{}/{}", connection, handle);
}

std::vector<std::string> links_of(const IndexEntry& entry) {
  std::vector<std::string> links;
  const model::Customer& customer = entry.customer;
  const auto add = [&](KeyType type, const std::string& value) {
    if (!value.empty()) links.push_back(link_key({type, value}));
  };
  add(KeyType::member_number, customer.member_number);
  add(KeyType::email, customer.email);
  add(KeyType::personal_id, customer.personal_id);
  for (const std::string& phone : customer.phones) add(KeyType::phone, phone);
  for (const auto& [connection, handle] : entry.handles)
    links.push_back(handle_key(connection, handle));
  return links;
}

std::string to_text(const IndexEntry& entry) {
  json::Object object;
  for (const model::CustomerField& field : model::customer_fields()) {
    const std::string& text = entry.customer.*field.text;
    if (!text.empty()) object[field.name] = text;
  }
  if (!entry.customer.phones.empty()) object[model::phone_field] = to_json(entry.customer.phones);
  json::Object handles;
  for (const auto& [connection, handle] : entry.handles) handles[connection] = handle;
  object["handles"] = std::move(handles);
  json::Object consents;
  for (const auto& [category, decision] : entry.consents) consents[category] = to_json(decision);
  object["consents"] = std::move(consents);
  object["changed_at"] = to_unix_us(entry.changed_at);
  put_time(object, "till_changed_at", entry.till_changed_at);
  put_time(object, "created_at", entry.created_at);
  put_time(object, "seen_at", entry.seen_at);
  object["version"] = entry.version;
  if (!entry.merged_into.empty()) object["merged_into"] = entry.merged_into;
  return json::to_text(object);
}

std::optional<IndexEntry> read_entry(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& object = document->get_object();
  IndexEntry entry;
  read_customer(object, entry.customer);
  if (entry.customer.customer_id.empty()) return std::nullopt;
  if (const json::Object* handles = json::object(object, "handles")) {
    for (const auto& [connection, handle] : *handles) {
      if (handle.is_string())
        entry.handles[connection] = std::string(std::string_view(handle.get_string()));
    }
  }
  if (const json::Object* consents = json::object(object, "consents")) {
    for (const auto& [category, value] : *consents) {
      if (!value.is_object()) continue;
      model::ConsentDecision decision;
      decision.category = category;
      decision.given = json::boolean(value.get_object(), "given").value_or(false);
      decision.at = time_of(value.get_object(), "at").value_or(Instant{});
      decision.source = json::text(value.get_object(), "source").value_or("");
      entry.consents[category] = std::move(decision);
    }
  }
  entry.changed_at = time_of(object, "changed_at").value_or(Instant{});
  entry.till_changed_at = time_of(object, "till_changed_at");
  entry.created_at = time_of(object, "created_at");
  entry.seen_at = time_of(object, "seen_at");
  entry.version = static_cast<std::uint32_t>(json::integer(object, "version").value_or(0));
  entry.merged_into = json::text(object, "merged_into").value_or("");
  return entry;
}

std::vector<std::string> customers_in(const std::string& link) {
  std::vector<std::string> ids;
  const auto document = json::parse(link);
  if (!document || !document->is_array()) return ids;
  for (const json::Value& id : document->get_array()) {
    if (id.is_string()) ids.emplace_back(std::string_view(id.get_string()));
  }
  return ids;
}

std::string with_customer(const std::string& link, const std::string& customer_id) {
  std::vector<std::string> ids = customers_in(link);
  std::erase(ids, customer_id);
  ids.push_back(customer_id);
  if (ids.size() > customers_per_link_max) ids.erase(ids.begin());
  return json::to_text(to_json(ids));
}

std::string without_customer(const std::string& link, const std::string& customer_id) {
  std::vector<std::string> ids = customers_in(link);
  std::erase(ids, customer_id);
  return ids.empty() ? std::string{} : json::to_text(to_json(ids));
}

}  // namespace tillbridge::crm
