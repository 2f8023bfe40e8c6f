#include "ledger/comparison.h"

#include <cmath>

#include <boost/json/serialize.hpp>

namespace sandbox {
namespace {

namespace bj = boost::json;

std::optional<std::string> members_differ(const std::string& place, const bj::object& expected,
                                          const bj::object& allowed, const bj::object& got) {
  for (const auto& [key, value] : expected) {
    const bj::value* found = got.if_contains(key);
    if (found == nullptr) return place + std::string(key) + " is absent, expected " + shown(value);
    if (!same_value(value, *found))
      return place + std::string(key) + " is " + shown(*found) + ", expected " + shown(value);
  }
  for (const auto& [key, value] : got) {
    if (expected.contains(key)) continue;
    const bj::value* permitted = allowed.if_contains(key);
    if (permitted == nullptr) return place + std::string(key) + " is not expected";
    if (!permitted->is_null() && !same_value(*permitted, value))
      return place + std::string(key) + " is " + shown(value) + ", expected " + shown(*permitted) +
             " or nothing";
  }
  return std::nullopt;
}

}  // namespace

std::string shown(const bj::value& value) {
  constexpr std::size_t shown_bytes_max = 120;
  std::string text = bj::serialize(value);
  if (text.size() > shown_bytes_max) text = text.substr(0, shown_bytes_max) + "...";
  return text;
}

bool same_value(const bj::value& expected, const bj::value& got) {
  if (expected.is_number() && got.is_number())
    return std::abs(expected.to_number<double>() - got.to_number<double>()) <= number_tolerance;
  if (const bj::array* list = expected.if_array()) {
    const bj::array* other = got.if_array();
    if (other == nullptr || other->size() != list->size()) return false;
    for (std::size_t i = 0; i < list->size(); ++i)
      if (!same_value((*list)[i], (*other)[i])) return false;
    return true;
  }
  if (const bj::object* members = expected.if_object()) {
    const bj::object* other = got.if_object();
    if (other == nullptr || other->size() != members->size()) return false;
    for (const auto& [key, value] : *members) {
      const bj::value* found = other->if_contains(key);
      if (found == nullptr || !same_value(value, *found)) return false;
    }
    return true;
  }
  return expected == got;
}

std::optional<std::string> difference(const ExpectedContent& expected, const ReceivedEvent& got) {
  if (auto ids =
          members_differ("customer_ids.", expected.ids, expected.ids_allowed, got.customer_ids))
    return ids;
  if (expected.type != got.type) return "type is " + got.type + ", expected " + expected.type;
  if (!got.timestamp) return "without a timestamp";
  if (*got.timestamp < expected.timestamp_min - number_tolerance ||
      *got.timestamp > expected.timestamp_max + number_tolerance) {
    return "timestamp is " + shown(*got.timestamp) + ", expected " + shown(expected.timestamp_min) +
           (expected.timestamp_min < expected.timestamp_max ? " to " + shown(expected.timestamp_max)
                                                            : std::string());
  }
  return members_differ("", expected.properties, expected.allowed, got.properties);
}

}  // namespace sandbox
