#pragma once
// What retail talks about when something is sold or brought back, without any platform's names.
// Built by a connector from its wire format, read by flows. Plain values; any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/money.h"

namespace tillbridge::model {

// Who bought, as the source says it: raw text, not normalised (identity.h does that).
struct CustomerFacts {
  std::string crm_customer_id;
  std::string crm_member_number;
  std::string email;
  std::string phone;
  std::string first_name;
  std::string last_name;
  std::string company;
  std::string country;  // ISO 3166, upper case: of the store when the order names none; "" unknown
  std::string cookie;   // web cookie handed over at the till, "" none
};

struct Place {
  std::string store_code;  // the retailer's code of the store
  std::string store_name;
  std::string register_id;
  std::string staff_code;
  std::string warehouse;
  std::string zone;  // IANA, "" unknown
};

struct OrderLine {
  std::string line_id;  // the source's row index as text
  std::string sku;
  std::string product_id;  // the source's product number, "" if it is gone
  std::string title;
  Decimal quantity;  // pieces, negative on rows brought back
  Money net;         // row totals, signed
  Money vat;
  Decimal vat_percent;
  Money unit_original_net;  // before discount, positive
  Money unit_discount_net;  // zero: not discounted
  std::string voucher_code;
  std::string promotion_id;      // what the customer redeemed for this row, "" nothing
  std::string bonus_check_id;    // the same, a bonus check
  std::string reason;            // why it came back
  std::string original_line_id;  // on rows brought back: row of the original order
  bool is_return() const { return quantity.is_negative(); }
};

struct Payment {
  std::string name;
  Money amount;
  bool offset = false;  // no movement of money: settles two orders against each other (exchange)
};

enum class OrderType { order, booking, parked, unknown };
enum class OrderState { open, closed, cancelled, abandoned, unknown };
enum class PaymentState { none, pending, reserved, paid, cancelled, failed, unknown };
enum class Pickup { none, waiting, ready, rejected, collected };  // click & collect

struct Order {
  std::string id;  // the source's order number
  std::string external_id;
  std::string receipt_id;
  OrderType type = OrderType::order;
  OrderState state = OrderState::open;
  PaymentState payment_state = PaymentState::none;
  Instant ordered_at;                   // at the till
  std::optional<Instant> cancelled_at;  // when the cancellation was announced or found
  Currency currency;
  bool rung_up_at_register = false;
  CustomerFacts customer;
  Place place;
  std::vector<OrderLine> lines;  // rows with quantity 0 and discount rows are not here
  std::vector<Payment> payments;
  Money paid;                      // grand total, signed, cash rounding included
  std::string original_order_id;   // on a return: the sale it takes back, "" if not linked
  std::string exchange_sale_id;    // on a return: the sale made with it
  std::string exchange_return_id;  // on a sale: the return made with it
  std::string source_order_id;     // the booking or parked cart it came from
  std::string reason;              // order-level reason of a return
  Pickup pickup = Pickup::none;

  bool has_sale_lines() const;
  bool has_return_lines() const;
};

// What an order is, by the sign of its rows and its links (sitoo.md 4.11, 4.12).
enum class OrderKind {
  sale,
  returned,
  mixed,
  booking,
  parked,
  open,
  cancelled,
  abandoned,
  empty,
  unknown
};
OrderKind classify(const Order& order);
std::string_view name(OrderKind kind);

// What keeps an order from being acted on although its state says it is final: "no rows", "no
// currency", "not paid", "row 3 has no SKU". Empty: complete. Incomplete orders are read again.
std::vector<std::string> missing_parts(const Order& order);

}  // namespace tillbridge::model
