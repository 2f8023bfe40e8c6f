#pragma once
// Order -> Klaviyo, all flows of docs/flows/klaviyo.md: chooses by what the order is and calls the
// flow's file. Pure; any thread.

#include "flows/klaviyo_settings.h"
#include "flows/plan.h"

namespace tillbridge::flows {

// original: the sale that a linked return takes back, when it is known. history: a backfilled
// order. facts: what earlier plans have learned, at least the keys that facts_wanted_by_klaviyo()
// named.
Verdict plan_for_klaviyo(const model::Order& order, const std::optional<Original>& original,
                         const Facts& facts, bool history, const KlaviyoSettings& settings);

// Whether the plan of this order depends on knowing its original: then the caller looks it up
// first.
bool needs_original_for_klaviyo(const model::Order& order, const KlaviyoSettings& settings);

// The keys of the facts that the plan of this order depends on and that `facts` was not asked for
// yet: some keys are known only when others have been read. Asked again until nothing new comes.
std::vector<std::string> facts_wanted_by_klaviyo(const model::Order& order,
                                                 const std::optional<Original>& original,
                                                 const Facts& facts,
                                                 const KlaviyoSettings& settings);

// A consent act of a person whose lane is known by `facts`.
struct ConsentPlan {
  std::string flow;    // "consent_to_klaviyo"
  std::string effect;  // "consent/<channel>/<key>/<seconds>"
  std::string lane;    // "consent/<key>"
  model::ConsentAct act;
};
// invalid_input: the address cannot be right, or lies at a test domain. address: e-mail or phone as
// typed; country for phones.
Result<ConsentPlan> plan_consent_for_klaviyo(const std::string& address, std::string_view country,
                                             model::ConsentChannel channel,
                                             model::ConsentState decision, Instant at,
                                             const std::string& source,
                                             const KlaviyoSettings& settings);

}  // namespace tillbridge::flows
