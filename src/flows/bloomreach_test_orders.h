#pragma once
// Planning for Bloomreach, for its flow tests.

#include "flows/bloomreach.h"
#include "flows/flow_test_orders.h"

namespace tillbridge::flows::test {

inline BloomreachSettings settings() {
  BloomreachSettings s;
  s.reference_currency = currency("SEK");
  return s;
}

inline Verdict plan(const model::Order& order, const BloomreachSettings& s = settings(),
                    const std::optional<Original>& original = std::nullopt,
                    const FactsInMemory& facts = {}) {
  return plan_for_bloomreach(order, original, facts, s);
}

}  // namespace tillbridge::flows::test
