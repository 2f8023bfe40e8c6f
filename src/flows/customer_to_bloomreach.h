#pragma once
// A customer as tills keep them -> Bloomreach (docs/flows/till.md "Mapping", "Consents"). Pure; any
// thread.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "flows/bloomreach_settings.h"
#include "flows/plan.h"
#include "model/customer.h"

namespace tillbridge::flows {

// The rules in force: the workspace's, or the documented default built from hard_id, hard_id_from,
// soft_ids and names.
model::CustomerMapping customer_mapping_of(const BloomreachSettings& settings);

// One customer update, in the lane of the customer's sales. after, before: before and after the
// change, normalised; fresh: a new customer, of whom everything is sent; else only the targets that
// changed, a cleared one as "". hard_id_value: how Bloomreach knows them ("": after's own value).
// version: of the customer's record. at: when staff did it. look_up: nobody could be asked whether
// this person exists, so the delivery asks before it writes. nullopt: nothing that is mapped
// changed, or there is no hard ID.
std::optional<Plan> customer_to_bloomreach(const model::Customer& after,
                                           const model::Customer& before, bool fresh,
                                           const std::string& hard_id_value, std::uint32_t version,
                                           Instant at, const BloomreachSettings& settings,
                                           bool look_up = false);

// One `consent` event (bloomreach.md 8), in the same lane. A malformed one would count as a
// revocation there, so what cannot be a complete one is invalid_input: no hard ID, a category that
// is not Bloomreach's, no time. store: its code, "" unknown.
Result<Plan> consent_to_bloomreach(const model::Customer& customer,
                                   const std::string& hard_id_value,
                                   const model::ConsentDecision& decision,
                                   const model::ConsentCategory& category, const std::string& store,
                                   const BloomreachSettings& settings);

}  // namespace tillbridge::flows
