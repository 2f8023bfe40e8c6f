#include "control/scripted_order.h"

#include "base/decimal.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using sitoo::BasketRow;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

Result<std::int64_t> minor_of(const Object& object, std::string_view key) {
  const auto text = json::text(object, key);
  if (!text) return fail(Kind::invalid_input, std::string(key) + " must be text like \"99.50\"");
  TB_TRY(const auto amount, tillbridge::Decimal::parse(*text));
  return amount.to_units(2);
}

Result<std::optional<sitoo::Shopper>> shopper_of(const Object& script,
                                                 const shopping_day::Customers& customers) {
  if (const auto id = json::text(script, "customer")) {
    const auto* known = customers.find(*id);
    if (known == nullptr) return fail(Kind::not_found, "no such customer: " + *id);
    return known->shopper;
  }
  const Object* given = json::object(script, "customer");
  if (given == nullptr) return std::optional<sitoo::Shopper>{};
  sitoo::Shopper shopper;
  shopper.customer_id = json::text(*given, "customer_id").value_or("");
  shopper.member_number = json::text(*given, "member_number").value_or("");
  shopper.email = json::text(*given, "email").value_or("");
  shopper.phone = json::text(*given, "phone").value_or("");
  shopper.name_first = json::text(*given, "name_first").value_or("");
  shopper.name_last = json::text(*given, "name_last").value_or("");
  shopper.cookie = json::text(*given, "cookie").value_or("");
  return shopper;
}

Result<std::vector<BasketRow>> rows_of(const Object& script, const sitoo::Masterdata& data) {
  std::vector<BasketRow> rows;
  const auto* given = json::array(script, "rows");
  if (given == nullptr) {
    rows.push_back(BasketRow{&data.products.front(), 1, 0, std::nullopt, "", "", ""});
    return rows;
  }
  for (const auto& value : *given) {
    if (!value.is_object()) return fail(Kind::invalid_input, "rows must hold objects");
    const Object& body = value.as_object();
    BasketRow row;
    const auto sku = json::text(body, "sku");
    row.product = sku ? data.find_product(*sku) : &data.products.front();
    if (row.product == nullptr) return fail(Kind::not_found, "no such sku: " + *sku);
    const auto quantity = json::integer(body, "quantity").value_or(1);
    if (quantity < 1 || quantity > 1000) return fail(Kind::invalid_input, "quantity: 1 to 1000");
    row.quantity = static_cast<int>(quantity);
    if (body.contains("price")) {
      TB_TRY(row.unit_price, minor_of(body, "price"));
    }
    if (body.contains("discount")) {
      TB_TRY(row.row_discount, minor_of(body, "discount"));
    }
    row.voucher_code = json::text(body, "voucher").value_or("");
    row.voucher_name = row.voucher_code;
    row.promotion_id = json::text(body, "promotion").value_or("");
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return fail(Kind::invalid_input, "rows is empty");
  return rows;
}

Result<std::size_t> till_of(const Object& script, const sitoo::Masterdata& data) {
  const auto store = json::integer(script, "store").value_or(0);
  const auto number = json::integer(script, "register").value_or(0);
  if (store < 0 || store >= static_cast<std::int64_t>(data.stores.size())) {
    return fail(Kind::not_found, "no such store");
  }
  const auto& registers = data.stores[static_cast<std::size_t>(store)].registers;
  if (number < 0 || number >= static_cast<std::int64_t>(registers.size())) {
    return fail(Kind::not_found, "no such register in this store");
  }
  return registers[static_cast<std::size_t>(number)];
}

Result<sitoo::Basket> basket_of(sitoo::SitooSimulator& sitoo,
                                const shopping_day::Customers& customers, const Object& script) {
  const sitoo::Masterdata& data = sitoo.account().masterdata();
  sitoo::Basket basket;
  TB_TRY(basket.till, till_of(script, data));
  TB_TRY(basket.shopper, shopper_of(script, customers));
  TB_TRY(basket.rows, rows_of(script, data));
  basket.pay_with = json::text(script, "pay_with").value_or("Card");
  if (script.contains("gift_card")) {
    TB_TRY(basket.gift_card_minor, minor_of(script, "gift_card"));
  }
  basket.ordered_s = json::integer(script, "order_date");
  return basket;
}

Result<sitoo::Refund> refund_of(sitoo::SitooSimulator& sitoo,
                                const shopping_day::Customers& customers, const Object& script) {
  sitoo::Refund refund;
  refund.original = json::integer(script, "original").value_or(0);
  TB_TRY(refund.till, till_of(script, sitoo.account().masterdata()));
  TB_TRY(refund.shopper, shopper_of(script, customers));
  if (const auto* units = json::array(script, "units")) {
    for (const auto& value : *units) {
      if (!value.is_object()) return fail(Kind::invalid_input, "units must hold objects");
      refund.units.push_back(
          {static_cast<int>(json::integer(value.as_object(), "row").value_or(0)),
           static_cast<int>(json::integer(value.as_object(), "quantity").value_or(1))});
    }
  } else {
    refund.units.push_back({0, 1});
  }
  refund.reason = json::text(script, "reason").value_or("R-SIZE");
  refund.reason_on_order = json::boolean(script, "reason_on_order").value_or(true);
  refund.credit_link = json::boolean(script, "credit_link").value_or(true);
  refund.pay_with = json::text(script, "pay_with").value_or("Card");
  return refund;
}

Object order_id(std::int64_t id) {
  return {{"order_id", id}};
}

// Actions on an order that exists.
Result<Object> change_order(sitoo::SitooSimulator& sitoo, const std::string& kind, std::int64_t id,
                            const Object& script) {
  sitoo::Tills& tills = sitoo.tills();
  if (kind == "sell_from") {
    TB_TRY(const std::size_t till, till_of(script, sitoo.account().masterdata()));
    TB_TRY(const std::int64_t sale,
           tills.sell_from(id, till, json::text(script, "pay_with").value_or("Card")));
    return order_id(sale);
  }
  if (kind == "ready") {
    TB_CHECK(tills.ready_for_pickup(id));
  } else if (kind == "reject") {
    TB_CHECK(tills.reject_pickup(id));
  } else if (kind == "close") {
    TB_CHECK(tills.close(id));
  } else if (kind == "cancel") {
    TB_CHECK(tills.cancel(id));
  } else {
    return fail(Kind::invalid_input, "unknown kind: " + kind);
  }
  return order_id(id);
}

}  // namespace

