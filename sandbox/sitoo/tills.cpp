#include "sitoo/tills.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sandbox::sitoo {

using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

constexpr std::int64_t reservation_s = 7 * 24 * 3600;

// Sweden and Norway have no coin below one krona, Finland none below five cents.
std::int64_t cash_roundoff(std::int64_t total, std::string_view currency) {
  const std::int64_t coin = currency == "EUR" ? 5 : 100;
  return divide_half_up(total, coin) * coin - total;
}

Payment payment_of(std::string name, std::int64_t amount, std::int64_t number) {
  Payment payment;
  payment.name = std::move(name);
  payment.amount = amount;
  payment.external_id = fmt::format("{:06}", number);
  if (payment.name == "Card") {
    payment.ref_type = "adyen";
    payment.ref_id = fmt::format("AB{}", number);
    payment.card_issuer = number % 3 == 0 ? "Mastercard" : "Visa";
    payment.additional.set("adyen-pspreference", fmt::format("XYZ{:012}", number));
  } else if (payment.name == "Swish") {
    payment.additional.set("swish-paymentid", fmt::format("SW{:010}", number));
  } else if (payment.name == "Gift card") {
    payment.additional.set("giftcard-cardnumber-display",
                           fmt::format("****{:04}", number % 10'000));
  }
  return payment;
}

Payment offset_of(std::int64_t amount) {
  Payment payment;
  payment.name = "Exchange";
  payment.amount = amount;
  payment.additional.set("virtual-payment", "true");
  return payment;
}

void pay(Order& order, const std::string& with, std::int64_t gift_card, std::int64_t number) {
  compute_totals(order);
  if (with == "Cash") order.roundoff = cash_roundoff(order.net + order.vat, order.currency);
  const std::int64_t total = order.gross_all();
  const std::int64_t on_gift_card = total > 0 ? std::min(gift_card, total) : 0;
  if (on_gift_card > 0) order.payments.push_back(payment_of("Gift card", on_gift_card, number));
  if (total != on_gift_card || on_gift_card == 0) {
    order.payments.push_back(payment_of(with, total - on_gift_card, number));
  }
  if (order.kind == TillKind::returned) {
    order.payments.back().additional.set("pos-originalsales-payment-index", "0");
  }
  order.texts.set("checkouttypename", "Sitoo POS - " + with);
  order.payment_state = payment_successful;
}

}  // namespace

Order Tills::begin(std::size_t till, std::size_t staff, const std::optional<Shopper>& shopper) {
  Register& reg = account_.till(till);
  const Store& store = account_.masterdata().stores[reg.store];
  const Staff& person = store.staff[staff % store.staff.size()];
  Order order;
  order.state = state_closed;
  order.date_s = account_.now_s();
  order.currency = store.currency;
  order.zone = store.zone;
  order.warehouse_id = reg.warehouse_id;
  order.register_id = reg.id;
  order.staff_user_id = person.user_id;
  if (shopper) {
    order.texts.set("email", shopper->email);
    order.texts.set("namefirst", shopper->name_first);
    order.texts.set("namelast", shopper->name_last);
    order.texts.set("phone", shopper->phone);
    order.additional.set("crm-customerid", shopper->customer_id);
    order.additional.set("crm-membernumber", shopper->member_number);
    order.additional.set("web-cookie", shopper->cookie);
  }
  order.additional.set("pos-receiptid", fmt::format("{}{}", reg.key, ++reg.receipts));
  order.additional.set("pos-staff-userid", person.user_id);
  order.additional.set("pos-staff-externalid", person.external_id);
  order.additional.set("store-externalid", store.external_id);
  order.additional.set("store-name", store.name);
  order.additional.set("pos-timezone", store.zone);
  return order;
}

void Tills::ring_up(Order& order, const std::vector<BasketRow>& rows, int sign) const {
  for (const BasketRow& row : rows) {
    TB_ASSERT(row.product != nullptr && row.quantity > 0);
    OrderItem item;
    item.product_id = row.product->id;
    item.product_name = row.product->title;
    item.sku = row.product->sku;
    item.product_attributes = row.product->attributes;
    item.quantity = sign * row.quantity;
    item.vat_basis_points = row.product->vat_percent * 100;
    const std::int64_t unit = row.unit_price.value_or(row.product->price_in(order.currency));
    item.row_price = unit * item.quantity;
    item.row_discount = sign * std::min(row.row_discount, unit * row.quantity);
    item.voucher_code = row.voucher_code;
    item.voucher_name = row.voucher_name;
    item.additional.set("crm-promotionid", row.promotion_id);
    order.items.push_back(std::move(item));
  }
}

std::int64_t Tills::sell(Basket basket) {
  Order order = begin(basket.till, basket.staff, basket.shopper);
  if (basket.ordered_s) order.date_s = *basket.ordered_s;
  ring_up(order, basket.rows, 1);
  pay(order, basket.pay_with, basket.gift_card_minor, ++payments_);
  return account_.create(std::move(order));
}

std::int64_t Tills::refund_without_receipt(Basket basket, const std::string& reason) {
  Order order = begin(basket.till, basket.staff, basket.shopper);
  order.kind = TillKind::manual_return;
  ring_up(order, basket.rows, -1);
  for (OrderItem& item : order.items) item.additional.set("reasoncode-return", reason);
  pay(order, basket.pay_with, 0, ++payments_);
  return account_.create(std::move(order));
}

int Tills::returnable(std::int64_t original, int item) const {
  const Order* order = account_.find(original);
  if (order == nullptr || order->type != order_type_sale || order->state != state_closed ||
      item < 0 || item >= static_cast<int>(order->items.size())) {
    return 0;
  }
  const auto index = static_cast<std::size_t>(item);
  const int sold = std::max(0, order->items[index].quantity);
  const auto found = returned_.find(original);
  return found == returned_.end() ? sold : sold - found->second[index];
}

// The order with its negative rows; the caller adds what else happens and pays.
Result<Order> Tills::begin_refund(const Refund& refund) {
  const Order* original = account_.find(refund.original);
  if (original == nullptr) return fail(Kind::not_found, "no such original order");
  if (refund.units.empty()) return fail(Kind::invalid_input, "nothing is returned");
  if (account_.masterdata().stores[account_.till(refund.till).store].currency !=
      original->currency) {
    return fail(Kind::rejected, "the original was paid in another currency");
  }
  std::vector<int> wanted(original->items.size(), 0);
  for (const ReturnedUnits& units : refund.units) {
    const int left = returnable(refund.original, units.item);
    if (left == 0 || units.quantity < 1 ||
        units.quantity > left - wanted[static_cast<std::size_t>(units.item)]) {
      return fail(Kind::rejected, "more units than can still be returned");
    }
    wanted[static_cast<std::size_t>(units.item)] += units.quantity;
  }
  Order order = begin(refund.till, refund.staff, refund.shopper);
  order.kind = TillKind::returned;
  if (refund.credit_link) order.credit_order_id = refund.original;
  order.additional.set("pos-originalsales-orderid", std::to_string(refund.original));
  if (refund.reason_on_order) order.additional.set("refundreasoncode-reasoncode", refund.reason);
  const auto earlier = returned_.find(refund.original);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0) continue;
    OrderItem item = original->items[i];
    const int before = earlier == returned_.end() ? 0 : earlier->second[i];
    const int after = before + wanted[i];
    // Shares of the whole row by difference, so that all partial returns together pay it exactly.
    const auto share = [&](std::int64_t whole) {
      return divide_half_up(whole * after, item.quantity) -
             divide_half_up(whole * before, item.quantity);
    };
    const std::int64_t price = share(item.row_price);
    const std::int64_t paid = share(item.row_price - item.row_discount);
    item.row_price = -price;
    item.row_discount = paid - price;
    item.quantity = -wanted[i];
    item.additional.clear();
    item.additional.set("pos-originalsales-orderitemid", std::to_string(i));
    if (!refund.reason_on_order) item.additional.set("reasoncode-return", refund.reason);
    order.items.push_back(std::move(item));
  }
  return order;
}

