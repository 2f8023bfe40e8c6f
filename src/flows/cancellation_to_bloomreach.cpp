// An order that was called off before it was closed: one header event.

#include "flows/bloomreach_flows.h"
#include "flows/bloomreach_purchase.h"

namespace tillbridge::flows {

Result<std::vector<Plan>> plan_cancellation(const model::Order& order, const Identity& identity,
                                            const BloomreachSettings& settings) {
  TB_TRY(const Side side, side_of(order, Direction::sold, settings));
  PurchaseHead head;
  head.id = purchase_id(order, settings);
  if (settings.cancelled == BloomreachSettings::Cancelled::event)
    head.event = "cancel_order";
  else
    head.status = "cancelled";
  std::vector<model::TrackedEffect> parts;
  append_event(parts, purchase_draft(order, side, head, settings), identity.opening,
               order.cancelled_at.value_or(order.ordered_at));
  return divide_into_plans("cancellation_to_bloomreach", "cancel/" + order.id,
                           customer_lane(identity), std::move(parts), part_limits);
}

}  // namespace tillbridge::flows
