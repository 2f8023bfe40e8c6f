#pragma once
// One order's account: what it calls for and what of that has arrived. Keeps the till's record only
// as long as something is still to come, so that a long run stays small. Core thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/expected_effects.h"

namespace sandbox {

// A customer as the headers of all tills address it; for the order of arrivals.
struct CustomerAccount {
  const std::string* hard_id = nullptr;  // key of the map that owns this
  std::uint64_t sequence_before = 0;     // highest final_sequence of earlier requests
  std::uint64_t request = 0;
  std::uint64_t sequence_in_request = 0;
};

class OrderCheck {
 public:
  struct Effect {
    EffectKey key;
    bool seen = false;
  };

  // own: whom the order belongs to by its own data; account: under whom its effects arrive. Either
  // may be null. Returns the effects that had arrived and are no longer called for.
  std::vector<EffectKey> renew(const TillOrder& order, OrderPlan plan, CustomerAccount* own,
                               CustomerAccount* account);

  Effect* find(EffectKey key);
  // Marks it as arrived; the first difference in words, if any.
  std::optional<std::string> arrived(Effect& effect, const ReceivedEvent& event,
                                     const Expectations& expectations);
  // Content that this order's customer update must have; only while it has not arrived.
  std::optional<ExpectedContent> pending_update(const Expectations& expectations) const;

  OrderVerdict verdict() const { return verdict_; }
  const std::string& why() const { return why_; }
  const std::vector<Effect>& effects() const { return effects_; }
  std::size_t seen() const { return seen_; }
  const CustomerAccount* own() const { return own_; }
  CustomerAccount* account() const { return account_; }
  std::uint64_t final_sequence() const { return final_sequence_; }
  std::int64_t final_at_us() const { return final_at_us_; }
  std::int64_t order_date_s() const { return order_date_s_; }
  // Everything arrived and the cookie with none of it.
  bool cookie_missing() const { return seen_ == effects_.size() && cookie_due_ && !cookie_seen_; }
  void expect_cookie(bool due) { cookie_due_ = due; }

  std::uint64_t indexed_as =
      0;  // under which hash the ledger finds this order's customer update; 0: not

 private:
  std::unique_ptr<const TillOrder> order_;  // null when nothing is to come
  std::vector<Effect> effects_;
  std::string why_;
  CustomerAccount* own_ = nullptr;
  CustomerAccount* account_ = nullptr;
  std::uint64_t final_sequence_ = 0;
  std::int64_t final_at_us_ = 0;
  std::int64_t order_date_s_ = 0;
  std::size_t seen_ = 0;
  OrderVerdict verdict_ = OrderVerdict::nothing;
  bool identity_from_original_ = false;
  bool cookie_due_ = false;
  bool cookie_seen_ = false;
};

}  // namespace sandbox
