#include "ledger/attribution.h"

#include <charconv>

namespace sandbox {
namespace {

template <typename Number>
std::optional<Number> number_in(const boost::json::object& properties, std::string_view key) {
  const boost::json::value* value = properties.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Claim> claim(const boost::json::object& properties, std::string_view id_key,
                           EffectKind kind) {
  const auto order_id = number_in<std::int64_t>(properties, id_key);
  if (!order_id) return std::nullopt;
  Claim found{*order_id, {kind, -1}};
  if (kind == EffectKind::purchase_item || kind == EffectKind::return_item) {
    const auto row = number_in<int>(properties, "line_id");
    if (!row) return std::nullopt;
    found.key.row = *row;
  }
  return found;
}

}  // namespace

std::optional<Claim> claim_of(const ReceivedEvent& event, const Expectations& expectations) {
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
