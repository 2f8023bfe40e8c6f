#pragma once
// What is decided about an order before anybody asks who bought; the same for every platform. Pure.

#include <optional>
#include <string>

#include "flows/plan.h"
#include "model/order.h"

namespace tillbridge::flows {

Verdict verdict(Verdict::State state, std::string reason);

// cancelled_is_sent: the workspace has an event for cancelled orders. nullopt: go on.
std::optional<Verdict> decided_by_kind(const model::Order& order, model::OrderKind kind,
                                       bool cancelled_is_sent);

// The reason of a planned order. inherited: under the identity of the sale it takes back.
std::string planned_reason(model::OrderKind kind, bool inherited);

}  // namespace tillbridge::flows
