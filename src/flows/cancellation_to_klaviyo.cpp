// An order that was called off before it was closed: one event.

#include "flows/klaviyo_flows.h"

namespace tillbridge::flows::klaviyo {

Result<std::vector<Plan>> plan_cancellation(const About& about) {
  const model::Order& order = about.order;
  TB_TRY(const OrderSide side, order_side(order, Direction::sold));
  TB_TRY(EventProperties properties, order_properties(about, side));
  properties.text("Reason", order.reason);
  std::vector<model::TrackedEffect> parts;
  parts.emplace_back(event_of(about, about.settings.cancelled_metric,
                              order.cancelled_at.value_or(order.ordered_at), order.id,
                              paid(side, about.settings), std::move(properties)));
  return divide_into_plans("cancellation_to_klaviyo", "cancellation/" + order.id, lane_of(about),
                           std::move(parts), part_limits);
}

}  // namespace tillbridge::flows::klaviyo
