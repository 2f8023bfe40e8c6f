#pragma once
// What people put on the counter and how they pay. Core thread.

#include <optional>

#include "base/entropy.h"
#include "sitoo/masterdata.h"
#include "sitoo/popularity.h"
#include "sitoo/tills.h"

namespace sandbox::shopping_day {

class BasketMaker {
 public:
  BasketMaker(const sitoo::Masterdata& data, tillbridge::Entropy& entropy)
      : data_(data), entropy_(entropy), popularity_(data.products.size()) {}

  // One to five rows (or sixty and more) of products that are more or less popular, discounts,
  // vouchers and promotions, payment.
  sitoo::Basket basket(std::size_t till, std::optional<sitoo::Shopper> shopper, bool long_receipt);
  std::vector<sitoo::BasketRow> rows(std::size_t count, std::string_view currency);

  std::size_t till_in_market(std::size_t market);
  // A register of the same store mostly, else of another store in the same country.
  std::size_t till_near(std::size_t till);
  std::string_view reason();

 private:
  std::string pay_with(std::string_view currency);

  const sitoo::Masterdata& data_;
  tillbridge::Entropy& entropy_;
  sitoo::Popularity popularity_;
};

}  // namespace sandbox::shopping_day
