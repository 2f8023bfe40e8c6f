#include "ledger/bloomreach_book.h"

#include <algorithm>

#include "base/hash.h"
#include "ledger/comparison.h"
#include "ledger/expected_bloomreach.h"

namespace sandbox {
namespace {

std::uint64_t update_hash(const std::string& hard_id, std::int64_t timestamp_s) {
  return tillbridge::stable_hash(hard_id) ^
         (static_cast<std::uint64_t>(timestamp_s) * 0x9e3779b97f4a7c15ULL);
}

}  // namespace

Identity BloomreachBook::identity(const TillOrder& order) const {
  return identity_for_bloomreach(order, expectations());
}

OrderPlan BloomreachBook::plan(const TillOrder& order, const Identity& original) const {
  return plan_for_bloomreach(order, original, expectations());
}

Lane& BloomreachBook::lane_of(const TillOrder&, const OrderPlan& plan) {
  return lanes_[plan.key];
}

std::optional<Claim> BloomreachBook::claim(const ReceivedEvent& event) const {
  return claim_at_bloomreach(event, expectations());
}

std::optional<std::string> BloomreachBook::difference(const OrderCheck& check, EffectKey key,
                                                      const ReceivedEvent& event) const {
  return sandbox::difference(content_for_bloomreach(*check.record(), key, *check.key(),
                                                    check.identity_from_original(), expectations()),
                             event);
}

std::string BloomreachBook::name(EffectKind kind) const {
  return std::string(bloomreach_name(kind));
}

void BloomreachBook::took(const TillOrder& order, const OrderCheck& check, const OrderPlan&) {
  const bool cookie_due =
      !expectations().cookie_id.empty() && !order.cookie.empty() && !check.effects().empty();
  if (cookie_due) {
    cookies_.try_emplace(order.order_id, false);
  } else {
    cookies_.erase(order.order_id);
  }
  if (check.find({EffectKind::customer_update}) == nullptr) return;
  const std::uint64_t hash = update_hash(*check.key(), order.order_date_s);
  const auto [begin, end] = updates_.equal_range(hash);
  if (std::none_of(begin, end,
                   [&order](const auto& known) { return known.second == order.order_id; }))
    updates_.emplace(hash, order.order_id);
}

void BloomreachBook::saw(const OrderCheck&, std::int64_t order_id, const ReceivedEvent& event) {
  if (expectations().cookie_id.empty() || !event.customer_ids.contains(expectations().cookie_id))
    return;
  if (const auto due = cookies_.find(order_id); due != cookies_.end()) due->second = true;
}

void BloomreachBook::take(const ReceivedEvent& event) {
  if (event.type.empty()) {
    take_update(event);
  } else if (event.type == "consent" && is_of_register(event)) {
    return;  // no order speaks of consent
  } else {
    PlatformBook::take(event);
  }
}

BloomreachBook::Candidate BloomreachBook::waiting_for(const std::string& hard_id,
                                                      const ReceivedEvent& event) {
  const auto second = static_cast<std::int64_t>(*event.timestamp);
  Candidate best;
  const auto [begin, end] = updates_.equal_range(update_hash(hard_id, second));
  for (auto at = begin; at != end; ++at) {
    const OrderCheck& check = orders().at(at->second);
    if (check.order_date_s() != second || check.key() == nullptr || *check.key() != hard_id)
      continue;
    best.called_for = true;
    const OrderCheck::Effect* effect = check.find({EffectKind::customer_update});
    if (effect == nullptr || effect->seen) continue;
    const ExpectedContent pending = content_for_bloomreach(
        *check.record(), effect->key, hard_id, check.identity_from_original(), expectations());
    int score = 1;
    const auto* store = pending.properties.if_contains("last_store_id");
    const auto* got = event.properties.if_contains("last_store_id");
    if (store != nullptr && got != nullptr && *store == *got) score = 2;
    if (!sandbox::difference(pending, event)) score = 3;
    // Among equals the oldest order: the choice must not depend on the hash.
    if (score > best.score || (score == best.score && at->second < best.order_id)) {
      best.order_id = at->second;
      best.score = score;
    }
  }
  return best;
}

bool BloomreachBook::is_of_register(const ReceivedEvent& event) const {
  return register_writes_.names_any_of(event.customer_ids) ||
         register_writes_.names_any_of(event.properties);
}

// Customer updates name no order: an arrival is that of an order of this customer and second which
// still waits for one, at best one with the same content. Two orders that call for identical
// updates need two arrivals, although the second is an exact copy.
void BloomreachBook::take_update(const ReceivedEvent& event) {
  const auto hard_id = tillbridge::json::text(event.customer_ids, expectations().hard_id);
  const bool may_be_registers = is_of_register(event);
  if ((!hard_id || !event.timestamp) && may_be_registers) return;
  if (!hard_id || !event.timestamp) return count_invented(event, "without customer or time");
  const Candidate best = waiting_for(*hard_id, event);
  // An identical resend must not be taken for another order's update of different content.
  // Nor one that staff called for.
  const bool fits = event.exact_copy || may_be_registers ? best.score == 3 : best.score > 0;
  if (fits) {
    OrderCheck& check = *find_order(best.order_id);
    return judge(check, best.order_id, *check.find({EffectKind::customer_update}), event);
  }
  const std::string second = std::to_string(static_cast<std::int64_t>(*event.timestamp));
  if (event.exact_copy) {
    count_absorbed();
  } else if (may_be_registers) {
    return;
  } else if (best.called_for) {
    count_doubled("customer update of " + *hard_id + " at " + second + ": arrived again");
  } else {
    count_invented(event, "of " + *hard_id + " at " + second + " that no sale calls for");
  }
}

void BloomreachBook::judge_rest(PlatformSummary& summary,
                                const std::vector<KlaviyoProfile>*) const {
  for (const auto& [order_id, arrived] : cookies_) {
    if (arrived || orders().at(order_id).is_waiting()) continue;
    ++summary.wrong;
    add_finding(summary.findings,
                "order " + std::to_string(order_id) + ": no event carried its web cookie");
  }
}

}  // namespace sandbox
