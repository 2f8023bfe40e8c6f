#include "model/customer.h"

#include <algorithm>
#include <array>

namespace tillbridge::model {
namespace {

constexpr std::array<CustomerField, 16> fields{{
    {"customer_id", &Customer::customer_id},
    {"member_number", &Customer::member_number},
    {"email", &Customer::email},
    {"first_name", &Customer::first_name},
    {"last_name", &Customer::last_name},
    {"street", &Customer::street},
    {"street2", &Customer::street2},
    {"zip", &Customer::zip},
    {"city", &Customer::city},
    {"state", &Customer::state},
    {"country", &Customer::country},
    {"gender", &Customer::gender},
    {"birthday", &Customer::birthday},
    {"personal_id", &Customer::personal_id},
    {"company", &Customer::company},
    {"home_store", &Customer::home_store},
}};

const CustomerField* find_field(std::string_view name) {
  const auto* const found = std::find_if(
      fields.begin(), fields.end(), [&](const CustomerField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : found;
}

// What platforms know people by: an empty text at the till does not take it from them.
bool is_identifier(std::string_view name) {
  return name == "customer_id" || name == "member_number" || name == "email" ||
         name == "personal_id";
}

void keep_if_new(TextList& list, std::string text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end())
    list.push_back(std::move(text));
}

TextList without_repeats(TextList first, const TextList& then) {
  TextList list;
  for (std::string& text : first) keep_if_new(list, std::move(text));
  for (const std::string& text : then) keep_if_new(list, text);
  return list;
}

}  // namespace

std::span<const CustomerField> customer_fields() {
  return fields;
}

bool is_customer_field(std::string_view name) {
  return name == phone_field || find_field(name) != nullptr;
}

TextList values_of(const Customer& customer, std::string_view field) {
  if (field == phone_field) return customer.phones;
  const CustomerField* found = find_field(field);
  if (found == nullptr || (customer.*found->text).empty()) return {};
  return {customer.*found->text};
}

void set_values(Customer& customer, std::string_view field, TextList values) {
  if (field == phone_field) {
    customer.phones = without_repeats(std::move(values), {});
    return;
  }
  const CustomerField* found = find_field(field);
  if (found == nullptr) return;
  customer.*found->text = values.empty() ? std::string{} : std::move(values.front());
}

Customer changed(const Customer& before, const CustomerChange& change) {
  Customer after = before;
  for (const CustomerField& field : fields) {
    if (!change.given.contains(field.name)) continue;
    const std::string& said = change.values.*field.text;
    if (said.empty() && is_identifier(field.name)) continue;
    const bool is_ours = field.name == "customer_id";
    if (is_ours && !before.customer_id.empty()) continue;
    after.*field.text = said;
  }
  if (change.given.contains(phone_field))
    after.phones = without_repeats(change.values.phones, before.phones);
  return after;
}

std::vector<std::string> differences(const Customer& before, const Customer& after) {
  std::vector<std::string> names;
  for (const CustomerField& field : fields) {
    if (before.*field.text != after.*field.text) names.emplace_back(field.name);
  }
  if (before.phones != after.phones) names.emplace_back(phone_field);
  return names;
}

// Platforms keep whole seconds: what was decided within one is a tie.
bool replaces(const ConsentDecision& said, const std::optional<ConsentDecision>& known) {
  if (!known) return true;
  const std::int64_t said_at = to_unix_seconds(said.at);
  const std::int64_t known_at = to_unix_seconds(known->at);
  if (said_at != known_at) return said_at > known_at;
  return !said.given && known->given;
}

}  // namespace tillbridge::model
