#pragma once
// One side of an order: what was sold, or what was brought back. Positive amounts in the order's
// own currency; the same for every platform. Rows point into the order. Pure.

#include <string>
#include <vector>

#include "base/result.h"
#include "model/order.h"
#include "model/tracking.h"

namespace tillbridge::flows {

enum class Direction { sold, returned };

struct SideRow {
  const model::OrderLine* line = nullptr;
  Decimal quantity;  // positive
  Money net;
  Money gross;  // net + VAT
};

struct OrderSide {
  Direction direction = Direction::sold;
  std::vector<SideRow> rows;
  Decimal quantity;
  // What was paid: the order's grand total, or in a mixed order the sum of this side's rows.
  Money paid;
  Money net;
};

// invalid_input: amounts too large or of the wrong sign.
Result<OrderSide> order_side(const model::Order& order, Direction direction);

model::TextList distinct_skus(const OrderSide& side);  // in row order
// Of the first row that has one, "" without.
std::string first_voucher(const OrderSide& side);
// Why things came back: the order's reason, else the first row's that has one; for one row its own,
// else the order's.
std::string return_reason(const model::Order& order, const OrderSide& side);
std::string row_reason(const model::Order& order, const model::OrderLine& line);

}  // namespace tillbridge::flows
