#include "ledger/expected_effects.h"

#include <algorithm>

#include "ledger/amounts.h"

namespace sandbox {
namespace {

constexpr int order_type_order = 10;
constexpr int payment_state_paid = 20;

bool has_rows(const TillOrder& order, bool returned) {
  return std::any_of(order.rows.begin(), order.rows.end(), [returned](const TillRow& row) {
    return returned ? row.quantity < 0 : row.quantity > 0;
  });
}

bool has_customer_properties(const TillOrder& order) {
  return !order.email.empty() || !order.phone.empty() || !order.name_first.empty() ||
         !order.name_last.empty() || !order.store_code.empty();
}

void add_side(OrderPlan& plan, const TillOrder& order, bool returned) {
  plan.effects.push_back({returned ? EffectKind::return_header : EffectKind::purchase});
  for (const TillRow& row : order.rows) {
    if (returned ? row.quantity < 0 : row.quantity > 0)
      plan.effects.push_back(
          {returned ? EffectKind::return_item : EffectKind::purchase_item, row.index});
  }
}

// "" when the order is final and of a kind that has effects, else why it has none.
std::string why_nothing(const TillOrder& order, const Expectations& expectations) {
  if (order.order_type != order_type_order) return "a booking or parked cart";
  if (order.state == TillState::cancelled)
    return expectations.cancelled == "none" ? "cancelled, and cancellations are not sent" : "";
  if (order.state == TillState::abandoned) return "abandoned";
  if (order.state != TillState::closed) return "open";
  if (order.payment_state != payment_state_paid) return "not paid";
  if (!has_rows(order, false) && !has_rows(order, true)) return "without rows";
  return "";
}

}  // namespace

std::string_view name(EffectKind kind) {
  switch (kind) {
    case EffectKind::customer_update:
      return "customer_update";
    case EffectKind::purchase:
      return "purchase";
    case EffectKind::purchase_item:
      return "purchase_item";
    case EffectKind::return_header:
      return "return";
    case EffectKind::return_item:
      return "return_item";
    case EffectKind::cancellation:
      return "cancellation";
  }
  return "unknown";
}

bool is_header(EffectKind kind) {
  return kind == EffectKind::purchase || kind == EffectKind::return_header ||
         kind == EffectKind::cancellation;
}

OrderPlan plan_of(const TillOrder& order, const std::optional<std::string>& original,
                  const Expectations& expectations) {
  OrderPlan plan;
  plan.why = why_nothing(order, expectations);
  if (!plan.why.empty()) return plan;

  const bool cancelled = order.state == TillState::cancelled;
  const bool sale = has_rows(order, false);
  const bool returned = has_rows(order, true);
  const Identity identity = identity_of(order, expectations);
  if (identity.state == Identity::State::faulty) {
    plan.verdict = OrderVerdict::faulty;
    plan.why = "an identity that cannot be right";
    return plan;
  }
  plan.hard_id = identity.hard_id;
  if (identity.state == Identity::State::absent) {
    // Only a pure return can be sent as somebody else's: a sale in it would be attributed by guess.
    plan.identity_from_original = !cancelled && returned && !sale && original.has_value();
    if (!plan.identity_from_original) {
      plan.verdict = OrderVerdict::unidentified;
      plan.why = "a guest's";
      return plan;
    }
    plan.hard_id = *original;
  }
  if (!rate_of(expectations.rates, order.currency, expectations.reference_currency)) {
    plan.verdict = OrderVerdict::faulty;
    plan.why = "no rate for " + order.currency;
    return plan;
  }

  plan.verdict = OrderVerdict::effects;
  if (cancelled) {
    plan.effects.push_back({EffectKind::cancellation});
    return plan;
  }
  if (sale) {
    if (has_customer_properties(order)) plan.effects.push_back({EffectKind::customer_update});
    add_side(plan, order, false);
  }
  if (returned) add_side(plan, order, true);
  return plan;
}

}  // namespace sandbox
