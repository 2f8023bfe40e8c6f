#pragma once
// An order event of the retailer's own to another system of theirs (docs/formats/order_event.md).
// Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/order_event.h"

namespace tillbridge::flows {

constexpr std::string_view order_to_relay_flow = "order_to_relay";

struct RelayPlan {
  std::string effect;  // one per event: its repetition has no further effect
  std::string lane;    // the customer's; a guest's order has its own
  model::RelayedOrder order;
};

// invalid_input when its amounts are too large to be counted with.
Result<RelayPlan> plan_for_relay(model::OrderEvent event);

}  // namespace tillbridge::flows
