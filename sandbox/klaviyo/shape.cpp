#include "klaviyo/shape.h"

#include <algorithm>

#include <fmt/format.h>

#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

using Kind = Shape::Kind;

void check_members(const Shape& shape, const bj::object& object, const std::string& pointer,
                   const ShapeRules& rules, Errors& errors) {
  for (const Member& member : shape.members) {
    const std::string place = fmt::format("{}/{}", pointer, member.name);
    if (const bj::value* value = object.if_contains(member.name)) {
      check(member.shape, *value, place, rules, errors);
    } else if (member.required) {
      errors.push_back(invalid(place, fmt::format("'{}' is a required field.", member.name)));
    }
  }
  if (!rules.reject_unknown) return;
  for (const auto& [key, value] : object) {
    const bool known = std::any_of(shape.members.begin(), shape.members.end(),
                                   [&key](const Member& member) { return member.name == key; });
    if (!known) {
      errors.push_back(invalid(
          fmt::format("{}/{}", pointer, std::string_view(key)),
          fmt::format("'{}' is not a valid field for this resource.", std::string_view(key))));
    }
  }
}

void check_items(const Shape& shape, const bj::array& items, const std::string& pointer,
                 const ShapeRules& rules, Errors& errors) {
  if (items.size() < shape.items_min || items.size() > shape.items_max) {
    errors.push_back(invalid(pointer, fmt::format("Between {} and {} entries are allowed, not {}.",
                                                  shape.items_min, shape.items_max, items.size())));
    return;
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    check(*shape.item, items[i], fmt::format("{}/{}", pointer, i), rules, errors);
}

bool is_texts(const bj::value& value) {
  return value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(),
                                         [](const bj::value& item) { return item.is_string(); });
}

bool fits(const Shape& shape, const bj::value& value) {
  switch (shape.kind) {
    case Kind::text:
      return value.is_string();
    case Kind::number:
      return value.is_number();
    case Kind::boolean:
      return value.is_bool();
    case Kind::date_time:
    case Kind::date:
      return value.is_string() && time_of(value.get_string()).has_value();
    case Kind::choice:
      return value.is_string() &&
             std::find(shape.values.begin(), shape.values.end(),
                       std::string_view(value.get_string())) != shape.values.end();
    case Kind::number_or_text:
      return value.is_number() || value.is_string();
    case Kind::text_or_texts:
      return value.is_string() || is_texts(value);
    case Kind::free:
    case Kind::object:
      return value.is_object();
    case Kind::list:
      return value.is_array();
  }
  return false;
}

std::string expectation(const Shape& shape) {
  switch (shape.kind) {
    case Kind::number:
      return "must be a number";
    case Kind::boolean:
      return "must be true or false";
    case Kind::date_time:
    case Kind::date:
      return "must be an ISO 8601 date and time";
    case Kind::choice:
      return fmt::format("must be one of: {}", fmt::join(shape.values, ", "));
    case Kind::free:
    case Kind::object:
      return "must be an object";
    case Kind::list:
      return "must be a list";
    default:
      return "must be a string";
  }
}

}  // namespace

void check(const Shape& shape, const bj::value& value, const std::string& pointer,
           const ShapeRules& rules, Errors& errors) {
  if (value.is_null() && shape.nullable) return;
  if (!fits(shape, value)) {
    errors.push_back(invalid(
        pointer,
        fmt::format("'{}' {}.", pointer.substr(pointer.rfind('/') + 1), expectation(shape))));
    return;
  }
  if (shape.kind == Kind::object) check_members(shape, value.get_object(), pointer, rules, errors);
  if (shape.kind == Kind::list) check_items(shape, value.get_array(), pointer, rules, errors);
}

}  // namespace sandbox::klaviyo
