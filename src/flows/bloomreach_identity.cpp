#include "flows/bloomreach_identity.h"

namespace tillbridge::flows {

Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const BloomreachSettings& settings) {
  TB_TRY(const OrderCustomer customer, customer_of(order, original, settings.hard_id_from));
  Identity identity;
  identity.hard = customer.key;
  identity.inherited = customer.inherited;
  if (identity.hard.empty()) return identity;
  identity.ids.ids.emplace_back(settings.hard_id, identity.hard);
  for (const auto& [type, source] : settings.soft_ids) {
    const Result<std::string> value = model::identity_value(*customer.facts, source);
    if (value && !value->empty()) identity.ids.ids.emplace_back(type, *value);
  }
  identity.opening = identity.ids;
  // An inherited identity goes without the cookie: it is that of whoever stands at the till now.
  if (settings.cookie_id.empty() || identity.inherited) return identity;
  const Result<std::string> cookie = model::normal_id(order.customer.cookie);
  if (cookie && !cookie->empty()) identity.opening.ids.emplace_back(settings.cookie_id, *cookie);
  return identity;
}

std::string customer_lane(const Identity& identity) {
  return "customer/" + identity.hard;
}

}  // namespace tillbridge::flows
