#pragma once
// Which effects one order calls for at Bloomreach, and with which content: docs/flows/bloomreach.md
// in code, derived from the till's record alone. Pure functions; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "ledger/expected_effects.h"
#include "ledger/ledger.h"

namespace sandbox {

std::string_view bloomreach_name(EffectKind kind);

Identity identity_for_bloomreach(const TillOrder& order, const Expectations& expectations);

// original: whose the sale is that a return is linked to; absent when that is not known.
OrderPlan plan_for_bloomreach(const TillOrder& order, const Identity& original,
                              const Expectations& expectations);

ExpectedContent content_for_bloomreach(const TillOrder& order, EffectKey key,
                                       const std::string& hard_id, bool identity_from_original,
                                       const Expectations& expectations);

// Which order and effect an arrival claims to be; nullopt: an event that names no order in the way
// the documentation has it. Not for customer updates: those name nobody's order.
std::optional<Claim> claim_at_bloomreach(const ReceivedEvent& event,
                                         const Expectations& expectations);

}  // namespace sandbox
