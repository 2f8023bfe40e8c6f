#include "ledger/expected_bloomreach.h"

#include "ledger/amounts.h"
#include "ledger/identity_text.h"

namespace sandbox {
namespace {

bool has_customer_properties(const TillOrder& order) {
  return !order.email.empty() || !order.phone.empty() || !order.name_first.empty() ||
         !order.name_last.empty() || !order.store_code.empty();
}

void add_side(OrderPlan& plan, const TillOrder& order, bool returned) {
  plan.effects.push_back({returned ? EffectKind::return_header : EffectKind::purchase});
  for (const TillRow* row : side_of(order, returned))
    plan.effects.push_back(
        {returned ? EffectKind::return_item : EffectKind::purchase_item, row->index});
}

std::optional<Claim> claim(const boost::json::object& properties, std::string_view id_key,
                           EffectKind kind) {
  const auto order_id = number_in_text(properties, id_key);
  if (!order_id) return std::nullopt;
  Claim found{*order_id, {kind, -1}};
  if (kind == EffectKind::purchase_item || kind == EffectKind::return_item) {
    const auto row = number_in_text(properties, "line_id");
    if (!row) return std::nullopt;
    found.key.row = static_cast<int>(*row);
  }
  return found;
}

}  // namespace

std::string_view bloomreach_name(EffectKind kind) {
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

Identity identity_for_bloomreach(const TillOrder& order, const Expectations& expectations) {
  const SourcedId id = sourced_id(order, expectations.hard_id_from);
  if (id.text.empty()) return {};
  if (!id.possible) return {Identity::State::faulty, {}};
  return {Identity::State::sound, id.text};
}

OrderPlan plan_for_bloomreach(const TillOrder& order, const Identity& original,
                              const Expectations& expectations) {
  OrderPlan plan;
  plan.why = expectations.bloomreach ? why_nothing(order, expectations.cancelled != "none")
                                     : "Bloomreach is not connected";
  if (!plan.why.empty()) return plan;
  plan = plan_by_identity(order, identity_for_bloomreach(order, expectations), original);
  if (plan.verdict != OrderVerdict::effects) return plan;
  if (!rate_of(expectations.rates, order.currency, expectations.reference_currency)) {
    plan.verdict = OrderVerdict::faulty;
    plan.why = "no rate for " + order.currency;
    return plan;
  }
  if (order.state == TillState::cancelled) {
    plan.effects.push_back({EffectKind::cancellation});
    return plan;
  }
  if (!side_of(order, false).empty()) {
    if (has_customer_properties(order)) plan.effects.push_back({EffectKind::customer_update});
    add_side(plan, order, false);
  }
  if (!side_of(order, true).empty()) add_side(plan, order, true);
  return plan;
}

std::optional<Claim> claim_at_bloomreach(const ReceivedEvent& event,
                                         const Expectations& expectations) {
  const bool item = event.type == "purchase_item" || event.type == "return_item";
  if (event.type == "purchase" || event.type == "purchase_item") {
    const auto status = tillbridge::json::text(event.properties, "purchase_status").value_or("");
    if (status == "refund") {
      if (expectations.returns != "status") return std::nullopt;
      return claim(event.properties, "refund_id",
                   item ? EffectKind::return_item : EffectKind::return_header);
    }
    if (status == "cancelled" && !item)
      return claim(event.properties, "purchase_id", EffectKind::cancellation);
    return claim(event.properties, "purchase_id",
                 item ? EffectKind::purchase_item : EffectKind::purchase);
  }
  if (event.type == "return" || event.type == "return_item") {
    return claim(event.properties, "return_id",
                 item ? EffectKind::return_item : EffectKind::return_header);
  }
  if (event.type == "cancel_order")
    return claim(event.properties, "purchase_id", EffectKind::cancellation);
  return std::nullopt;
}

}  // namespace sandbox
