#pragma once
// The people who shop: known members with an identity in the CRM, some of whom come much more often
// than others (Zipf). Made from a seed, fixed afterwards. Any thread.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "sitoo/tills.h"

namespace sandbox::shopping_day {

struct Customer {
  sitoo::Shopper shopper;
  std::size_t market = 0;  // index of a store's zone: store index modulo three
};

class Customers {
 public:
  Customers(std::size_t count, std::uint64_t seed);

  const Customer& draw(tillbridge::Entropy& entropy) const;
  const Customer* find(std::string_view customer_id) const;  // nullptr: nobody
  const std::vector<Customer>& all() const { return customers_; }

 private:
  std::vector<Customer> customers_;
  std::vector<double> cumulative_;  // of the visiting weights
};

}  // namespace sandbox::shopping_day
