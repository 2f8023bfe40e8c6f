// The exact content of each event at Klaviyo (docs/flows/klaviyo.md from "Values" on).
#include <algorithm>
#include <cstdlib>

#include "ledger/amounts.h"
#include "ledger/expected_klaviyo.h"

namespace sandbox {
namespace {

namespace bj = boost::json;

void put_distinct(bj::object& into, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;  // an empty list is left out
  bj::array list;
  for (const std::string& text : texts) list.emplace_back(bj::string(text));
  into[key] = std::move(list);
}

std::vector<std::string> distinct(const std::vector<const TillRow*>& rows,
                                  std::string TillRow::* member) {
  std::vector<std::string> found;
  for (const TillRow* row : rows) {
    const std::string& text = row->*member;
    if (!text.empty() && std::find(found.begin(), found.end(), text) == found.end())
      found.push_back(text);
  }
  return found;
}

class Values {
 public:
  Values(const TillOrder& order, const KlaviyoExpectations& expectations)
      : digits_(minor_digits(order.currency)), net_(expectations.value == "net") {}

  double major(std::int64_t minor) const { return in_major_units(minor, digits_); }
  // A property that is zero would be taken for one that was never set.
  void put_amount(bj::object& into, std::string_view key, std::int64_t minor) const {
    if (minor == 0) {
      into[key] = "0";
    } else {
      into[key] = major(minor);
    }
  }
  std::int64_t row_total(const TillRow& row) const {
    return std::abs(net_ ? row.net_minor : row.net_minor + row.vat_minor);
  }
  std::int64_t item_price(const TillRow& row) const {
    return rounded_quotient(row_total(row), std::abs(row.quantity));
  }
  double paid(const TillOrder& order, bool returned) const {
    return major(net_ ? net_minor(order, returned) : paid_minor(order, returned));
  }

