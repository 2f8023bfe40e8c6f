#pragma once
// Order -> Bloomreach, all flows of docs/flows/bloomreach.md: chooses by what the order is and
// calls the flow's file. Pure; any thread.

#include "flows/bloomreach_settings.h"
#include "flows/plan.h"

namespace tillbridge::flows {

// original: the sale that a linked return takes back, when it is known. facts: what earlier plans
// have learned, at least the keys that facts_wanted_by_bloomreach() named.
Verdict plan_for_bloomreach(const model::Order& order, const std::optional<Original>& original,
                            const Facts& facts, const BloomreachSettings& settings);

// The keys of the facts that the plan of this order depends on: "alias/<hard ID>". Asked again
// until nothing new comes, because an alias may have one itself.
std::vector<std::string> facts_wanted_by_bloomreach(const model::Order& order,
                                                    const std::optional<Original>& original,
                                                    const Facts& facts,
                                                    const BloomreachSettings& settings);

// Whether the plan of this order depends on knowing its original (linked return without own
// identity, or purchase ids that are not order numbers): then the caller looks it up first.
bool needs_original(const model::Order& order, const BloomreachSettings& settings);

}  // namespace tillbridge::flows
