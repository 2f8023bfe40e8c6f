#pragma once
// Who an order belongs to; the same for every platform. Pure.

#include <optional>
#include <string>

#include "base/result.h"
#include "flows/plan.h"
#include "model/customer.h"
#include "model/customer_mapping.h"
#include "model/identity.h"
#include "model/order.h"

namespace tillbridge::flows {

// The sale that this return takes back, when it was found; points into `original`.
const model::Order* original_of(const model::Order& order, const std::optional<Original>& original);

struct OrderCustomer {
  std::string key;  // normalised; "": a guest
  const model::CustomerFacts* facts = nullptr;
  bool inherited = false;  // a guest's return under the identity of the sale it takes back
};
// key_from: the one source that tells customers apart. invalid_input, without the value, when it
// cannot be right.
Result<OrderCustomer> customer_of(const model::Order& order,
                                  const std::optional<Original>& original,
                                  model::IdentitySource key_from);

// What a sale says about its customer, normalised; what cannot be right is left out.
model::Customer customer_as_sold(const model::CustomerFacts& facts);
// The same of a customer who is known better: what their next sale would say.
model::Customer as_next_sold(const model::Customer& customer);
// The rules that a sale can follow: a sale knows little about the customer, so rules that join
// fields go only with all of them, and constants are for new customers.
model::CustomerMapping rules_for_sales(const model::CustomerMapping& mapping,
                                       const model::Customer& sold_to);

}  // namespace tillbridge::flows