 private:
  int digits_;
  bool net_;
};

bj::array items_of(const TillOrder& order, bool returned, const Values& values) {
  bj::array items;
  for (const TillRow* row : side_of(order, returned)) {
    bj::object item;
    put_text(item, "ProductID", row->sku);
    put_text(item, "SKU", row->sku);
    put_text(item, "ProductName", row->title);
    item["Quantity"] = std::abs(row->quantity);
    item["ItemPrice"] = values.major(values.item_price(*row));
    item["RowTotal"] = values.major(values.row_total(*row));
    if (returned) {
      put_text(item, "Reason", row->reason.empty() ? order.reason : row->reason);
      if (row->original_index) item["OriginalLineId"] = std::to_string(*row->original_index);
    }
    items.push_back(std::move(item));
  }
  return items;
}

void add_place(bj::object& into, const TillOrder& order, const KlaviyoExpectations& expectations) {
  put_text(into, "Source Name", order.register_id.empty() ? "Web" : expectations.source_name);
  put_text(into, "StoreName", order.store_name);
  put_text(into, "StoreId", order.store_code);
}

void add_goods(bj::object& into, const TillOrder& order, bool returned, const Values& values) {
  const auto rows = side_of(order, returned);
  std::int64_t pieces = 0;
  for (const TillRow* row : rows) pieces += std::abs(row->quantity);
  put_distinct(into, "ItemNames", distinct(rows, &TillRow::title));
  put_distinct(into, "SKUs", distinct_skus(rows));
  into["Item Count"] = pieces;
  into["Items"] = items_of(order, returned, values);
}

std::int64_t discount_of(const TillRow& row) {
  const std::int64_t per_piece = rounded_quotient(
      static_cast<__int128>(row.unit_discount_net_minor) * (100 + row.vat_percent), 100);
  return per_piece * row.quantity;
}

void fill_placed(ExpectedContent& event, const TillOrder& order, const Values& values,
                 const KlaviyoExpectations& expectations) {
  bj::object& properties = event.properties;
  properties["OrderId"] = std::to_string(order.order_id);
  put_text(properties, "ReceiptId", order.receipt_id);
  add_place(properties, order, expectations);
  add_goods(properties, order, false, values);
  bool discounted = false;
  std::int64_t discount = 0;
  const auto rows = side_of(order, false);
  for (const TillRow* row : rows) {
    discounted = discounted || row->unit_discount_net_minor != 0;
    discount += discount_of(*row);
  }
  properties["Is Discounted"] = discounted;
  values.put_amount(properties, "DiscountValue", discount);
  if (!rows.front()->voucher_code.empty()) {
    properties["DiscountCode"] = rows.front()->voucher_code;
  } else {
    // "The first row's voucher code" may be read as the first that there is.
    for (const TillRow* row : rows) {
      if (row->voucher_code.empty()) continue;
      event.allowed["DiscountCode"] = row->voucher_code;
      break;
    }
  }
  if (order.exchange_return_id)
    properties["ExchangeRefundId"] = std::to_string(*order.exchange_return_id);
}

void fill_product(bj::object& into, const TillOrder& order, const TillRow& row,
                  const Values& values, const KlaviyoExpectations& expectations) {
  into["OrderId"] = std::to_string(order.order_id);
  into["LineId"] = std::to_string(row.index);
  put_text(into, "ProductID", row.sku);
  put_text(into, "SKU", row.sku);
  put_text(into, "ProductName", row.title);
  into["Quantity"] = std::abs(row.quantity);
  values.put_amount(into, "ItemPrice", values.item_price(row));
  add_place(into, order, expectations);
  put_text(into, "DiscountCode", row.voucher_code);
}

void fill_refunded(ExpectedContent& event, const TillOrder& order, const Values& values,
                   const KlaviyoExpectations& expectations) {
  bj::object& properties = event.properties;
  properties["OrderId"] = std::to_string(order.original_order_id.value_or(order.order_id));
  properties["RefundId"] = std::to_string(order.order_id);
  put_text(properties, "ReceiptId", order.receipt_id);
  add_place(properties, order, expectations);
  add_goods(properties, order, true, values);
  put_return_reason(event, order, "Reason");
  if (order.exchange_sale_id)
    properties["ExchangeOrderId"] = std::to_string(*order.exchange_sale_id);
}

std::int64_t refund_id(const TillOrder& order, bool takes_originals_id,
                       const KlaviyoExpectations& expectations) {
  const bool originals = expectations.refund_ids == "order" ||
                         (expectations.refund_ids == "first" && takes_originals_id);
  return originals ? order.original_order_id.value_or(order.order_id) : order.order_id;
}

void expect_profile_of_sale(KlaviyoContent& content, const TillOrder& order,
                            const KlaviyoExpectations& expectations) {
  content.last_store = order.store_name;
  if (expectations.purchased_skus_property.empty()) return;
  content.bought = distinct_skus(side_of(order, false));
  content.purchased_skus = content.bought.empty() ? KlaviyoContent::PurchasedSkus::optional
                                                  : KlaviyoContent::PurchasedSkus::required;
}

}  // namespace

std::vector<std::string> distinct_skus(const std::vector<const TillRow*>& rows) {
  return distinct(rows, &TillRow::sku);
}

KlaviyoContent content_for_klaviyo(const TillOrder& order, EffectKey key,
                                   const std::string& customer_key, bool takes_originals_id,
                                   const KlaviyoExpectations& expectations) {
  const Values values(order, expectations);
  KlaviyoContent content;
  ExpectedContent& event = content.event;
  event.type = klaviyo_name(key.kind, expectations);
  event.ids[klaviyo_identifier(expectations)] = customer_key;
  event.timestamp_min = static_cast<double>(order.order_date_s);
  event.timestamp_max = event.timestamp_min;
  content.currency = order.currency;
  content.backfill = is_history(order, expectations);
  std::string id = std::to_string(order.order_id);
  switch (key.kind) {
    case EffectKind::purchase:
      content.value = values.paid(order, false);
      fill_placed(event, order, values, expectations);
      if (!content.backfill) expect_profile_of_sale(content, order, expectations);
      break;
    case EffectKind::purchase_item: {
      const auto row = std::find_if(order.rows.begin(), order.rows.end(), [&key](const auto& one) {
        return one.index == key.row && one.quantity > 0;
      });
      event.timestamp_min = event.timestamp_max += 1;  // klaviyo.md 9.3
      id += ":" + std::to_string(key.row);
      if (row == order.rows.end()) break;
      content.value = values.major(values.row_total(*row));
      fill_product(event.properties, order, *row, values, expectations);
      break;
    }
    case EffectKind::return_header:
      content.value = values.paid(order, true);
      id = std::to_string(refund_id(order, takes_originals_id, expectations));
      fill_refunded(event, order, values, expectations);
      if (content.backfill || expectations.purchased_skus_property.empty()) break;
      content.purchased_skus = KlaviyoContent::PurchasedSkus::optional;
      content.returned = distinct_skus(side_of(order, true));
      break;
    case EffectKind::cancellation:
      content.value = values.paid(order, false);
      fill_placed(event, order, values, expectations);
      put_text(event.properties, "Reason", order.reason);
      set_time_of_cancellation(event, order);
      break;
    case EffectKind::customer_update:
    case EffectKind::return_item:
      break;  // not at Klaviyo
  }
  content.unique_id = expectations.id_prefix + id;
  return content;
}

}  // namespace sandbox
