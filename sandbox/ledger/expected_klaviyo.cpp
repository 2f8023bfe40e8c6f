#include "ledger/expected_klaviyo.h"

#include <algorithm>

#include "ledger/identity_text.h"

namespace sandbox {
namespace {

constexpr std::size_t email_bytes_max = 100;  // klaviyo.md 5.2

bool lies_at(const std::string& domain, const std::string& entry) {
  if (entry.empty()) return false;
  if (entry.front() == '.') return domain.ends_with(entry);
  return domain == entry || domain.ends_with("." + entry);
}

}  // namespace

std::string klaviyo_name(EffectKind kind, const KlaviyoExpectations& expectations) {
  switch (kind) {
    case EffectKind::purchase:
      return "Placed Order";
    case EffectKind::purchase_item:
      return "Ordered Product";
    case EffectKind::return_header:
      return "Refunded Order";
    case EffectKind::cancellation:
      return expectations.cancelled_metric.empty() ? "Cancelled Order"
                                                   : expectations.cancelled_metric;
    case EffectKind::customer_update:
    case EffectKind::return_item:
      break;
  }
  return "unknown";
}

std::string_view klaviyo_identifier(const KlaviyoExpectations& expectations) {
  if (expectations.key_from == "email") return "email";
  return expectations.key_from == "phone" ? "phone_number" : "external_id";
}

Identity identity_for_klaviyo(const TillOrder& order, const KlaviyoExpectations& expectations) {
  const SourcedId id = sourced_id(order, expectations.key_from);
  if (id.text.empty()) return {};
  const bool too_long = expectations.key_from == "email" && id.text.size() > email_bytes_max;
  if (!id.possible || too_long) return {Identity::State::faulty, {}};
  const bool is_number = klaviyo_identifier(expectations) == "external_id";
  return {Identity::State::sound, (is_number ? expectations.id_prefix : std::string()) + id.text};
}

bool is_nobodys_address(const std::string& email, const KlaviyoExpectations& expectations) {
  for (const std::string& shared : expectations.shared_addresses)
    if (in_lower_case(trimmed(shared)) == email) return true;
  const std::size_t at = email.rfind('@');
  if (at == std::string::npos) return false;
  const std::string domain = email.substr(at + 1);
  return std::any_of(expectations.test_domains.begin(), expectations.test_domains.end(),
                     [&domain](const std::string& entry) {
                       return lies_at(domain, in_lower_case(trimmed(entry)));
                     });
}

OrderPlan plan_for_klaviyo(const TillOrder& order, const Identity& original,
                           const KlaviyoExpectations& expectations) {
  OrderPlan plan;
  plan.why = why_nothing(order, !expectations.cancelled_metric.empty());
  const bool cancelled = order.state == TillState::cancelled;
  const auto sold = side_of(order, false);
  const auto returned = side_of(order, true);
  if (plan.why.empty() && cancelled && sold.empty()) plan.why = "cancelled, nothing was sold";
  if (!plan.why.empty()) return plan;
  plan = plan_by_identity(order, identity_for_klaviyo(order, expectations), original);
  if (plan.verdict != OrderVerdict::effects) return plan;
  if (expectations.key_from == "email" && is_nobodys_address(plan.key, expectations)) {
    plan.verdict = OrderVerdict::nothing;
    plan.why = "of a test or shared address";
    return plan;
  }
  if (cancelled) {
    plan.effects.push_back({EffectKind::cancellation});
    return plan;
  }
  if (!sold.empty()) {
    plan.effects.push_back({EffectKind::purchase});
    for (const TillRow* row : sold) plan.effects.push_back({EffectKind::purchase_item, row->index});
  }
  if (!returned.empty()) plan.effects.push_back({EffectKind::return_header});
  return plan;
}

bool is_history(const TillOrder& order, const KlaviyoExpectations& expectations) {
  return order.final_at_us < expectations.history_before_s * 1'000'000;
}

std::optional<Claim> claim_at_klaviyo(const ReceivedEvent& event,
                                      const KlaviyoExpectations& expectations) {
  const auto claim = [&event](std::string_view id_key, EffectKind kind) -> std::optional<Claim> {
    const auto order_id = number_in_text(event.properties, id_key);
    if (!order_id) return std::nullopt;
    return Claim{*order_id, {kind, -1}};
  };
  if (event.type == "Placed Order") return claim("OrderId", EffectKind::purchase);
  if (event.type == "Refunded Order") return claim("RefundId", EffectKind::return_header);
  if (event.type == "Ordered Product") {
    auto found = claim("OrderId", EffectKind::purchase_item);
    const auto row = number_in_text(event.properties, "LineId");
    if (!found || !row) return std::nullopt;
    found->key.row = static_cast<int>(*row);
    return found;
  }
  if (!expectations.cancelled_metric.empty() && event.type == expectations.cancelled_metric)
    return claim("OrderId", EffectKind::cancellation);
  return std::nullopt;
}

}  // namespace sandbox
