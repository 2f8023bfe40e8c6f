// The sold rows of an order: `Placed Order`, one `Ordered Product` per row.

#include "flows/klaviyo_flows.h"

namespace tillbridge::flows::klaviyo {
namespace {

Result<model::CustomerEvent> ordered_product(const About& about, const SideRow& row) {
  const model::OrderLine& line = *row.line;
  TB_TRY(const Money price, item_price(row, about.settings));
  EventProperties properties;
  properties.text("OrderId", about.order.id);
  properties.text("LineId", line.line_id);
  properties.text("ProductID", line.sku);
  properties.text("SKU", line.sku);
  properties.text("ProductName", line.title);
  properties.number("Quantity", row.quantity);
  properties.amount("ItemPrice", price);
  add_place(properties, about);
  properties.text("DiscountCode", line.voucher_code);
  // One second later, so that the order stands before its products (klaviyo.md 9.3).
  const Instant at = about.order.ordered_at + std::chrono::seconds{1};
  return event_of(about, "Ordered Product", at, about.order.id + ":" + line.line_id,
                  row_total(row, about.settings), std::move(properties));
}

model::PropertyList customer_properties(const About& about,
                                        const std::optional<model::TextList>& purchased) {
  model::PropertyList properties;
  if (about.history) return properties;
  if (purchased) properties.push_back({about.settings.purchased_skus_property, *purchased});
  if (!about.order.place.store_name.empty())
    properties.push_back({"Last Store", about.order.place.store_name});
  return properties;
}

}  // namespace

Result<std::vector<Plan>> plan_sale(const About& about,
                                    const std::optional<model::TextList>& purchased,
                                    const ProfileWrite* first) {
  TB_TRY(const OrderSide side, order_side(about.order, Direction::sold));
  TB_TRY(EventProperties properties, order_properties(about, side));
  std::vector<model::TrackedEffect> parts;
  if (first != nullptr) parts.emplace_back(first->update);
  model::CustomerEvent placed =
      event_of(about, "Placed Order", about.order.ordered_at, about.order.id,
               paid(side, about.settings), std::move(properties));
  placed.customer_properties = customer_properties(about, purchased);
  parts.emplace_back(std::move(placed));
  for (const SideRow& row : side.rows) {
    TB_TRY(model::CustomerEvent product, ordered_product(about, row));
    parts.emplace_back(std::move(product));
  }
  return divide_into_plans("sale_to_klaviyo", "sale/" + about.order.id, lane_of(about),
                           std::move(parts), part_limits);
}

}  // namespace tillbridge::flows::klaviyo