void Tills::count_returned(const Refund& refund) {
  std::vector<int>& returned = returned_[refund.original];
  returned.resize(account_.find(refund.original)->items.size(), 0);
  for (const ReturnedUnits& units : refund.units) {
    returned[static_cast<std::size_t>(units.item)] += units.quantity;
  }
}

Result<std::int64_t> Tills::refund(Refund refund) {
  TB_TRY(Order order, begin_refund(refund));
  pay(order, refund.pay_with, 0, ++payments_);
  count_returned(refund);
  return account_.create(std::move(order));
}

Result<std::int64_t> Tills::mixed(Refund refund, std::vector<BasketRow> new_rows) {
  TB_TRY(Order order, begin_refund(refund));
  ring_up(order, new_rows, 1);
  order.kind = TillKind::mixed;
  pay(order, refund.pay_with, 0, ++payments_);
  count_returned(refund);
  return account_.create(std::move(order));
}

Result<Exchange> Tills::exchange(Refund refund, std::vector<BasketRow> new_rows) {
  if (new_rows.empty()) return fail(Kind::invalid_input, "an exchange sells something");
  TB_TRY(Order back, begin_refund(refund));
  Order sale = begin(refund.till, refund.staff, refund.shopper);
  ring_up(sale, new_rows, 1);
  compute_totals(back);
  compute_totals(sale);
  const Exchange ids{account_.next_order_id(), account_.next_order_id() + 1};
  back.additional.set("pos-refundsales-orderid", std::to_string(ids.sold));
  sale.additional.set("pos-refund-orderid", std::to_string(ids.returned));
  sale.additional.set("pos-refund-receiptid", std::string(back.additional.get("pos-receiptid")));
  const std::int64_t offset = std::min(-back.gross_all(), sale.gross_all());
  back.payments.push_back(offset_of(-offset));
  sale.payments.push_back(offset_of(offset));
  ++payments_;
  if (back.gross_all() + offset != 0) {
    back.payments.push_back(payment_of("Card", back.gross_all() + offset, payments_));
  }
  if (sale.gross_all() - offset != 0) {
    sale.payments.push_back(payment_of("Card", sale.gross_all() - offset, payments_));
  }
  back.payment_state = sale.payment_state = payment_successful;
  count_returned(refund);
  account_.create(std::move(back));
  account_.create(std::move(sale));
  return ids;
}

