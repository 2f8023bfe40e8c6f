// What a member's sale says about the member: a profile write.

#include "flows/klaviyo_flows.h"

namespace tillbridge::flows::klaviyo {

std::optional<ProfileWrite> profile_write(const About& about) {
  const model::Customer sold_to = customer_as_sold(*about.identity.facts);
  if (sold_to.customer_id.empty() && sold_to.member_number.empty()) return std::nullopt;
  const auto rules = rules_for_sales(sale_mapping_of(about.settings), sold_to);
  return whole_write(about.identity, about.person, profile_facts(sold_to, rules, about.settings),
                     about.order.ordered_at);
}

Plan profile_plan(const About& about, model::CustomerUpdate update) {
  Plan plan;
  plan.flow = "customer_update_to_klaviyo";
  plan.effect = "profile/" + about.order.id;
  plan.lane = "profile/" + about.person.lane;
  plan.profile_only = true;
  plan.parts.emplace_back(std::move(update));
  return plan;
}

}  // namespace tillbridge::flows::klaviyo
