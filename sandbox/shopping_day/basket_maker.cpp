#include "shopping_day/basket_maker.h"

#include <algorithm>
#include <array>

namespace sandbox::shopping_day {

using sitoo::BasketRow;

namespace {

struct Voucher {
  const char* code;
  const char* name;
  int percent;
};
constexpr std::array vouchers = {Voucher{"SUMMER20", "Summer 20 %", 20},
                                 Voucher{"WELCOME10", "Welcome 10 %", 10},
                                 Voucher{"VIP15", "Members 15 %", 15}};
constexpr std::array discounts = {10, 20, 30, 50};
constexpr std::array reasons = {"R-SIZE", "R-COLOUR", "R-FAULTY", "R-REGRET"};

std::int64_t percent_of(std::int64_t amount, int percent) {
  return sitoo::divide_half_up(amount * percent, 100);
}

}  // namespace

std::string BasketMaker::pay_with(std::string_view currency) {
  const double drawn = entropy_.unit();
  if (drawn < 0.13) return "Cash";
  if (drawn < 0.25) return currency == "SEK" ? "Swish" : currency == "NOK" ? "Vipps" : "MobilePay";
  return "Card";
}

std::string_view BasketMaker::reason() {
  return reasons[entropy_.below(reasons.size())];
}

std::vector<BasketRow> BasketMaker::rows(std::size_t count, std::string_view currency) {
  std::vector<BasketRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    BasketRow row;
    row.product = &data_.products[popularity_.draw(entropy_)];
    if (entropy_.chance(0.12)) row.quantity = 2 + static_cast<int>(entropy_.below(3));
    const std::int64_t price = row.product->price_in(currency) * row.quantity;
    if (entropy_.chance(0.15)) {
      row.row_discount = percent_of(price, discounts[entropy_.below(discounts.size())]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

sitoo::Basket BasketMaker::basket(std::size_t till, std::optional<sitoo::Shopper> shopper,
                                  bool long_receipt) {
  const std::string_view currency = data_.stores[data_.registers[till].store].currency;
  sitoo::Basket basket;
  basket.till = till;
  basket.staff = entropy_.below(3);
  const std::size_t few = 1 + entropy_.below(3) * entropy_.below(3);
  basket.rows = rows(long_receipt ? 60 + entropy_.below(61) : few, currency);
  if (entropy_.chance(0.06)) {
    const Voucher& voucher = vouchers[entropy_.below(vouchers.size())];
    for (BasketRow& row : basket.rows) {
      const std::int64_t price = row.product->price_in(currency) * row.quantity;
      row.row_discount = std::max(row.row_discount, percent_of(price, voucher.percent));
      row.voucher_code = voucher.code;
      row.voucher_name = voucher.name;
    }
  } else if (shopper && entropy_.chance(0.03)) {
    BasketRow& row = basket.rows.front();
    row.row_discount = percent_of(row.product->price_in(currency) * row.quantity, 14);
    row.promotion_id = "promo-5";
  }
  basket.pay_with = pay_with(currency);
  if (entropy_.chance(0.03)) basket.gift_card_minor = currency == "EUR" ? 2000 : 20'000;
  basket.shopper = std::move(shopper);
  return basket;
}

std::size_t BasketMaker::till_in_market(std::size_t market) {
  // Stores are dealt to the markets in turn; a sandbox with one or two stores has fewer markets.
  const std::size_t stores = data_.stores.size();
  const std::size_t markets = std::min<std::size_t>(3, stores);
  const std::size_t first = market % markets;
  const std::size_t in_market = (stores - first + markets - 1) / markets;
  const auto& registers = data_.stores[first + markets * entropy_.below(in_market)].registers;
  return registers[entropy_.below(registers.size())];
}

std::size_t BasketMaker::till_near(std::size_t till) {
  const std::size_t store = data_.registers[till].store;
  if (entropy_.chance(0.3)) return till_in_market(store % 3);
  const auto& registers = data_.stores[store].registers;
  return registers[entropy_.below(registers.size())];
}

}  // namespace sandbox::shopping_day
