#pragma once
// The flows behind plan_for_klaviyo, one file each. All pure; each answers with the plans of its
// part of the order, or invalid_input when the amounts do not fit.

#include <optional>
#include <string>
#include <vector>

#include "flows/klaviyo_event.h"
#include "flows/klaviyo_profile.h"

namespace tillbridge::flows::klaviyo {

// sale_to_klaviyo.cpp; purchased: SKUs bought and kept after this sale, nullopt: not told. first: a
// write that leads.
Result<std::vector<Plan>> plan_sale(const About& about,
                                    const std::optional<model::TextList>& purchased,
                                    const ProfileWrite* first);
// return_to_klaviyo.cpp; purchased as above, nullopt also when it stays as it was.
struct RefundId {
  std::string id;  // of the event, without the prefix
  std::optional<Fact> taken;
};
RefundId refund_id(const model::Order& order, const Facts& facts, const KlaviyoSettings& settings);
// "" when the choice of the refund's id does not depend on a fact.
std::string refund_fact_key(const model::Order& order, const KlaviyoSettings& settings);
Result<std::vector<Plan>> plan_return(const About& about, const RefundId& refund,
                                      const std::optional<model::TextList>& purchased);
// cancellation_to_klaviyo.cpp
Result<std::vector<Plan>> plan_cancellation(const About& about);
// customer_update_to_klaviyo.cpp: nullopt for customers who are no members.
std::optional<ProfileWrite> profile_write(const About& about);
Plan profile_plan(const About& about, model::CustomerUpdate update);

}  // namespace tillbridge::flows::klaviyo
