// The rows of an order that were brought back: `return` and `return_item`, or a `purchase` with
// status `refund`, by the workspace's pattern.

#include "flows/bloomreach_flows.h"
#include "flows/bloomreach_purchase.h"

namespace tillbridge::flows {
namespace {

// "" when there is no link, or when the sale's own id on the wire cannot be known.
std::string original_purchase_id(const model::Order& order, const model::Order* original,
                                 const BloomreachSettings& settings) {
  if (original != nullptr) return purchase_id(*original, settings);
  const bool is_order_number = settings.purchase_id_from == BloomreachSettings::PurchaseId::order;
  return is_order_number ? order.original_order_id : std::string{};
}

EventDraft return_draft(const model::Order& order, const Side& side, const std::string& return_id,
                        const std::string& original_id, const BloomreachSettings& settings) {
  EventDraft draft("return", settings);
  draft.text("return_id", return_id);
  draft.text("purchase_id", original_id);
  add_totals(draft, order, side);
  draft.text("reason", return_reason(order, side.local));
  add_place(draft, order);
  draft.text("exchange_purchase_id", order.exchange_sale_id);
  return draft;
}

EventDraft return_item_draft(const model::Order& order, const Row& row,
                             const std::string& return_id, const std::string& original_id,
                             const BloomreachSettings& settings) {
  EventDraft draft("return_item", settings);
  draft.text("return_id", return_id);
  draft.text("purchase_id", original_id);
  draft.text("line_id", row.line->line_id);
  draft.text("original_line_id", row.line->original_line_id);
  draft.text("product_id", row.line->sku);
  draft.text("sku", row.line->sku);
  draft.text("title", row.line->title);
  draft.number("quantity", row.quantity);
  draft.amount("price", row.price);
  draft.amount("total_price", row.total);
  draft.amount("total_price_local_currency", row.total_local);
  draft.text("local_currency", std::string(order.currency.code()));
  draft.text("reason", row_reason(order, *row.line));
  draft.text("store_id", order.place.store_code);
  return draft;
}

std::vector<model::TrackedEffect> event_pattern(const model::Order& order, const Side& side,
                                                const std::string& original_id,
                                                const Identity& identity,
                                                const BloomreachSettings& settings) {
  const std::string return_id = purchase_id(order, settings);
  std::vector<model::TrackedEffect> parts;
  append_event(parts, return_draft(order, side, return_id, original_id, settings), identity.opening,
               order.ordered_at);
  for (const Row& row : side.rows) {
    append_event(parts, return_item_draft(order, row, return_id, original_id, settings),
                 identity.ids, order.ordered_at);
  }
  return parts;
}

std::vector<model::TrackedEffect> status_pattern(const model::Order& order, const Side& side,
                                                 const std::string& original_id,
                                                 const Identity& identity,
                                                 const BloomreachSettings& settings) {
  PurchaseHead head;
  head.refund_id = purchase_id(order, settings);
  head.id = original_id.empty() ? head.refund_id : original_id;
  head.status = "refund";
  head.reason = return_reason(order, side.local);
  std::vector<model::TrackedEffect> parts;
  append_event(parts, purchase_draft(order, side, head, settings), identity.opening,
               order.ordered_at);
  for (const Row& row : side.rows) {
    head.reason = row_reason(order, *row.line);
    append_event(parts, purchase_item_draft(order, row, head, settings), identity.ids,
                 order.ordered_at);
  }
  return parts;
}

}  // namespace

Result<std::vector<Plan>> plan_return(const model::Order& order, const model::Order* original,
                                      const Identity& identity,
                                      const BloomreachSettings& settings) {
  TB_TRY(const Side side, side_of(order, Direction::returned, settings));
  const std::string original_id = original_purchase_id(order, original, settings);
  auto parts = settings.returns == BloomreachSettings::Returns::event
                   ? event_pattern(order, side, original_id, identity, settings)
                   : status_pattern(order, side, original_id, identity, settings);
  return divide_into_plans("return_to_bloomreach", "return/" + order.id, customer_lane(identity),
                           std::move(parts), part_limits);
}

}  // namespace tillbridge::flows
