#include "model/order.h"

#include <algorithm>

namespace tillbridge::model {

bool Order::has_sale_lines() const {
  return std::any_of(lines.begin(), lines.end(), [](const OrderLine& line) {
    return !line.quantity.is_negative() && !line.quantity.is_zero();
  });
}

bool Order::has_return_lines() const {
  return std::any_of(lines.begin(), lines.end(),
                     [](const OrderLine& line) { return line.is_return(); });
}

OrderKind classify(const Order& order) {
  switch (order.type) {
    case OrderType::booking:
      return OrderKind::booking;
    case OrderType::parked:
      return OrderKind::parked;
    case OrderType::unknown:
      return OrderKind::unknown;
    case OrderType::order:
      break;
  }
  switch (order.state) {
    case OrderState::open:
      return OrderKind::open;
    case OrderState::cancelled:
      return OrderKind::cancelled;
    case OrderState::abandoned:
      return OrderKind::abandoned;
    case OrderState::unknown:
      return OrderKind::unknown;
    case OrderState::closed:
      break;
  }
  const bool sold = order.has_sale_lines();
  const bool returned = order.has_return_lines();
  if (sold && returned) return OrderKind::mixed;
  if (sold) return OrderKind::sale;
  return returned ? OrderKind::returned : OrderKind::empty;
}

std::string_view name(OrderKind kind) {
  switch (kind) {
    case OrderKind::sale:
      return "sale";
    case OrderKind::returned:
      return "return";
    case OrderKind::mixed:
      return "mixed";
    case OrderKind::booking:
      return "booking";
    case OrderKind::parked:
      return "parked";
    case OrderKind::open:
      return "open";
    case OrderKind::cancelled:
      return "cancelled";
    case OrderKind::abandoned:
      return "abandoned";
    case OrderKind::empty:
      return "empty";
    case OrderKind::unknown:
      return "unknown";
  }
  return "unknown";
}

std::vector<std::string> missing_parts(const Order& order) {
  std::vector<std::string> missing;
  if (order.lines.empty()) missing.emplace_back("no rows");
  if (order.currency.code().empty()) missing.emplace_back("no currency");
  if (order.ordered_at == Instant{}) missing.emplace_back("no date");
  if (order.state == OrderState::closed && order.payment_state != PaymentState::paid)
    missing.emplace_back("not paid");
  for (const OrderLine& line : order.lines) {
    if (line.sku.empty()) missing.push_back("row " + line.line_id + " has no SKU");
  }
  return missing;
}

}  // namespace tillbridge::model
