#include "flows/order_readiness.h"

#include <boost/algorithm/string/join.hpp>

namespace tillbridge::flows {

using model::OrderKind;
using State = Verdict::State;

Verdict verdict(State state, std::string reason) {
  Verdict v;
  v.state = state;
  v.reason = std::move(reason);
  return v;
}

std::optional<Verdict> decided_by_kind(const model::Order& order, OrderKind kind,
                                       bool cancelled_is_sent) {
  switch (kind) {
    case OrderKind::booking:
      return verdict(State::skipped, "a booking: what is sold from it is an order of its own");
    case OrderKind::parked:
      return verdict(State::skipped, "a parked cart: what is sold from it is an order of its own");
    case OrderKind::abandoned:
      return verdict(State::skipped, "the order was abandoned");
    case OrderKind::open:
      return verdict(State::wait, "the order is open");
    case OrderKind::unknown:
      if (order.type == model::OrderType::unknown)
        return verdict(State::faulty_data, "the order's type is not known to Tillbridge");
      return verdict(State::wait, "the order's state is not known to Tillbridge");
    case OrderKind::cancelled:
      if (!cancelled_is_sent)
        return verdict(State::skipped, "cancelled orders are not sent (setting)");
      if (!order.has_sale_lines())
        return verdict(State::skipped, "cancelled before anything was sold");
      break;
    case OrderKind::sale:
    case OrderKind::returned:
    case OrderKind::mixed:
    case OrderKind::empty:
      break;
  }
  const std::vector<std::string> missing = model::missing_parts(order);
  if (!missing.empty())
    return verdict(State::wait, "incomplete: " + boost::algorithm::join(missing, ", "));
  if (kind == OrderKind::empty) return verdict(State::wait, "incomplete: no rows with a quantity");
  return std::nullopt;
}

std::string planned_reason(OrderKind kind, bool inherited) {
  std::string reason(model::name(kind));
  if (inherited) reason += " by a guest, under the identity of the original sale";
  return reason;
}

}  // namespace tillbridge::flows
