#pragma once
// A customer as tills keep them -> Klaviyo (docs/flows/till.md "Mapping"): a profile write. Pure;
// any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flows/klaviyo_settings.h"
#include "flows/plan.h"
#include "model/customer.h"

namespace tillbridge::flows {

// The rules in force: the workspace's, or the documented default.
model::CustomerMapping customer_mapping_of(const KlaviyoSettings& settings);

struct CustomerPlan {
  std::optional<Plan> plan;
  std::string reason;         // why there is none, in words, without personal data
  std::vector<Fact> learned;  // to be kept together with the plan
  std::string conflict;       // two customers claim one profile: a case; "" none
};
// Flow "customer_to_klaviyo", in the lane of the person's sales. after, before: before and after
// the change, normalised; fresh: a new customer, of whom everything is sent; else only what
// changed, a cleared one as "". version: of the customer's record. at: when staff did it. facts:
// what earlier plans have learned, at least the keys that
// facts_wanted_by_customer_to_klaviyo() named.
CustomerPlan customer_to_klaviyo(const model::Customer& after, const model::Customer& before,
                                 bool fresh, std::uint32_t version, Instant at, const Facts& facts,
                                 const KlaviyoSettings& settings);

// The same keys as a sale's (klaviyo.h); asked again until nothing new comes.
std::vector<std::string> facts_wanted_by_customer_to_klaviyo(const model::Customer& customer,
                                                             const Facts& facts,
                                                             const KlaviyoSettings& settings);

}  // namespace tillbridge::flows
