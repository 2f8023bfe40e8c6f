#include "flows/bloomreach_identity.h"

#include <algorithm>

namespace tillbridge::flows {
namespace {

void add_soft_ids(Identity& identity, const model::CustomerFacts& facts,
                  const BloomreachSettings& settings) {
  for (const auto& [type, source] : settings.soft_ids) {
    const Result<std::string> value = model::identity_value(facts, source);
    if (value && !value->empty()) identity.ids.ids.emplace_back(type, *value);
  }
}

// By the rules; the hard ID as well, which a transform may have changed.
void add_mapped_ids(Identity& identity, const model::CustomerFacts& facts,
                    const BloomreachSettings& settings) {
  for (const auto& [type, values] : mapped_ids(customer_as_sold(facts), settings.mapping)) {
    if (type == settings.hard_id)
      identity.hard = values.front();
    else
      identity.ids.ids.emplace_back(type, values.front());
  }
}

}  // namespace

Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const Facts& facts, const BloomreachSettings& settings) {
  TB_TRY(const OrderCustomer customer, customer_of(order, original, settings.hard_id_from));
  Identity identity;
  identity.hard = customer.key;
  identity.inherited = customer.inherited;
  if (identity.hard.empty()) return identity;
  if (settings.mapping.empty())
    add_soft_ids(identity, *customer.facts, settings);
  else
    add_mapped_ids(identity, *customer.facts, settings);
  identity.hard = hard_id_of(identity.hard, facts);
  identity.ids.ids.emplace(identity.ids.ids.begin(), settings.hard_id, identity.hard);
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

Fact alias(const std::string& id, const std::string& is) {
  return {"alias/" + id, is};
}

std::string hard_id_of(const std::string& id, const Facts& facts) {
  constexpr int steps_max = 8;
  model::TextList seen{id};
  for (int step = 0; step < steps_max; ++step) {
    const std::string* next = facts.find(alias(seen.back(), "").key);
    if (next == nullptr || next->empty()) break;
    if (std::find(seen.begin(), seen.end(), *next) != seen.end()) return id;
    seen.push_back(*next);
  }
  return seen.back();
}

std::vector<std::pair<std::string, model::TextList>> mapped_ids(
    const model::Customer& customer, const model::CustomerMapping& mapping) {
  std::vector<std::pair<std::string, model::TextList>> ids;
  for (auto& [target, values] : model::outward(customer, mapping, customer.country)) {
    const auto [space, type] = model::split_target(target);
    if (space != "ids") continue;
    model::TextList sound;
    for (const std::string& value : values) {
      Result<std::string> id = model::normal_id(value);
      if (id && !id->empty()) sound.push_back(std::move(*id));
    }
    if (!sound.empty()) ids.emplace_back(type, std::move(sound));
  }
  return ids;
}

}  // namespace tillbridge::flows
