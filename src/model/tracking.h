#pragma once
// What flows plan for a marketing platform: customer updates and customer events with exact,
// ordered properties. The platform's connector turns each into its exact bytes. Plain values; any
// thread.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"

namespace tillbridge::model {

// A property value. Number keeps its text, so that the same amount always gives the same bytes
// ("499.00").
struct Number {
  std::string text;
  friend bool operator==(const Number&, const Number&) = default;
};
struct Property;
using PropertyList = std::vector<Property>;
using TextList = std::vector<std::string>;
using PropertyValue = std::variant<std::string, Number, bool, TextList, std::vector<PropertyList>>;
struct Property {
  std::string name;
  PropertyValue value;
};

struct CustomerIds {
  // In this order on the wire; the hard ID first.
  std::vector<std::pair<std::string, std::string>> ids;
};

struct CustomerUpdate {
  CustomerIds who;
  PropertyList properties;
  Instant changed_at;
};

struct CustomerEvent {
  CustomerIds who;
  std::string type;
  Instant at;
  PropertyList properties;
};

using TrackedEffect = std::variant<CustomerUpdate, CustomerEvent>;

}  // namespace tillbridge::model
