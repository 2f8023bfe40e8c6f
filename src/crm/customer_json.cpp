#include "crm/customer_json.h"

#include <algorithm>

#include <date/date.h>

namespace tillbridge::crm {
namespace {

void put(json::Object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object[name] = value;
}

bool has(const json::Array& texts, std::string_view text) {
  return std::any_of(texts.begin(), texts.end(), [&](const json::Value& one) {
    return std::string_view(one.get_string().data(), one.get_string().size()) == text;
  });
}

bool is_given(const ShownCustomer& shown, const std::string& category) {
  return std::any_of(shown.consents.begin(), shown.consents.end(), [&](const auto& decision) {
    return decision.category == category && decision.given;
  });
}

json::Object address_json(const model::Customer& customer) {
  json::Object address;
  put(address, "address", customer.street);
  put(address, "address2", customer.street2);
  put(address, "city", customer.city);
  put(address, "zip", customer.zip);
  put(address, "state", customer.state);
  put(address, "country_id", customer.country);
  return address;
}

Section source_section(Instant as_of) {
  Section section;
  section.title = "Source";
  Section::Value value;
  value.title = "Read from";
  value.text = "Tillbridge's own records, as of " +
               date::format("%F %R", date::floor<std::chrono::minutes>(as_of));
  section.values.push_back(std::move(value));
  return section;
}

json::Object status_json(const ShownCustomer& shown, const CrmSettings& settings) {
  if (!shown.from_index) return {{"color", "green"}, {"text", ""}};
  const std::string source =
      settings.source_label.empty() ? "the customer platform" : settings.source_label;
  return {{"color", "yellow"}, {"text", "Not checked with " + source}};
}

void put_consents(json::Object& object, const ShownCustomer& shown, const CrmSettings& settings) {
  json::Array channels;
  json::Array given;
  for (const auto& category : settings.categories) {
    if (!is_given(shown, category.id)) continue;
    given.emplace_back(category.id);
    if (category.channel && !has(channels, *category.channel))
      channels.emplace_back(*category.channel);
  }
  object["accepts_communication"] = std::move(channels);
  object["consents"] = std::move(given);
}

}  // namespace

json::Object promotion_json(const Promotion& promotion) {
  const json::Object type{{"type", promotion.type}, {"value_int", promotion.value}};
  json::Object object;
  object[promotion.bonus_check ? "bonus_check_id" : "promotion_id"] = promotion.id;
  object["name"] = promotion.name;
  object[promotion.bonus_check ? "bonus_check_type" : "promotion_type"] = type;
  object["redeemed"] = promotion.redeemed;
  return object;
}

json::Array sections_json(const std::vector<Section>& sections) {
  json::Array array;
  for (const Section& section : sections) {
    json::Array values;
    for (const Section::Value& value : section.values)
      values.push_back(
          json::Object{{"title", value.title}, {"text", value.text}, {"type", "text"}});
    json::Object object;
    object["title"] = section.title;
    object["values"] = std::move(values);
    array.emplace_back(std::move(object));
  }
  return array;
}

json::Object customer_json(const ShownCustomer& shown, const CrmSettings& settings) {
  const model::Customer& customer = shown.customer;
  json::Object object;
  put(object, "customer_id", customer.customer_id);
  put(object, "member_number", customer.member_number);
  put(object, "email", customer.email);
  if (!customer.phones.empty()) put(object, "mobile", customer.phones.front());
  put(object, "name_first", customer.first_name);
  put(object, "name_last", customer.last_name);
  if (json::Object address = address_json(customer); !address.empty())
    object["invoice_address"] = std::move(address);
  put(object, "gender", customer.gender);
  put(object, "birthday", customer.birthday);
  put(object, "personal_id", customer.personal_id);
  put(object, "company", customer.company);
  put_consents(object, shown, settings);
  object["status"] = status_json(shown, settings);
  json::Array promotions;
  json::Array bonus_checks;
  for (const Promotion& promotion : shown.promotions)
    (promotion.bonus_check ? bonus_checks : promotions).emplace_back(promotion_json(promotion));
  object["promotions"] = std::move(promotions);
  object["bonus_checks"] = std::move(bonus_checks);
  put(object, "store_id_home", customer.home_store);
  std::vector<Section> sections;
  if (shown.from_index) sections.push_back(source_section(*shown.from_index));
  object["sections"] = sections_json(sections);
  return object;
}

json::Array history_json(const std::vector<Purchase>& purchases) {
  json::Array array;
  for (const Purchase& purchase : purchases) {
    json::Array rows;
    for (const Purchase::Row& row : purchase.rows) {
      json::Object object;
      put(object, "sku", row.sku);
      put(object, "title", row.title);
      put(object, "quantity", row.quantity);
      put(object, "total", row.total);
      rows.emplace_back(std::move(object));
    }
    json::Object object;
    put(object, "order_id", purchase.order_id);
    put(object, "receipt_id", purchase.receipt_id);
    put(object, "kind", purchase.kind);
    object["date"] = date::format("%FT%TZ", date::floor<std::chrono::seconds>(purchase.at));
    put(object, "store_id", purchase.store);
    put(object, "total", purchase.total);
    put(object, "currency", purchase.currency);
    object["rows"] = std::move(rows);
    array.emplace_back(std::move(object));
  }
  return array;
}

json::Array consents_json(const std::vector<model::ConsentCategory>& categories) {
  json::Array array;
  for (const auto& category : categories) {
    json::Object object;
    object["id"] = category.id;
    object["label"] = category.label;
    if (category.channel) object["channel"] = *category.channel;
    object["default"] = category.by_default;
    array.emplace_back(std::move(object));
  }
  return array;
}

}  // namespace tillbridge::crm
