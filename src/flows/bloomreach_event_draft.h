#pragma once
// One Bloomreach event while its attributes are collected: keeps their order, applies the
// workspace's names and leaves out what has no value or was renamed to nothing.

#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/money.h"
#include "flows/bloomreach_settings.h"
#include "model/tracking.h"

namespace tillbridge::flows {

// The name on the wire of a documented name ("purchase", "purchase.staff_id", "customer.phone");
// "" when it is left out.
std::string wire_name(const BloomreachSettings& settings, std::string_view prefix,
                      std::string_view name);

class EventDraft {
 public:
  // event: its documented name. settings must outlive the draft.
  EventDraft(std::string_view event, const BloomreachSettings& settings);

  void text(std::string_view attribute, const std::string& value);  // "" is left out
  void number(std::string_view attribute, Decimal value);
  void amount(std::string_view attribute, Money value);  // with the digits of its currency
  void value(std::string_view attribute, model::PropertyValue value);

  // nullopt when the event itself is left out.
  std::optional<model::CustomerEvent> finish(const model::CustomerIds& who, Instant at) &&;

 private:
  std::string event_;
  const BloomreachSettings& settings_;
  model::PropertyList properties_;
};

}  // namespace tillbridge::flows
