#pragma once
// What staff do at the tills (contract 11, 13.8). Each action commits one or two orders to the
// account, which books stock and announces them. Errors are values in words for the control API.
// Core thread.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "sitoo/account.h"

namespace sandbox::sitoo {

struct Shopper {
  std::string customer_id, member_number, email, phone, name_first, name_last, cookie;
};

struct BasketRow {
  const Product* product = nullptr;
  int quantity = 1;
  std::int64_t row_discount = 0;           // incl. VAT, whole row, minor units
  std::optional<std::int64_t> unit_price;  // incl. VAT; otherwise the shelf price of the market
  std::string voucher_code, voucher_name, promotion_id;
};

struct Basket {
  std::size_t till = 0;   // index of the register
  std::size_t staff = 0;  // index within the store's staff, wrapped
  std::optional<Shopper> shopper;
  std::vector<BasketRow> rows;
  std::string pay_with = "Card";          // "Cash" is rounded to what coins allow
  std::int64_t gift_card_minor = 0;       // this much of it on a gift card
  std::optional<std::int64_t> ordered_s;  // an offline till's time of sale
};

struct ReturnedUnits {
  int item = 0;  // row of the original
  int quantity = 1;
};

struct Refund {
  std::int64_t original = 0;
  std::size_t till = 0;
  std::size_t staff = 0;
  std::optional<Shopper> shopper;  // what staff looked up again; often nobody
  std::vector<ReturnedUnits> units;
  std::string reason = "R-SIZE";
  bool reason_on_order = true;  // else on the rows
  bool credit_link = true;      // false: only the additionaldata keys name the original
  std::string pay_with = "Card";
};

struct Exchange {
  std::int64_t returned = 0;
  std::int64_t sold = 0;
};

enum class Handover { pickup_of_web_order, pickup_in_other_store, home_delivery };

class Tills {
 public:
  explicit Tills(Account& account) : account_(account) {}

  std::int64_t sell(Basket basket);
  // Rows come back without a receipt: quantities in the basket are positive, nothing is linked.
  std::int64_t refund_without_receipt(Basket basket, const std::string& reason);

  // rejected: the units exceed what can still be returned, or the original is no closed sale.
  tillbridge::Result<std::int64_t> refund(Refund refund);
  tillbridge::Result<Exchange> exchange(Refund refund, std::vector<BasketRow> new_rows);
  tillbridge::Result<std::int64_t> mixed(Refund refund, std::vector<BasketRow> new_rows);
  // Units of this row that can still come back.
  int returnable(std::int64_t original, int item) const;

  std::int64_t book(Basket basket);
  std::int64_t park(Basket basket);
  // The sale of a booking or a parked cart; the source is closed or abandoned.
  tillbridge::Result<std::int64_t> sell_from(std::int64_t source, std::size_t till,
                                             std::string pay_with);

  std::int64_t open_order(Basket basket, Handover handover);
  tillbridge::Result<void> ready_for_pickup(std::int64_t order_id);
  tillbridge::Result<void> reject_pickup(std::int64_t order_id);
  tillbridge::Result<void> close(std::int64_t order_id);
  tillbridge::Result<void> cancel(std::int64_t order_id);

 private:
  Order begin(std::size_t till, std::size_t staff, const std::optional<Shopper>& shopper);
  void ring_up(Order& order, const std::vector<BasketRow>& rows, int sign) const;
  tillbridge::Result<Order> begin_refund(const Refund& refund);
  void count_returned(const Refund& refund);
  tillbridge::Result<void> set_open_state(std::int64_t order_id, int state);
  tillbridge::Result<void> log_pickup(std::int64_t order_id, int type, std::string_view event);

  Account& account_;
  std::unordered_map<std::int64_t, std::vector<int>> returned_;  // by original, units per row
  std::int64_t web_orders_ = 100'000;
  std::int64_t payments_ = 0;
};

}  // namespace sandbox::sitoo
