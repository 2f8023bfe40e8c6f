#pragma once
// Which effects one order of the tills calls for, and with which content: docs/flows/bloomreach.md
// in code, derived from the till's record alone. Pure functions; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ledger/ledger.h"
#include "ledger/till_record.h"

namespace sandbox {

enum class EffectKind : std::uint8_t {
  customer_update,
  purchase,
  purchase_item,
  return_header,  // "return", or a `purchase` with status `refund` in the status pattern
  return_item,
  cancellation,
};
std::string_view name(EffectKind kind);
bool is_header(EffectKind kind);

// One thing that has to arrive exactly once; row is the orderitemid, -1 unless it is an item.
struct EffectKey {
  EffectKind kind = EffectKind::purchase;
  int row = -1;
  friend bool operator==(const EffectKey&, const EffectKey&) = default;
};

// Who an order belongs to by its own data.
struct Identity {
  enum class State : std::uint8_t { absent, sound, faulty };
  State state = State::absent;
  std::string hard_id;  // normalised; only when sound
};
Identity identity_of(const TillOrder& order, const Expectations& expectations);

enum class OrderVerdict : std::uint8_t {
  nothing,  // not final, a booking, a parked cart, without rows
  effects,
  unidentified,  // a guest
  faulty,        // must have become a case
};

struct OrderPlan {
  OrderVerdict verdict = OrderVerdict::nothing;
  std::string why;      // in words, for findings
  std::string hard_id;  // under which the effects arrive
  bool identity_from_original = false;
  std::vector<EffectKey> effects;
};
// original: the hard id of the sale that a return is linked to, when that is known.
OrderPlan plan_of(const TillOrder& order, const std::optional<std::string>& original,
                  const Expectations& expectations);

struct ExpectedContent {
  std::string type;  // event type on the wire; "" for a customer update
  boost::json::object ids;
  boost::json::object ids_allowed;  // may be there; null: with any value
  boost::json::object properties;
  boost::json::object allowed;  // properties on which the documentation is silent; null: any value
  double timestamp_min = 0;
  double timestamp_max = 0;
};
ExpectedContent content_of(const TillOrder& order, EffectKey key, const std::string& hard_id,
                           bool identity_from_original, const Expectations& expectations);

}  // namespace sandbox
