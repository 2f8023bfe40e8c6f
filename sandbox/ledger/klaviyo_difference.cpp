// An event that Klaviyo took against what had to arrive.
#include <algorithm>
#include <cmath>
#include <set>

#include "ledger/comparison.h"
#include "ledger/expected_klaviyo.h"

namespace sandbox {
namespace {

namespace bj = boost::json;
using PurchasedSkus = KlaviyoContent::PurchasedSkus;

bool is_identifier(std::string_view key) {
  return key == "email" || key == "external_id" || key == "phone_number";
}

// What this order alone decides about the list of purchased SKUs.
std::optional<std::string> list_differs(const KlaviyoContent& expected, const bj::value& got,
                                        std::size_t length_max) {
  const bj::array* list = got.if_array();
  if (list == nullptr) return "is no list";
  if (list->size() > length_max) return "is too long";
  std::set<std::string> known;
  for (const bj::value& entry : *list) {
    if (!entry.is_string()) return "holds something that is no text";
    if (!known.emplace(entry.get_string()).second) return "holds an SKU twice";
  }
  for (const std::string& sku : expected.returned)
    if (known.contains(sku)) return "holds the returned " + sku;
  const std::size_t tail = std::min(expected.bought.size(), length_max);
  if (list->size() < tail) return "lacks what was bought";
  for (std::size_t i = list->size() - tail; i < list->size(); ++i) {
    const std::string sku((*list)[i].get_string());
    if (std::find(expected.bought.begin(), expected.bought.end(), sku) == expected.bought.end())
      return "does not end with what was bought";
  }
  return std::nullopt;
}

std::optional<std::string> properties_differ(const KlaviyoContent& expected, const bj::object& got,
                                             bool shared, const KlaviyoExpectations& expectations) {
  const std::string& list = expectations.purchased_skus_property;
  for (const auto& [key, value] : got) {
    if (shared && (key == "Last Store" || key == list)) continue;
    if (key == "Last Store" && !expected.last_store.empty()) {
      if (value.is_string() && value.get_string() == expected.last_store) continue;
      return "profile's Last Store is " + shown(value) + ", expected " + expected.last_store;
    }
    if (expected.purchased_skus == PurchasedSkus::none || key != list)
      return "profile's " + std::string(key) + " is not expected";
    if (const auto differs = list_differs(expected, value, expectations.purchased_skus_max))
      return "profile's " + list + " " + *differs;
  }
  if (!expected.last_store.empty() && !got.contains("Last Store"))
    return "profile's Last Store is absent";
  if (expected.purchased_skus == PurchasedSkus::required && !got.contains(list))
    return "profile's " + list + " is absent";
  return std::nullopt;
}

std::optional<std::string> profile_differs(const KlaviyoContent& expected, const ReceivedEvent& got,
                                           const KlaviyoExpectations& expectations) {
  static const bj::object none;
  const bj::object* properties = &none;
  for (const auto& [key, value] : got.profile) {
    if (key == "properties" && value.is_object()) {
      properties = &value.get_object();
      continue;
    }
    const bj::value* id = is_identifier(key) ? expected.event.ids.if_contains(key) : nullptr;
    if (id == nullptr || *id != value) return "profile's " + std::string(key) + " is not expected";
  }
  return properties_differ(expected, *properties, got.profile_shared, expectations);
}

}  // namespace

std::optional<std::string> klaviyo_difference(const KlaviyoContent& expected,
                                              const ReceivedEvent& got,
                                              const KlaviyoExpectations& expectations) {
  if (auto differs = difference(expected.event, got)) return differs;
  if (got.unique_id != expected.unique_id)
    return "unique_id is " + got.unique_id + ", expected " + expected.unique_id;
  if (!got.value) return "without a value";
  if (std::abs(*got.value - expected.value) > number_tolerance)
    return "value is " + shown(*got.value) + ", expected " + shown(expected.value);
  if (got.value_currency != expected.currency)
    return "currency is " + got.value_currency + ", expected " + expected.currency;
  if (got.backfill != expected.backfill)
    return got.backfill ? "is marked as history" : "is not marked as history";
  return profile_differs(expected, got, expectations);
}

}  // namespace sandbox
