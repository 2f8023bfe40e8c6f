#pragma once
// Under which identity an order is sent: the one hard ID and the configured soft IDs.

#include <optional>
#include <string>

#include "base/result.h"
#include "flows/bloomreach_settings.h"
#include "flows/order_customer.h"
#include "flows/plan.h"
#include "model/order.h"
#include "model/tracking.h"

namespace tillbridge::flows {

struct Identity {
  std::string hard;            // "": a guest
  model::CustomerIds ids;      // hard ID first, then soft IDs
  model::CustomerIds opening;  // the same with the web cookie: for the first events of the order
  bool inherited = false;      // a guest's return under the identity of the sale it takes back
};

// invalid_input, without the value, when the hard ID cannot be right. Soft IDs that cannot be right
// are left out.
Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const BloomreachSettings& settings);

std::string customer_lane(const Identity& identity);

}  // namespace tillbridge::flows