Result<Object> perform(sitoo::SitooSimulator& sitoo, const shopping_day::Customers& customers,
                       const Object& script) {
  sitoo::Tills& tills = sitoo.tills();
  const std::string kind = json::text(script, "kind").value_or("sale");
  if (const auto id = json::integer(script, "order_id")) {
    return change_order(sitoo, kind, *id, script);
  }
  if (kind == "return" || kind == "exchange" || kind == "mixed") {
    TB_TRY(auto refund, refund_of(sitoo, customers, script));
    if (kind == "return") {
      TB_TRY(const std::int64_t id, tills.refund(std::move(refund)));
      return order_id(id);
    }
    TB_TRY(auto rows, rows_of(script, sitoo.account().masterdata()));
    if (kind == "mixed") {
      TB_TRY(const std::int64_t id, tills.mixed(std::move(refund), std::move(rows)));
      return order_id(id);
    }
    TB_TRY(const sitoo::Exchange ids, tills.exchange(std::move(refund), std::move(rows)));
    return Object{{"order_id", ids.returned}, {"sale_id", ids.sold}};
  }
  TB_TRY(auto basket, basket_of(sitoo, customers, script));
  if (kind == "sale") return order_id(tills.sell(std::move(basket)));
  if (kind == "booking") return order_id(tills.book(std::move(basket)));
  if (kind == "parked") return order_id(tills.park(std::move(basket)));
  if (kind == "manual_return") {
    return order_id(tills.refund_without_receipt(std::move(basket),
                                                 json::text(script, "reason").value_or("R-SIZE")));
  }
  if (kind == "web_pickup" || kind == "store_pickup" || kind == "home_delivery") {
    const auto way = kind == "web_pickup"     ? sitoo::Handover::pickup_of_web_order
                     : kind == "store_pickup" ? sitoo::Handover::pickup_in_other_store
                                              : sitoo::Handover::home_delivery;
    return order_id(tills.open_order(std::move(basket), way));
  }
  return fail(Kind::invalid_input, "unknown kind, or order_id is missing: " + kind);
}

}  // namespace sandbox::control
