#pragma once
// One order's account at one platform: what it calls for and what of that has arrived. Keeps the
// till's record only as long as something is still to come, so that a long run stays small. Core
// thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/expected_effects.h"
#include "ledger/lane.h"

namespace sandbox {

class OrderCheck {
 public:
  struct Effect {
    EffectKey key;
    bool seen = false;
  };
  // Under whom: interned texts and the customer's lane; null when there is none.
  struct Owner {
    Identity::State own = Identity::State::absent;  // by the order's own data
    const std::string* own_key = nullptr;           // when that is sound
    const std::string* key = nullptr;               // under which its effects arrive
    Lane* lane = nullptr;
  };

  // Returns the effects that had arrived and are no longer called for.
  std::vector<EffectKey> renew(const TillOrder& order, OrderPlan plan, Owner owner);

  Effect* find(EffectKey key);
  const Effect* find(EffectKey key) const;
  void mark_seen(Effect& effect);

  // The till's record; null when nothing is to come.
  const TillOrder* record() const { return order_.get(); }
  bool is_waiting() const { return seen_ < effects_.size(); }
  OrderVerdict verdict() const { return verdict_; }
  const std::string& why() const { return why_; }
  const std::vector<Effect>& effects() const { return effects_; }
  std::size_t seen() const { return seen_; }
  // Whose it is by the order's own data.
  Identity own_identity() const {
    return {owner_.own, owner_.own_key == nullptr ? std::string() : *owner_.own_key};
  }
  const std::string* key() const { return owner_.key; }
  Lane* lane() const { return owner_.lane; }
  bool identity_from_original() const { return identity_from_original_; }
  std::uint64_t final_sequence() const { return final_sequence_; }
  std::int64_t final_at_us() const { return final_at_us_; }
  std::int64_t order_date_s() const { return order_date_s_; }

 private:
  std::unique_ptr<const TillOrder> order_;
  std::vector<Effect> effects_;
  std::string why_;
  Owner owner_;
  std::uint64_t final_sequence_ = 0;
  std::int64_t final_at_us_ = 0;
  std::int64_t order_date_s_ = 0;
  std::size_t seen_ = 0;
  OrderVerdict verdict_ = OrderVerdict::nothing;
  bool identity_from_original_ = false;
};

}  // namespace sandbox
