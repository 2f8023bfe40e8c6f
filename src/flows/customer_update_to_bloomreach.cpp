// What a sale says about its customer.

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/trim.hpp>

#include "flows/bloomreach_event_draft.h"
#include "flows/bloomreach_flows.h"

namespace tillbridge::flows {
namespace {

void add(model::CustomerUpdate& update, const BloomreachSettings& settings,
         std::string_view property, const std::string& text) {
  std::string value = boost::algorithm::trim_copy(text, std::locale::classic());
  std::string name = wire_name(settings, "customer", property);
  if (value.empty() || name.empty()) return;
  update.properties.push_back(model::Property{std::move(name), std::move(value)});
}

// By the rules; several phones cannot come with one sale.
void add_mapped(model::CustomerUpdate& update, const model::CustomerFacts& facts,
                const BloomreachSettings& settings) {
  const model::Customer sold_to = customer_as_sold(facts);
  const auto rules = rules_for_sales(settings.mapping, sold_to);
  for (auto& [target, values] : model::outward(sold_to, rules, facts.country)) {
    const auto [space, name] = model::split_target(target);
    if (space == "properties")
      update.properties.push_back({std::string(name), std::move(values.front())});
  }
}

void add_documented(model::CustomerUpdate& update, const model::CustomerFacts& facts,
                    const BloomreachSettings& settings) {
  const auto email = model::identity_value(facts, model::IdentitySource::email);
  add(update, settings, "email", email.value_or(""));
  const auto phone = model::identity_value(facts, model::IdentitySource::phone);
  add(update, settings, "phone", phone.value_or(""));
  add(update, settings, "first_name", facts.first_name);
  add(update, settings, "last_name", facts.last_name);
}

// Whether a rule has this property already.
bool is_mapped(const std::string& property, const BloomreachSettings& settings) {
  const std::string target = "properties." + property;
  return std::any_of(settings.mapping.begin(), settings.mapping.end(),
                     [&](const model::MappingRule& rule) { return rule.to == target; });
}

}  // namespace

std::optional<model::CustomerUpdate> customer_update(const model::Order& order,
                                                     const Identity& identity,
                                                     const BloomreachSettings& settings) {
  model::CustomerUpdate update;
  update.who = identity.opening;
  update.changed_at = std::chrono::floor<std::chrono::seconds>(order.ordered_at);
  if (settings.mapping.empty())
    add_documented(update, order.customer, settings);
  else
    add_mapped(update, order.customer, settings);
  // Where they bought is the sale's own: no rule is needed for it.
  if (!is_mapped(wire_name(settings, "customer", "last_store_id"), settings))
    add(update, settings, "last_store_id", order.place.store_code);
  if (update.properties.empty()) return std::nullopt;
  return update;
}

Plan profile_plan(const model::Order& order, const Identity& identity,
                  model::CustomerUpdate update) {
  Plan plan;
  plan.flow = "customer_update_to_bloomreach";
  plan.effect = "profile/" + order.id;
  plan.lane = "profile/" + identity.hard;
  plan.profile_only = true;
  plan.parts.emplace_back(std::move(update));
  return plan;
}

}  // namespace tillbridge::flows
