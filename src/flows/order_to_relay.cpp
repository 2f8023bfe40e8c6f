#include "flows/order_to_relay.h"

#include "model/identity.h"

namespace tillbridge::flows {
namespace {

// 25 (percent) -> 1.25.
Result<Decimal> gross_per_net(Decimal vat_percent) {
  TB_TRY(const Decimal share, multiply(vat_percent, Decimal::of_scaled(1, 2)));
  return add(Decimal::of(1), share);
}

Result<model::RelayedOrder::Line> amounts_of(const model::OrderEvent::Line& line) {
  const Currency currency = line.unit_price.currency();
  TB_TRY(const std::int64_t minor,
         multiply_to_units(line.unit_price.to_decimal(), line.quantity, currency.digits()));
  const Money total{minor, currency};
  TB_TRY(const Decimal factor, gross_per_net(line.vat_percent));
  TB_TRY(const Money net, divide(total, factor));
  TB_TRY(const Money vat, add(total, -net));
  return model::RelayedOrder::Line{total, vat};
}

std::string lane_of(const model::OrderEvent& event) {
  const auto& buyer = event.customer;
  if (!buyer.number.empty()) return "customer/" + buyer.number;
  if (!buyer.email.empty())
    return "customer/" + model::normal_email(buyer.email).value_or(buyer.email);
  if (!buyer.phone.empty()) return "customer/" + buyer.phone;
  return "order/" + event.order_number;
}

}  // namespace

Result<RelayPlan> plan_for_relay(model::OrderEvent event) {
  RelayPlan plan;
  plan.effect = "order_event/" + event.event_id;
  plan.lane = lane_of(event);
  plan.order.vat = Money{0, event.currency};
  plan.order.lines.reserve(event.lines.size());
  for (const model::OrderEvent::Line& line : event.lines) {
    TB_TRY(const auto amounts, amounts_of(line));
    TB_TRY(plan.order.vat, add(plan.order.vat, amounts.vat));
    plan.order.lines.push_back(amounts);
  }
  plan.order.event = std::move(event);
  return plan;
}

}  // namespace tillbridge::flows
