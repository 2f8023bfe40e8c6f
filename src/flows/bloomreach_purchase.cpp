#include "flows/bloomreach_purchase.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/trim.hpp>

namespace tillbridge::flows {
namespace {

std::string payment_types(const model::Order& order) {
  std::vector<std::string> names;
  for (const model::Payment& payment : order.payments) {
    if (payment.offset) continue;
    std::string name = boost::algorithm::to_lower_copy(
        boost::algorithm::trim_copy(payment.name, std::locale::classic()), std::locale::classic());
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return boost::algorithm::join(names, ",");
}

std::string source_type(const model::Order& order) {
  return order.rung_up_at_register ? "store" : "online";
}

}  // namespace

std::string purchase_id(const model::Order& order, const BloomreachSettings& settings) {
  switch (settings.purchase_id_from) {
    case BloomreachSettings::PurchaseId::receipt:
      return order.receipt_id.empty() ? order.id : order.receipt_id;
    case BloomreachSettings::PurchaseId::external:
      return order.external_id.empty() ? order.id : order.external_id;
    case BloomreachSettings::PurchaseId::order:
      break;
  }
  return order.id;
}

void add_totals(EventDraft& draft, const model::Order& order, const Side& side) {
  draft.text("purchase_source_type", source_type(order));
  draft.text("purchase_source_name", order.place.store_name);
  std::vector<model::PropertyList> products;
  for (const Row& row : side.rows) {
    const std::string& sku = row.line->sku;
    products.push_back({model::Property{"product_id", sku},
                        model::Property{"quantity", model::Number{row.quantity.to_text()}}});
  }
  draft.value("product_list", std::move(products));
  draft.value("product_ids", distinct_skus(side.local));
  draft.number("total_quantity", side.local.quantity);
  draft.amount("total_price", side.paid);
  draft.amount("total_price_without_tax", side.net);
  draft.amount("total_price_local_currency", side.local.paid);
  draft.text("local_currency", std::string(order.currency.code()));
  draft.text("payment_type", payment_types(order));
}

void add_place(EventDraft& draft, const model::Order& order) {
  draft.text("store_id", order.place.store_code);
  draft.text("register_id", order.place.register_id);
  draft.text("staff_id", order.place.staff_code);
  draft.text("receipt_id", order.receipt_id);
}

EventDraft purchase_draft(const model::Order& order, const Side& side, const PurchaseHead& head,
                          const BloomreachSettings& settings) {
  EventDraft draft(head.event, settings);
  draft.text("purchase_id", head.id);
  draft.text("purchase_status", head.status);
  add_totals(draft, order, side);
  draft.text("voucher_code", first_voucher(side.local));
  add_place(draft, order);
  draft.text("exchange_return_id", order.exchange_return_id);
  draft.text("refund_id", head.refund_id);
  draft.text("reason", head.reason);
  return draft;
}

EventDraft purchase_item_draft(const model::Order& order, const Row& row, const PurchaseHead& head,
                               const BloomreachSettings& settings) {
  EventDraft draft("purchase_item", settings);
  draft.text("purchase_id", head.id);
  draft.text("purchase_status", head.status);
  draft.text("purchase_source_type", source_type(order));
  draft.text("line_id", row.line->line_id);
  draft.text("product_id", row.line->sku);
  draft.text("sku", row.line->sku);
  draft.text("title", row.line->title);
  draft.number("quantity", row.quantity);
  draft.amount("total_price", row.total);
  draft.amount("total_price_local_currency", row.total_local);
  draft.text("local_currency", std::string(order.currency.code()));
  draft.amount("price", row.price);
  if (row.original_price) draft.amount("original_price", *row.original_price);
  if (row.discount_value) draft.amount("discount_value", *row.discount_value);
  draft.text("voucher_code", row.line->voucher_code);
  draft.text("store_id", order.place.store_code);
  draft.text("refund_id", head.refund_id);
  draft.text("reason", head.reason);
  return draft;
}

void append_event(std::vector<model::TrackedEffect>& parts, EventDraft draft,
                  const model::CustomerIds& who, Instant at) {
  if (auto event = std::move(draft).finish(who, at)) parts.emplace_back(std::move(*event));
}

}  // namespace tillbridge::flows
