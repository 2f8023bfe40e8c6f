#include "flows/order_side.h"

#include <algorithm>

namespace tillbridge::flows {
namespace {

Money turned(Money amount, Direction direction) {
  return direction == Direction::returned ? -amount : amount;
}

bool belongs_to(const model::OrderLine& line, Direction direction) {
  return !line.quantity.is_zero() && line.is_return() == (direction == Direction::returned);
}

}  // namespace

Result<OrderSide> order_side(const model::Order& order, Direction direction) {
  OrderSide side;
  side.direction = direction;
  Money gross(0, order.currency);
  side.net = Money(0, order.currency);
  for (const model::OrderLine& line : order.lines) {
    if (!belongs_to(line, direction)) continue;
    SideRow row;
    row.line = &line;
    row.quantity = line.quantity.magnitude();
    row.net = turned(line.net, direction);
    TB_TRY(const Money with_tax, add(line.net, line.vat));
    row.gross = turned(with_tax, direction);
    TB_TRY(gross, add(gross, row.gross));
    TB_TRY(side.net, add(side.net, row.net));
    TB_TRY(side.quantity, add(side.quantity, row.quantity));
    side.rows.push_back(row);
  }
  const bool mixed = order.has_sale_lines() && order.has_return_lines();
  side.paid = mixed ? gross : turned(order.paid, direction);
  if (side.paid.is_negative() || side.net.is_negative()) {
    return fail(Error::Kind::invalid_input,
                direction == Direction::sold
                    ? "the total of the sold rows is negative"
                    : "the total of the rows brought back is not a repayment");
  }
  return side;
}

model::TextList distinct_skus(const OrderSide& side) {
  model::TextList skus;
  for (const SideRow& row : side.rows) {
    if (std::find(skus.begin(), skus.end(), row.line->sku) == skus.end())
      skus.push_back(row.line->sku);
  }
  return skus;
}

std::string first_voucher(const OrderSide& side) {
  const auto row = std::find_if(side.rows.begin(), side.rows.end(),
                                [](const SideRow& r) { return !r.line->voucher_code.empty(); });
  return row == side.rows.end() ? std::string{} : row->line->voucher_code;
}

std::string return_reason(const model::Order& order, const OrderSide& side) {
  if (!order.reason.empty()) return order.reason;
  const auto row = std::find_if(side.rows.begin(), side.rows.end(),
                                [](const SideRow& r) { return !r.line->reason.empty(); });
  return row == side.rows.end() ? std::string{} : row->line->reason;
}

std::string row_reason(const model::Order& order, const model::OrderLine& line) {
  return line.reason.empty() ? order.reason : line.reason;
}

}  // namespace tillbridge::flows
