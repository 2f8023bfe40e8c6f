#include "sitoo/order.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"

namespace sandbox::sitoo {

namespace {

std::optional<std::int64_t> number_in(const StringMap& map, std::string_view key) {
  const std::string_view text = map.get(key);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

TillRow till_row_of(const OrderItem& item, int index) {
  TillRow row;
  row.index = index;
  row.sku = item.sku;
  row.title = item.product_name;
  row.quantity = item.quantity;
  row.net_minor = item.net;
  row.vat_minor = item.vat;
  row.unit_original_net_minor = item.unit_net_original;
  row.unit_discount_net_minor = item.unit_discount;
  row.vat_percent = item.vat_basis_points / 100;
  row.voucher_code = item.voucher_code;
  row.reason = item.additional.get("reasoncode-return");
  if (const auto original = number_in(item.additional, "pos-originalsales-orderitemid")) {
    row.original_index = static_cast<int>(*original);
  }
  return row;
}

}  // namespace

void StringMap::set(std::string_view key, std::string value) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [key](const auto& entry) { return entry.first == key; });
  if (value.empty()) {
    if (found != entries_.end()) entries_.erase(found);
  } else if (found != entries_.end()) {
    found->second = std::move(value);
  } else {
    entries_.emplace_back(std::string(key), std::move(value));
  }
}

std::string_view StringMap::get(std::string_view key) const {
  for (const auto& [name, value] : entries_) {
    if (name == key) return value;
  }
  return {};
}

std::int64_t divide_half_up(std::int64_t numerator, std::int64_t denominator) {
  TB_ASSERT(denominator > 0);
  const std::int64_t magnitude = numerator < 0 ? -numerator : numerator;
  const std::int64_t quotient = (2 * magnitude + denominator) / (2 * denominator);
  return numerator < 0 ? -quotient : quotient;
}

void compute_item(OrderItem& item) {
  TB_ASSERT(item.quantity != 0);
  const std::int64_t paid = item.row_price - item.row_discount;
  const std::int64_t factor = 10'000 + item.vat_basis_points;
  item.net = divide_half_up(paid * 10'000, factor);
  item.vat = paid - item.net;
  const std::int64_t sign = item.quantity < 0 ? -1 : 1;
  const std::int64_t units = sign * item.quantity;
  item.unit_net_original = divide_half_up(sign * item.row_price * 10'000, factor * units);
  item.unit_net = divide_half_up(sign * paid * 10'000, factor * units);
  item.unit_discount = item.row_discount == 0 ? 0 : item.unit_net_original - item.unit_net;
}

void compute_totals(Order& order) {
  order.net = 0;
  order.vat = 0;
  for (OrderItem& item : order.items) {
    compute_item(item);
    order.net += item.net;
    order.vat += item.vat;
  }
}

TillOrder till_order_of(const Order& order) {
  const StringMap& more = order.additional;
  TillOrder till;
  till.order_id = order.id;
  till.kind = order.kind;
  till.state = static_cast<TillState>(order.state);
  till.order_type = order.type;
  till.payment_state = order.payment_state;
  till.order_date_s = order.date_s;
  till.currency = order.currency;
  till.paid_minor = order.gross_all();
  till.roundoff_minor = order.roundoff;
  till.customer_id = more.get("crm-customerid");
  till.member_number = more.get("crm-membernumber");
  till.email = order.texts.get("email");
  till.phone = order.texts.get("phone");
  till.name_first = order.texts.get("namefirst");
  till.name_last = order.texts.get("namelast");
  till.cookie = more.get("web-cookie");
  till.store_code = more.get("store-externalid");
  till.store_name = more.get("store-name");
  till.register_id = order.register_id;
  till.staff_code = more.get("pos-staff-externalid");
  till.receipt_id = more.get("pos-receiptid");
  till.zone = order.zone;
  till.original_order_id = number_in(more, "pos-originalsales-orderid");
  if (!till.original_order_id) till.original_order_id = order.credit_order_id;
  till.exchange_sale_id = number_in(more, "pos-refundsales-orderid");
  till.exchange_return_id = number_in(more, "pos-refund-orderid");
  till.source_order_id = number_in(more, "pos-sourceorderid");
  till.reason = more.get("refundreasoncode-reasoncode");
  for (const Payment& payment : order.payments) {
    if (payment.additional.get("virtual-payment") == "true") {
      till.has_virtual_payment = true;
    } else {
      till.payment_names.push_back(payment.name);
    }
  }
  for (std::size_t i = 0; i < order.items.size(); ++i) {
    till.rows.push_back(till_row_of(order.items[i], static_cast<int>(i)));
  }
  till.final_sequence = order.final_sequence;
  till.final_at_us = order.final_at_us;
  till.final_event_date_s = order.final_event_date_s;
  return till;
}

}  // namespace sandbox::sitoo
