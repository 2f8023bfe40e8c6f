// The rows of an order that were brought back: one `Refunded Order`.

#include "flows/klaviyo_flows.h"

namespace tillbridge::flows::klaviyo {
namespace {

Result<model::PropertyList> returned_item(const About& about, const SideRow& row) {
  TB_TRY(model::PropertyList item, item_of(row, about.settings));
  const std::string reason = row_reason(about.order, *row.line);
  if (!reason.empty()) item.push_back({"Reason", reason});
  if (!row.line->original_line_id.empty())
    item.push_back({"OriginalLineId", row.line->original_line_id});
  return item;
}

}  // namespace

std::string refund_fact_key(const model::Order& order, const KlaviyoSettings& settings) {
  const bool asks = settings.refund_ids == KlaviyoSettings::RefundIds::first &&
                    order.has_return_lines() && !order.original_order_id.empty();
  return asks ? "refund/" + order.original_order_id : std::string{};
}

RefundId refund_id(const model::Order& order, const Facts& facts, const KlaviyoSettings& settings) {
  using Ids = KlaviyoSettings::RefundIds;
  if (order.original_order_id.empty() || settings.refund_ids == Ids::refund)
    return {order.id, std::nullopt};
  if (settings.refund_ids == Ids::order) return {order.original_order_id, std::nullopt};
  const std::string key = refund_fact_key(order, settings);
  const std::string* taken_by = facts.find(key);
  if (taken_by != nullptr && !taken_by->empty() && *taken_by != order.id)
    return {order.id, std::nullopt};
  return {order.original_order_id, Fact{key, order.id}};
}

Result<std::vector<Plan>> plan_return(const About& about, const RefundId& refund,
                                      const std::optional<model::TextList>& purchased) {
  const model::Order& order = about.order;
  TB_TRY(const OrderSide side, order_side(order, Direction::returned));
  std::vector<model::PropertyList> items;
  for (const SideRow& row : side.rows) {
    TB_TRY(model::PropertyList item, returned_item(about, row));
    items.push_back(std::move(item));
  }
  EventProperties properties;
  properties.text("OrderId", order.original_order_id.empty() ? order.id : order.original_order_id);
  properties.text("RefundId", order.id);
  properties.text("ReceiptId", order.receipt_id);
  add_place(properties, about);
  add_contents(properties, side);
  properties.text("Reason", return_reason(order, side));
  properties.rows("Items", std::move(items));
  properties.text("ExchangeOrderId", order.exchange_sale_id);

  model::CustomerEvent refunded = event_of(about, "Refunded Order", order.ordered_at, refund.id,
                                           paid(side, about.settings), std::move(properties));
  // An empty list is said as well: it takes the last SKU out.
  if (purchased && !about.history)
    refunded.customer_properties.push_back({about.settings.purchased_skus_property, *purchased});
  std::vector<model::TrackedEffect> parts;
  parts.emplace_back(std::move(refunded));
  return divide_into_plans("return_to_klaviyo", "return/" + order.id, lane_of(about),
                           std::move(parts), part_limits);
}

}  // namespace tillbridge::flows::klaviyo
