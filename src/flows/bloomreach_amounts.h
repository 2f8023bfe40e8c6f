#pragma once
// The amounts of one side of an order (what was sold, or what was brought back), as
// docs/flows/bloomreach.md defines them: positive, in the order's and in the reference currency,
// every step rounded half away from zero.

#include <optional>
#include <vector>

#include "base/result.h"
#include "flows/bloomreach_settings.h"
#include "flows/order_side.h"
#include "model/order.h"

namespace tillbridge::flows {

struct Row {
  const model::OrderLine* line = nullptr;
  Decimal quantity;  // positive
  Money total_local;
  Money total;
  Money price;
  std::optional<Money> original_price;  // only when discounted
  std::optional<Money> discount_value;
};

struct Side {
  OrderSide local;
  std::vector<Row> rows;
  Money paid;
  Money net;  // without tax, reference currency
};

// invalid_input: no rate for the currency, amounts too large or of the wrong sign. The rows point
// into the order.
Result<Side> side_of(const model::Order& order, Direction direction,
                     const BloomreachSettings& settings);

}  // namespace tillbridge::flows
