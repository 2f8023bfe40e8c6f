#include "flows/order_customer.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/trim.hpp>

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

model::Customer customer_as_sold(const model::CustomerFacts& facts) {
  using model::IdentitySource;
  const auto sound = [&](IdentitySource source) {
    return model::identity_value(facts, source).value_or("");
  };
  const auto trimmed = [](const std::string& text) {
    return boost::algorithm::trim_copy(text, std::locale::classic());
  };
  model::Customer customer;
  customer.customer_id = sound(IdentitySource::crm_customer_id);
  customer.member_number = sound(IdentitySource::crm_member_number);
  customer.email = sound(IdentitySource::email);
  if (std::string phone = sound(IdentitySource::phone); !phone.empty())
    customer.phones.push_back(std::move(phone));
  customer.first_name = trimmed(facts.first_name);
  customer.last_name = trimmed(facts.last_name);
  customer.company = trimmed(facts.company);
  return customer;
}

model::Customer as_next_sold(const model::Customer& customer) {
  model::Customer sold;
  sold.customer_id = customer.customer_id;
  sold.member_number = customer.member_number;
  sold.email = customer.email;
  if (!customer.phones.empty()) sold.phones = {customer.phones.front()};
  sold.first_name = customer.first_name;
  sold.last_name = customer.last_name;
  sold.company = customer.company;
  return sold;
}

model::CustomerMapping rules_for_sales(const model::CustomerMapping& mapping,
                                       const model::Customer& sold_to) {
  model::CustomerMapping rules;
  for (const model::MappingRule& rule : mapping) {
    const bool complete =
        !rule.from.empty() && std::all_of(rule.from.begin(), rule.from.end(), [&](const auto& f) {
          return !model::values_of(sold_to, f).empty();
        });
    if (complete) rules.push_back(rule);
  }
  return rules;
}

}  // namespace tillbridge::flows
