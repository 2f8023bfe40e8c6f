// The sold rows of an order: customer update, `purchase`, one `purchase_item` per row.

#include "flows/bloomreach_flows.h"
#include "flows/bloomreach_purchase.h"

namespace tillbridge::flows {

Result<std::vector<Plan>> plan_sale(const model::Order& order, const Identity& identity,
                                    const BloomreachSettings& settings) {
  TB_TRY(const Side side, side_of(order, Direction::sold, settings));
  std::vector<model::TrackedEffect> parts;
  if (!settings.profile_window) {
    if (auto update = customer_update(order, identity, settings))
      parts.emplace_back(std::move(*update));
  }
  PurchaseHead head;
  head.id = purchase_id(order, settings);
  head.status = "success";
  append_event(parts, purchase_draft(order, side, head, settings), identity.opening,
               order.ordered_at);
  for (const Row& row : side.rows) {
    append_event(parts, purchase_item_draft(order, row, head, settings), identity.ids,
                 order.ordered_at);
  }
  return divide_into_plans("sale_to_bloomreach", "sale/" + order.id, customer_lane(identity),
                           std::move(parts), part_limits);
}

}  // namespace tillbridge::flows
