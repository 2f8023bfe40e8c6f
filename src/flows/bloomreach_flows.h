#pragma once
// The flows behind plan_for_bloomreach, one file each. All pure; each answers with the plans of its
// part of the order, or invalid_input when the amounts do not fit.

#include <optional>
#include <string>
#include <vector>

#include "flows/bloomreach_amounts.h"
#include "flows/bloomreach_identity.h"
#include "flows/bloomreach_settings.h"
#include "flows/plan.h"

namespace tillbridge::flows {

// sale_to_bloomreach.cpp
Result<std::vector<Plan>> plan_sale(const model::Order& order, const Identity& identity,
                                    const BloomreachSettings& settings);
// return_to_bloomreach.cpp; original: nullptr when it is not known.
Result<std::vector<Plan>> plan_return(const model::Order& order, const model::Order* original,
                                      const Identity& identity, const BloomreachSettings& settings);
// cancellation_to_bloomreach.cpp
Result<std::vector<Plan>> plan_cancellation(const model::Order& order, const Identity& identity,
                                            const BloomreachSettings& settings);
// customer_update_to_bloomreach.cpp: nullopt when the order says nothing about its customer.
std::optional<model::CustomerUpdate> customer_update(const model::Order& order,
                                                     const Identity& identity,
                                                     const BloomreachSettings& settings);
// The update on its own, for the profile window.
Plan profile_plan(const model::Order& order, const Identity& identity,
                  model::CustomerUpdate update);

}  // namespace tillbridge::flows
