#pragma once
// Which order and effect an arrival claims to be. Pure functions; any thread.

#include <cstdint>
#include <optional>

#include "ledger/expected_effects.h"
#include "ledger/ledger.h"

namespace sandbox {

struct Claim {
  std::int64_t order_id = 0;
  EffectKey key;
};

// nullopt: an event that names no order in the way the documentation has it. Not for customer
// updates: those name nobody's order.
std::optional<Claim> claim_of(const ReceivedEvent& event, const Expectations& expectations);

}  // namespace sandbox
