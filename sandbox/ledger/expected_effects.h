#pragma once
// What an order can call for, in terms that the platforms share: effects, whose they are, why there
// are none, and content to compare with. Pure functions; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ledger/till_record.h"

namespace sandbox {

enum class EffectKind : std::uint8_t {
  customer_update,
  purchase,       // "Placed Order" at Klaviyo
  purchase_item,  // "Ordered Product"
  return_header,  // "return", or a `purchase` with status `refund`; "Refunded Order"
  return_item,
  cancellation,
};
bool is_header(EffectKind kind);

// One thing that has to arrive exactly once; row is the orderitemid, -1 unless it is an item.
struct EffectKey {
  EffectKind kind = EffectKind::purchase;
  int row = -1;
  friend bool operator==(const EffectKey&, const EffectKey&) = default;
};

// Which order and effect an arrival claims to be.
struct Claim {
  std::int64_t order_id = 0;
  EffectKey key;
};
// A member that holds a whole number as text, the way ids of orders and rows travel.
std::optional<std::int64_t> number_in_text(const boost::json::object& properties,
                                           std::string_view key);

// Who an order belongs to by its own data.
struct Identity {
  enum class State : std::uint8_t { absent, sound, faulty };
  State state = State::absent;
  std::string key;  // normalised; only when sound
};

enum class OrderVerdict : std::uint8_t {
  nothing,  // not final, a booking, a parked cart, without rows; a test address at Klaviyo
  effects,
  unidentified,  // a guest
  faulty,        // must have become a case
};

struct OrderPlan {
  OrderVerdict verdict = OrderVerdict::nothing;
  std::string why;  // in words, for findings
  std::string key;  // of the customer under whom the effects arrive
  bool identity_from_original = false;
  std::vector<EffectKey> effects;
};
// The plan as far as the order's customer decides it: whose it is, a guest's or faulty. With
// verdict `effects` the effects are still to be named. original: whose the sale is that a return is
// linked to; absent when that is not known.
OrderPlan plan_by_identity(const TillOrder& order, const Identity& identity,
                           const Identity& original);

// "" when the order is final and of a kind that has effects, else why it has none.
std::string why_nothing(const TillOrder& order, bool cancellations_are_sent);

// Rows of one side; rows with quantity 0 belong to none.
std::vector<const TillRow*> side_of(const TillOrder& order, bool returned);
bool is_mixed(const TillOrder& order);
// The sum that one side of the order was paid with: the order's own total, in a mixed order that of
// the side's rows. Positive.
std::int64_t paid_minor(const TillOrder& order, bool returned);
std::int64_t net_minor(const TillOrder& order, bool returned);  // of the side's rows; positive

struct ExpectedContent {
  std::string type;  // event type on the wire; "" for a customer update
  boost::json::object ids;
  boost::json::object ids_allowed;  // may be there; null: with any value
  boost::json::object properties;
  boost::json::object allowed;  // properties on which the documentation is silent; null: any value
  double timestamp_min = 0;
  double timestamp_max = 0;
};
// A cancellation has no time of its own at Sitoo: the announcement's, or when the hub found it.
void set_time_of_cancellation(ExpectedContent& content, const TillOrder& order);

void put_text(boost::json::object& into, std::string_view key, const std::string& text);
// The order's reason; without one the first returned row's. When only a later row has one the
// documentation is silent.
void put_return_reason(ExpectedContent& content, const TillOrder& order, std::string_view key);

}  // namespace sandbox