std::int64_t Tills::book(Basket basket) {
  Order order = begin(basket.till, basket.staff, basket.shopper);
  order.kind = TillKind::booking;
  order.type = order_type_booking;
  order.state = state_open;
  order.date_reserved_s = order.date_s + reservation_s;
  ring_up(order, basket.rows, 1);
  return account_.create(std::move(order));
}

std::int64_t Tills::park(Basket basket) {
  Order order = begin(basket.till, basket.staff, basket.shopper);
  order.kind = TillKind::parked;
  order.type = order_type_parked;
  order.state = state_open;
  ring_up(order, basket.rows, 1);
  return account_.create(std::move(order));
}

Result<std::int64_t> Tills::sell_from(std::int64_t source, std::size_t till, std::string pay_with) {
  const Order* from = account_.find(source);
  if (from == nullptr) return fail(Kind::not_found, "no such booking or parked cart");
  if (from->type == order_type_sale || from->is_final()) {
    return fail(Kind::rejected, "not an open booking or parked cart");
  }
  Order order = begin(till, 0, std::nullopt);
  order.texts = from->texts;
  for (const std::string_view key : {"crm-customerid", "crm-membernumber", "web-cookie"}) {
    order.additional.set(key, std::string(from->additional.get(key)));
  }
  order.additional.set("pos-sourceorderid", std::to_string(source));
  order.items = from->items;
  const bool booked = from->type == order_type_booking;
  pay(order, pay_with, 0, ++payments_);
  TB_CHECK(account_.change(source, "update", [booked](Order& edited) {
    edited.state = booked ? state_closed : state_abandoned;
  }));
  return account_.create(std::move(order));
}

std::int64_t Tills::open_order(Basket basket, Handover handover) {
  Order order = begin(basket.till, basket.staff, basket.shopper);
  order.kind = TillKind::open_order;
  ring_up(order, basket.rows, 1);
  pay(order, handover == Handover::pickup_of_web_order ? "Web card" : basket.pay_with, 0,
      ++payments_);
  order.state = state_open;
  order.date_reserved_s = order.date_s + reservation_s;
  const Store& store = account_.masterdata().stores[account_.till(basket.till).store];
  switch (handover) {
    case Handover::pickup_of_web_order: {
      // It comes from the web shop: no till, no receipt, no staff; only the pickup store.
      const StringMap at_till = std::exchange(order.additional, StringMap{});
      for (const std::string_view key : {"crm-customerid", "crm-membernumber", "web-cookie"}) {
        order.additional.set(key, std::string(at_till.get(key)));
      }
      order.register_id.clear();
      order.staff_user_id.clear();
      order.external_id = fmt::format("WEB-{}", ++web_orders_);
      order.additional.set("shop-flow", "bopis");
      order.additional.set("delivery-pickup-externalid", store.external_id);
      order.texts.set("checkouttypename", "Web");
      break;
    }
    case Handover::pickup_in_other_store: {
      const auto& stores = account_.masterdata().stores;
      order.additional.set("delivery-pickup-externalid",
                           stores[static_cast<std::size_t>(store.id) % stores.size()].external_id);
      break;
    }
    case Handover::home_delivery:
      order.texts.set("delivery_address", "Storgatan 1");
      order.texts.set("delivery_zip", "11122");
      order.texts.set("delivery_city", store.city);
      order.texts.set("delivery_countryid", store.country);
      break;
  }
  return account_.create(std::move(order));
}

Result<void> Tills::log_pickup(std::int64_t order_id, int type, std::string_view event) {
  const Order* order = account_.find(order_id);
  if (order == nullptr) return fail(Kind::not_found, "no such order");
  if (order->is_final()) return fail(Kind::rejected, "the order is final");
  const std::int64_t now_s = account_.now_s();
  return account_.change(order_id, event, [type, now_s](Order& edited) {
    edited.log.push_back({now_s, type, "", 0});
  });
}

Result<void> Tills::ready_for_pickup(std::int64_t order_id) {
  return log_pickup(order_id, log_ready_for_pickup, "ready-for-pickup");
}

Result<void> Tills::reject_pickup(std::int64_t order_id) {
  return log_pickup(order_id, log_pickup_rejected, "pickup-rejected");
}

Result<void> Tills::set_open_state(std::int64_t order_id, int state) {
  const Order* order = account_.find(order_id);
  if (order == nullptr) return fail(Kind::not_found, "no such order");
  if (order->is_final()) return fail(Kind::rejected, "the order is final");
  return account_.change(order_id, "update", [state](Order& edited) { edited.state = state; });
}

Result<void> Tills::close(std::int64_t order_id) {
  return set_open_state(order_id, state_closed);
}

Result<void> Tills::cancel(std::int64_t order_id) {
  return set_open_state(order_id, state_cancelled);
}

}  // namespace sandbox::sitoo
