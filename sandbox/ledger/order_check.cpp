#include "ledger/order_check.h"

#include <algorithm>

#include "base/assert.h"
#include "ledger/comparison.h"

namespace sandbox {

std::vector<EffectKey> OrderCheck::renew(const TillOrder& order, OrderPlan plan,
                                         CustomerAccount* own, CustomerAccount* account) {
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
  own_ = own;
  account_ = account;
  final_sequence_ = order.final_sequence;
  final_at_us_ = order.final_at_us;
  order_date_s_ = order.order_date_s;
  order_ = seen_ < effects_.size() ? std::make_unique<const TillOrder>(order) : nullptr;
  return uncalled;
}

OrderCheck::Effect* OrderCheck::find(EffectKey key) {
  const auto found = std::find_if(effects_.begin(), effects_.end(),
                                  [key](const Effect& effect) { return effect.key == key; });
  return found == effects_.end() ? nullptr : &*found;
}

std::optional<std::string> OrderCheck::arrived(Effect& effect, const ReceivedEvent& event,
                                               const Expectations& expectations) {
  TB_ASSERT(!effect.seen && order_ != nullptr && account_ != nullptr);
  const ExpectedContent expected =
      content_of(*order_, effect.key, *account_->hard_id, identity_from_original_, expectations);
  auto differs = difference(expected, event);
  if (!expectations.cookie_id.empty() && event.customer_ids.contains(expectations.cookie_id))
    cookie_seen_ = true;
  effect.seen = true;
  ++seen_;
  if (seen_ == effects_.size()) order_.reset();
  return differs;
}

std::optional<ExpectedContent> OrderCheck::pending_update(const Expectations& expectations) const {
  const bool pending = std::any_of(effects_.begin(), effects_.end(), [](const Effect& effect) {
    return effect.key.kind == EffectKind::customer_update && !effect.seen;
  });
  if (!pending) return std::nullopt;
  TB_ASSERT(order_ != nullptr && account_ != nullptr);
  return content_of(*order_, {EffectKind::customer_update}, *account_->hard_id,
                    identity_from_original_, expectations);
}

}  // namespace sandbox
