#include "ledger/expected_effects.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace sandbox {
namespace {

constexpr int order_type_order = 10;
constexpr int payment_state_paid = 20;
constexpr double cancellation_early_s_max = 2;
constexpr double cancellation_late_s_max = 600;

}  // namespace

bool is_header(EffectKind kind) {
  return kind == EffectKind::purchase || kind == EffectKind::return_header ||
         kind == EffectKind::cancellation;
}

std::optional<std::int64_t> number_in_text(const boost::json::object& properties,
                                           std::string_view key) {
  const boost::json::value* value = properties.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string why_nothing(const TillOrder& order, bool cancellations_are_sent) {
  if (order.order_type != order_type_order) return "a booking or parked cart";
  if (order.state == TillState::cancelled)
    return cancellations_are_sent ? "" : "cancelled, and cancellations are not sent";
  if (order.state == TillState::abandoned) return "abandoned";
  if (order.state != TillState::closed) return "open";
  if (order.payment_state != payment_state_paid) return "not paid";
  if (side_of(order, false).empty() && side_of(order, true).empty()) return "without rows";
  return "";
}

OrderPlan plan_by_identity(const TillOrder& order, const Identity& identity,
                           const Identity& original) {
  OrderPlan plan;
  if (identity.state == Identity::State::faulty) {
    plan.verdict = OrderVerdict::faulty;
    plan.why = "an identity that cannot be right";
    return plan;
  }
  plan.verdict = OrderVerdict::effects;
  plan.key = identity.key;
  if (identity.state == Identity::State::sound) return plan;
  // Only a pure return can be sent as somebody else's: a sale in it would be attributed by guess.
  const bool is_the_originals = order.state != TillState::cancelled &&
                                !side_of(order, true).empty() && side_of(order, false).empty();
  if (is_the_originals && original.state == Identity::State::faulty) {
    plan.verdict = OrderVerdict::faulty;
    plan.why = "of a sale whose identity cannot be right";
    return plan;
  }
  plan.identity_from_original = is_the_originals && original.state == Identity::State::sound;
  if (plan.identity_from_original) {
    plan.key = original.key;
  } else {
    plan.verdict = OrderVerdict::unidentified;
    plan.why = "a guest's";
  }
  return plan;
}

std::vector<const TillRow*> side_of(const TillOrder& order, bool returned) {
  std::vector<const TillRow*> rows;
  for (const TillRow& row : order.rows)
    if (returned ? row.quantity < 0 : row.quantity > 0) rows.push_back(&row);
  return rows;
}

bool is_mixed(const TillOrder& order) {
  return !side_of(order, false).empty() && !side_of(order, true).empty();
}

std::int64_t paid_minor(const TillOrder& order, bool returned) {
  if (!is_mixed(order)) return std::abs(order.paid_minor);
  std::int64_t gross = 0;
  for (const TillRow* row : side_of(order, returned)) gross += row->net_minor + row->vat_minor;
  return std::abs(gross);
}

std::int64_t net_minor(const TillOrder& order, bool returned) {
  std::int64_t net = 0;
  for (const TillRow* row : side_of(order, returned)) net += row->net_minor;
  return std::abs(net);
}

void set_time_of_cancellation(ExpectedContent& content, const TillOrder& order) {
  content.timestamp_min = static_cast<double>(order.final_event_date_s) - cancellation_early_s_max;
  content.timestamp_max = static_cast<double>(order.final_event_date_s) + cancellation_late_s_max;
}

void put_text(boost::json::object& into, std::string_view key, const std::string& text) {
  if (!text.empty()) into[key] = text;
}

void put_return_reason(ExpectedContent& content, const TillOrder& order, std::string_view key) {
  if (!order.reason.empty()) {
    content.properties[key] = order.reason;
    return;
  }
  const auto rows = side_of(order, true);
  if (!rows.empty() && !rows.front()->reason.empty()) {
    content.properties[key] = rows.front()->reason;
    return;
  }
  for (const TillRow* row : rows)
    if (!row->reason.empty()) content.allowed[key] = nullptr;
}

}  // namespace sandbox
