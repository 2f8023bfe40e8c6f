#pragma once
// What flows plan for a marketing platform: customer updates and customer events with exact,
// ordered properties. The platform's connector turns each into its exact bytes. Plain values; any
// thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/money.h"

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
  PropertyList attributes;  // the platform's own fields of a person, where it tells them apart
  PropertyList properties;
  Instant changed_at;
  // Nobody could be asked whether this person is there already: identifiers (type, value) other
  // than the hard ID by which the delivery looks before it writes. Empty: written straight.
  std::vector<std::pair<std::string, std::string>> look_up_by = {};
};

struct CustomerEvent {
  CustomerIds who;
  std::string type;
  Instant at;
  PropertyList properties;
  // For platforms that keep these apart from the properties:
  std::optional<Money> value;        // revenue, positive
  std::string unique_id;             // the platform keeps the first of those that share it
  PropertyList customer_properties;  // written to the person together with the event
  bool history = false;              // happened long ago: stored, but nobody is mailed about it
};

// A customer's own decision about being addressed, made at `at`.
enum class ConsentChannel : std::uint8_t { email = 1, sms = 2 };
enum class ConsentState : std::uint8_t { unknown = 0, subscribed = 1, unsubscribed = 2 };
struct ConsentAct {
  CustomerIds who;  // the address of the channel: email or phone_number
  ConsentChannel channel = ConsentChannel::email;
  ConsentState decision = ConsentState::unsubscribed;
  Instant at;
  std::string source;  // where it was made, for people: "Till, Uppsala Centrum"
};
std::string_view name(ConsentChannel channel);  // "email", "sms"
std::string_view name(ConsentState state);      // "unknown", "subscribed", "unsubscribed"

using TrackedEffect = std::variant<CustomerUpdate, CustomerEvent>;

}  // namespace tillbridge::model
