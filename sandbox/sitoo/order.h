#pragma once
// Sitoo's order as the simulator stores it (contract sitoo.md 4.2 to 4.8). Money is in minor units
// of the order's currency (Sitoo's money strings always have two decimals). Plain data; core
// thread.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "ledger/till_record.h"

namespace sandbox::sitoo {

// A small map that keeps its order, as the wire shows it.
class StringMap {
 public:
  void set(std::string_view key, std::string value);  // "" removes the key
  std::string_view get(std::string_view key) const;   // "" when absent
  void clear() { entries_.clear(); }
  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

constexpr int order_type_sale = 10;
constexpr int order_type_booking = 100;
constexpr int order_type_parked = 110;
constexpr int state_open = 0;
constexpr int state_closed = 10;
constexpr int state_cancelled = 20;
constexpr int state_abandoned = -1;
constexpr int payment_none = 0;
constexpr int payment_successful = 20;
constexpr int log_ready_for_pickup = 900;
constexpr int log_pickup_rejected = 910;

struct OrderItem {
  int product_id = 0;
  std::string product_name, sku, product_attributes, unit_label;
  int quantity = 1;               // negative on returned rows
  int vat_basis_points = 2500;    // 25 %
  std::int64_t row_price = 0;     // incl. VAT before discount, whole row, sign of the quantity
  std::int64_t row_discount = 0;  // incl. VAT, whole row, sign of the quantity
  // Computed by compute_item() as contract 4.3 says.
  std::int64_t unit_net_original = 0, unit_net = 0, unit_discount = 0, net = 0, vat = 0;
  std::string voucher_code, voucher_name;
  StringMap additional;
};

struct Payment {
  std::string id;  // only reserved payments have one
  std::string name;
  std::int64_t amount = 0;
  std::string external_id, ref_type, ref_id, card_issuer;
  StringMap additional;
};

struct LogItem {
  std::int64_t date_s = 0;
  int type = 0;
  std::string text;
  double number = 0;
};

struct DeliveryItem {
  std::int64_t id = 0;
  int order_item = 0;
  int quantity = 0;
};

struct Delivery {
  std::int64_t id = 0;
  int warehouse_id = 0;
  std::string reference;
  std::int64_t date_s = 0;
  std::vector<DeliveryItem> items;
};

struct Order {
  std::int64_t id = 0;
  std::string external_id;
  std::optional<std::int64_t> credit_order_id;
  int type = order_type_sale;
  int state = state_open;
  int payment_state = payment_none;
  std::int64_t date_s = 0;
  std::optional<std::int64_t> date_reserved_s;
  std::string currency;
  std::optional<int> warehouse_id;
  std::string register_id;    // "" : null on the wire
  std::string staff_user_id;  // "" : null on the wire
  StringMap texts;            // email, namefirst, delivery_address ...; see text_fields()
  std::int64_t net = 0, vat = 0, roundoff = 0;
  StringMap additional;
  std::vector<OrderItem> items;
  std::vector<Payment> payments, reserved_payments;
  std::vector<LogItem> log;
  std::vector<Delivery> deliveries;

  // Not on the wire.
  TillKind kind = TillKind::sale;
  std::string zone;
  tillbridge::Tick visible_from{};  // before this, reads behave as if it did not exist yet
  std::uint64_t final_sequence = 0;
  std::int64_t final_at_us = 0;
  std::int64_t final_event_date_s = 0;

  std::int64_t gross_all() const { return net + vat + roundoff; }
  bool is_final() const { return state != state_open; }
};

// numerator / denominator, half away from zero; denominator > 0.
std::int64_t divide_half_up(std::int64_t numerator, std::int64_t denominator);

// Row totals and unit prices from quantity, row price, row discount and VAT (contract 4.3).
void compute_item(OrderItem& item);
// All items, then the order's net and VAT.
void compute_totals(Order& order);

// The ledger's view of an order: what the till did, in the sandbox's own words.
TillOrder till_order_of(const Order& order);

}  // namespace sandbox::sitoo
