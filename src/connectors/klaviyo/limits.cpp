#include "connectors/klaviyo/limits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace tillbridge::connectors::klaviyo {
namespace {

tl::unexpected<Error> over(std::string what) {
  return fail(Error::Kind::invalid_input, std::move(what));
}

// Names are ours (settings or flows), but they come back from storage: kept short.
std::string quoted(std::string_view name) {
  constexpr std::size_t name_bytes_max = 80;
  return "'" + std::string(name.substr(0, name_bytes_max)) + "'";
}

Result<void> check_value(std::string_view name, const json::Value& value, std::size_t depth) {
  if (depth > nesting_max)
    return over("property " + quoted(name) + " is nested deeper than 10 levels");
  if (const auto* text = value.if_string()) {
    if (text->size() > string_bytes_max)
      return over("a text of property " + quoted(name) + " is over 100 KB");
  } else if (value.is_uint64() &&
             value.get_uint64() >
                 static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return over("an integer of property " + quoted(name) + " is over 64 bits");
  } else if (value.is_double() && !std::isfinite(value.get_double())) {
    return over("a number of property " + quoted(name) + " is too large");
  } else if (const json::Array* items = value.if_array()) {
    if (items->size() > array_items_max)
      return over("property " + quoted(name) + " has " + std::to_string(items->size()) +
                  " items, at most 4000");
    for (const json::Value& item : *items) TB_CHECK(check_value(name, item, depth));
  } else if (const json::Object* members = value.if_object()) {
    for (const auto& member : *members) {
      if (member.key().size() > string_bytes_max)
        return over("a name in property " + quoted(name) + " is over 100 KB");
      TB_CHECK(check_value(name, member.value(), depth + 1));
    }
  }
  return {};
}

}  // namespace

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

Result<void> check_properties(const json::Object& properties) {
  if (properties.size() > event_properties_max)
    return over("an event with " + std::to_string(properties.size()) + " properties, at most 400");
  return check_values(properties);
}

Result<void> check_values(const json::Object& object) {
  for (const auto& member : object) {
    if (member.key().size() > string_bytes_max) return over("a property's name is over 100 KB");
    TB_CHECK(check_value(member.key(), member.value(), 1));
  }
  return {};
}

Result<void> check_identifiers(const json::Object& attributes) {
  bool any = false;
  for (const std::string_view key : {"email", "external_id", "phone_number"}) {
    const json::Value* value = attributes.if_contains(key);
    if (value == nullptr || value->is_null()) continue;
    const auto* text = value->if_string();
    if (text == nullptr || text->empty())
      return over("the person's " + std::string(key) + " is not a text");
    if (text->size() > string_bytes_max)
      return over("the person's " + std::string(key) + " is over 100 KB");
    if (key == "email" && characters(*text) > email_characters_max)
      return over("the person's email is over 100 characters");
    any = true;
  }
  if (!any) return over("nobody is named: email, external_id or phone_number is needed");
  return {};
}

}  // namespace tillbridge::connectors::klaviyo
