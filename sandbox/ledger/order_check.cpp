#include "ledger/order_check.h"

#include <algorithm>

#include "base/assert.h"

namespace sandbox {

std::vector<EffectKey> OrderCheck::renew(const TillOrder& order, OrderPlan plan, Owner owner) {
  std::vector<EffectKey> uncalled;
  std::vector<Effect> renewed;
  renewed.reserve(plan.effects.size());
  for (const EffectKey key : plan.effects) {
    const Effect* known = find(key);
    renewed.push_back({key, known != nullptr && known->seen});
  }
  for (const Effect& effect : effects_) {
    if (effect.seen &&
        std::find(plan.effects.begin(), plan.effects.end(), effect.key) == plan.effects.end())
      uncalled.push_back(effect.key);
  }
  effects_ = std::move(renewed);
  seen_ = static_cast<std::size_t>(std::count_if(effects_.begin(), effects_.end(),
                                                 [](const Effect& effect) { return effect.seen; }));
  verdict_ = plan.verdict;
  why_ = std::move(plan.why);
  identity_from_original_ = plan.identity_from_original;
  owner_ = owner;
  final_sequence_ = order.final_sequence;
  final_at_us_ = order.final_at_us;
  order_date_s_ = order.order_date_s;
  order_ = is_waiting() ? std::make_unique<const TillOrder>(order) : nullptr;
  return uncalled;
}

const OrderCheck::Effect* OrderCheck::find(EffectKey key) const {
  const auto found = std::find_if(effects_.begin(), effects_.end(),
                                  [key](const Effect& effect) { return effect.key == key; });
  return found == effects_.end() ? nullptr : &*found;
}

OrderCheck::Effect* OrderCheck::find(EffectKey key) {
  return const_cast<Effect*>(std::as_const(*this).find(key));
}

void OrderCheck::mark_seen(Effect& effect) {
  TB_ASSERT(!effect.seen && order_ != nullptr);
  effect.seen = true;
  ++seen_;
  if (!is_waiting()) order_.reset();
}

}  // namespace sandbox
