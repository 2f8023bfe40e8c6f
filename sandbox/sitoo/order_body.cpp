// Reading of POST and PUT bodies of orders (contract 4.9, 4.10).
#include <cmath>

#include "base/money.h"
#include "sitoo/order_json.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

Result<std::int64_t> money_of(const json::Object& object, std::string_view key,
                              std::int64_t otherwise) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return otherwise;
  if (!value->is_string()) return fail(Kind::invalid_input, std::string(key) + " must be a string");
  TB_TRY(const auto amount, tillbridge::Decimal::parse(value->as_string()));
  return amount.to_units(2);
}

Result<void> take_map(StringMap& map, const json::Object& body, bool merge) {
  const auto* value = body.if_contains("additionaldata");
  if (value == nullptr) return {};
  if (!value->is_object()) return fail(Kind::invalid_input, "additionaldata must be an object");
  if (!merge) map.clear();
  for (const auto& entry : value->as_object()) {
    if (!entry.value().is_string()) {
      return fail(Kind::invalid_input, "additionaldata values must be strings");
    }
    map.set(entry.key(), std::string(entry.value().as_string()));
  }
  return {};
}

Result<OrderItem> item_of(const json::Object& body, OrderItem item, bool merge) {
  if (const auto name = json::text(body, "productname")) item.product_name = *name;
  if (const auto quantity = json::integer(body, "quantity")) {
    if (std::abs(*quantity) > 1'000'000) return fail(Kind::invalid_input, "quantity is too large");
    item.quantity = static_cast<int>(*quantity);
  } else if (item.product_name.empty() || !merge) {
    return fail(Kind::invalid_input, "orderitems: quantity is missing");
  }
  if (item.product_name.empty())
    return fail(Kind::invalid_input, "orderitems: productname is missing");
  if (item.quantity == 0) return fail(Kind::invalid_input, "orderitems: quantity must not be 0");
  if (const auto sku = json::text(body, "sku")) item.sku = *sku;
  if (const auto text = json::text(body, "productattributes")) item.product_attributes = *text;
  if (const auto text = json::text(body, "unitlabel")) item.unit_label = *text;
  if (const auto text = json::text(body, "vouchercode")) item.voucher_code = *text;
  if (const auto text = json::text(body, "vouchername")) item.voucher_name = *text;
  if (const auto* vat = body.if_contains("vatvalue"); vat != nullptr && vat->is_number()) {
    item.vat_basis_points = static_cast<int>(std::lround(vat->to_number<double>() * 100));
  }
  TB_TRY(item.row_price, money_of(body, "moneyrowprice", item.row_price));
  TB_TRY(item.row_discount, money_of(body, "moneyrowdiscount", item.row_discount));
  TB_CHECK(take_map(item.additional, body, merge));
  if (item.row_discount != 0) {
    if (const auto sent = json::text(body, "moneyrowdiscount")) {
      item.additional.set("orderitem-moneyrowdiscount", *sent);
    }
  }
  return item;
}

Result<void> take_items(Order& order, const json::Array& rows, bool merge) {
  if (!merge) order.items.clear();
  for (const auto& row : rows) {
    if (!row.is_object()) return fail(Kind::invalid_input, "orderitems must hold objects");
    const auto index = json::integer(row.as_object(), "orderitemid");
    const bool known =
        merge && index && *index >= 0 && *index < static_cast<std::int64_t>(order.items.size());
    OrderItem old = known ? order.items[static_cast<std::size_t>(*index)] : OrderItem{};
    TB_TRY(OrderItem item, item_of(row.as_object(), std::move(old), known));
    if (known) {
      order.items[static_cast<std::size_t>(*index)] = std::move(item);
    } else {
      order.items.push_back(std::move(item));
    }
  }
  return {};
}

Result<void> take_payments(std::vector<Payment>& payments, const json::Array& rows,
                           std::string_view amount_key) {
  payments.clear();
  for (const auto& row : rows) {
    if (!row.is_object()) return fail(Kind::invalid_input, "payments must hold objects");
    const json::Object& body = row.as_object();
    Payment payment;
    payment.name = json::text(body, "name").value_or("");
    if (payment.name.empty()) return fail(Kind::invalid_input, "payments: name is missing");
    if (!body.contains(amount_key)) return fail(Kind::invalid_input, "payments: amount is missing");
    TB_TRY(payment.amount, money_of(body, amount_key, 0));
    payment.id = json::text(body, "id").value_or("");
    payment.external_id = json::text(body, "externalid").value_or("");
    payment.ref_type = json::text(body, "reftype").value_or("");
    payment.ref_id = json::text(body, "refid").value_or("");
    payment.card_issuer = json::text(body, "cardissuer").value_or("");
    TB_CHECK(take_map(payment.additional, body, false));
    payments.push_back(std::move(payment));
  }
  return {};
}

Result<void> take_state(int& member, const json::Object& body, std::string_view key,
                        std::initializer_list<int> allowed) {
  if (!body.contains(key)) return {};
  const auto value = json::integer(body, key);
  for (const int candidate : allowed) {
    if (value == candidate) {
      member = candidate;
      return {};
    }
  }
  return fail(Kind::invalid_input, std::string(key) + " has an unknown value");
}

}  // namespace

Result<void> apply_order_body(Order& order, const json::Object& body, bool merge) {
  TB_CHECK(take_state(order.type, body, "ordertypeid",
                      {order_type_sale, order_type_booking, order_type_parked}));
  TB_CHECK(take_state(order.state, body, "orderstateid",
                      {state_open, state_closed, state_cancelled, state_abandoned}));
  TB_CHECK(take_state(order.payment_state, body, "paymentstateid", {0, 10, 15, 20, 30, 40}));
  for (const std::string_view field : text_fields()) {
    if (!body.contains(field)) continue;
    order.texts.set(field, json::text(body, field).value_or(""));
  }
  if (const auto id = json::text(body, "externalid")) order.external_id = *id;
  if (const auto id = json::integer(body, "creditorderid")) order.credit_order_id = *id;
  if (const auto date = json::integer(body, "orderdate")) order.date_s = *date;
  if (body.contains("datereserved")) order.date_reserved_s = json::integer(body, "datereserved");
  if (const auto code = json::text(body, "currencycode")) order.currency = *code;
  if (const auto id = json::integer(body, "warehouseid"))
    order.warehouse_id = static_cast<int>(*id);
  TB_CHECK(take_map(order.additional, body, merge));
  if (const auto* rows = json::array(body, "orderitems")) {
    TB_CHECK(take_items(order, *rows, merge));
  }
  if (const auto* rows = json::array(body, "payments")) {
    TB_CHECK(take_payments(order.payments, *rows, "moneyamount"));
  }
  if (const auto* rows = json::array(body, "reservedpayments")) {
    TB_CHECK(take_payments(order.reserved_payments, *rows, "moneyreserved"));
  }
  compute_totals(order);
  return {};
}

}  // namespace sandbox::sitoo
