#include "flows/bloomreach_identity.h"

namespace tillbridge::flows {
namespace {

Result<Identity> identity_of_customer(const model::CustomerFacts& customer,
                                      const BloomreachSettings& settings) {
  Identity identity;
  TB_TRY(identity.hard, model::identity_value(customer, settings.hard_id_from));
  if (identity.hard.empty()) return identity;
  identity.ids.ids.emplace_back(settings.hard_id, identity.hard);
  for (const auto& [type, source] : settings.soft_ids) {
    const Result<std::string> value = model::identity_value(customer, source);
    if (value && !value->empty()) identity.ids.ids.emplace_back(type, *value);
  }
  identity.opening = identity.ids;
  return identity;
}

}  // namespace

const model::Order* original_of(const model::Order& order,
                                const std::optional<Original>& original) {
  const bool linked =
      original && !order.original_order_id.empty() && original->order.id == order.original_order_id;
  return linked ? &original->order : nullptr;
}

Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const BloomreachSettings& settings) {
  TB_TRY(Identity own, identity_of_customer(order.customer, settings));
  if (!own.hard.empty()) {
    const Result<std::string> cookie = model::normal_id(order.customer.cookie);
    if (!settings.cookie_id.empty() && cookie && !cookie->empty())
      own.opening.ids.emplace_back(settings.cookie_id, *cookie);
    return own;
  }
  const model::Order* sale = original_of(order, original);
  // A mixed order stays a guest's as a whole: what was sold in it belongs to whoever stands at the
  // till now.
  if (sale == nullptr || !order.has_return_lines() || order.has_sale_lines()) return own;
  // The cookie stays behind: it is that of whoever stands at the till now.
  TB_TRY(Identity inherited, identity_of_customer(sale->customer, settings));
  inherited.inherited = true;
  return inherited;
}

std::string customer_lane(const Identity& identity) {
  return "customer/" + identity.hard;
}

}  // namespace tillbridge::flows
