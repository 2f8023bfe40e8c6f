// What a sale says about its customer.

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

}  // namespace

std::optional<model::CustomerUpdate> customer_update(const model::Order& order,
                                                     const Identity& identity,
                                                     const BloomreachSettings& settings) {
  model::CustomerUpdate update;
  update.who = identity.opening;
  update.changed_at = std::chrono::floor<std::chrono::seconds>(order.ordered_at);
  const auto email = model::identity_value(order.customer, model::IdentitySource::email);
  add(update, settings, "email", email.value_or(""));
  const auto phone = model::identity_value(order.customer, model::IdentitySource::phone);
  add(update, settings, "phone", phone.value_or(""));
  add(update, settings, "first_name", order.customer.first_name);
  add(update, settings, "last_name", order.customer.last_name);
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
