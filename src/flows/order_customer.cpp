#include "flows/order_customer.h"

namespace tillbridge::flows {

const model::Order* original_of(const model::Order& order,
                                const std::optional<Original>& original) {
  const bool linked =
      original && !order.original_order_id.empty() && original->order.id == order.original_order_id;
  return linked ? &original->order : nullptr;
}

Result<OrderCustomer> customer_of(const model::Order& order,
                                  const std::optional<Original>& original,
                                  model::IdentitySource key_from) {
  OrderCustomer customer;
  customer.facts = &order.customer;
  TB_TRY(customer.key, model::identity_value(order.customer, key_from));
  if (!customer.key.empty()) return customer;
  const model::Order* sale = original_of(order, original);
  // A mixed order stays a guest's as a whole: what was sold in it belongs to whoever stands at the
  // till now.
  if (sale == nullptr || !order.has_return_lines() || order.has_sale_lines()) return customer;
  customer.facts = &sale->customer;
  TB_TRY(customer.key, model::identity_value(sale->customer, key_from));
  customer.inherited = true;
  return customer;
}

}  // namespace tillbridge::flows
