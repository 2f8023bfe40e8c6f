#pragma once
// What the Klaviyo events of an order share: amounts, properties, the event around them. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "flows/klaviyo_person.h"
#include "flows/klaviyo_settings.h"
#include "flows/order_side.h"
#include "flows/plan_parts.h"

namespace tillbridge::flows::klaviyo {

// The order that is being planned, with everything that its flows read.
struct About {
  const model::Order& order;
  const Identity& identity;
  const Person& person;
  const KlaviyoSettings& settings;
  bool history = false;
};

model::CustomerIds who_of(const Identity& identity);
std::string lane_of(const About& about);  // "customer/..."

// Longer orders take several deliveries of at most 48 parts.
constexpr PartLimits part_limits{.whole_max = 48, .split = 48};

// Properties of an event while they are collected, in their order. Klaviyo takes a 0 and an empty
// text at the top level for "never set" (klaviyo.md 8.1): such amounts become texts, such texts and
// lists are left out.
class EventProperties {
 public:
  void text(std::string_view name, const std::string& text);
  void list(std::string_view name, model::TextList list);
  void number(std::string_view name, Decimal number);
  void amount(std::string_view name, Money amount);
  void flag(std::string_view name, bool yes);
  void rows(std::string_view name, std::vector<model::PropertyList> rows);
  model::PropertyList take() && { return std::move(properties_); }

 private:
  void put(std::string_view name, model::PropertyValue value);

  model::PropertyList properties_;
};

Money paid(const OrderSide& side, const KlaviyoSettings& settings);
Money row_total(const SideRow& row, const KlaviyoSettings& settings);
Result<Money> item_price(const SideRow& row, const KlaviyoSettings& settings);

// Source Name, StoreName, StoreId
void add_place(EventProperties& properties, const About& about);
// ItemNames, SKUs, Item Count
void add_contents(EventProperties& properties, const OrderSide& side);
// One object of `Items`.
Result<model::PropertyList> item_of(const SideRow& row, const KlaviyoSettings& settings);

// Placed Order and Cancelled Order.
Result<EventProperties> order_properties(const About& about, const OrderSide& side);

// id: without the prefix. value: left out when negative.
model::CustomerEvent event_of(const About& about, const std::string& metric, Instant at,
                              const std::string& id, Money value, EventProperties properties);

}  // namespace tillbridge::flows::klaviyo
