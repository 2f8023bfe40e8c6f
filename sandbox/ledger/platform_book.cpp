#include "ledger/platform_book.h"

namespace sandbox {
namespace {

constexpr std::size_t findings_max = 20;

}  // namespace

PlatformBook::PlatformBook(std::string platform, const Expectations& expectations,
                           const Phases& phases)
    : platform_(std::move(platform)), expectations_(expectations), phases_(phases) {}

void PlatformBook::add_finding(std::vector<std::string>& findings, const std::string& text) const {
  if (findings.size() < findings_max) findings.push_back(platform_ + ": " + text);
}

std::string PlatformBook::described(std::int64_t order_id, EffectKey key) const {
  std::string text = "order " + std::to_string(order_id) + " " + name(key.kind);
  if (key.row >= 0) text += " of row " + std::to_string(key.row);
  return text;
}

const std::string* PlatformBook::interned(const std::string& key) {
  return &*keys_.insert(key).first;
}

OrderCheck* PlatformBook::find_order(std::int64_t order_id) {
  const auto found = orders_.find(order_id);
  return found == orders_.end() ? nullptr : &found->second;
}

Identity PlatformBook::original_identity(const TillOrder& order) const {
  if (!order.original_order_id) return {};
  const auto found = orders_.find(*order.original_order_id);
  return found == orders_.end() ? Identity{} : found->second.own_identity();
}

void PlatformBook::put(const TillOrder& order) {
  OrderCheck& check = orders_[order.order_id];
  expected_ -= check.effects().size();
  seen_ -= check.seen();

  const OrderPlan planned = plan(order, original_identity(order));
  const Identity own = identity(order);
  OrderCheck::Owner owner;
  owner.own = own.state;
  if (own.state == Identity::State::sound) owner.own_key = interned(own.key);
  if (!planned.effects.empty()) {
    owner.key = interned(planned.key);
    owner.lane = &lane_of(order, planned);
  }
  for (const EffectKey key : check.renew(order, planned, owner)) {
    ++counts_.invented;
    add_finding(counts_.findings,
                described(order.order_id, key) + ": arrived, and is no longer called for");
  }
  expected_ += check.effects().size();
  seen_ += check.seen();
  took(order, check, planned);
}

void PlatformBook::received(const ReceivedEvent& event) {
  ++received_;
  take(event);
}

void PlatformBook::take(const ReceivedEvent& event) {
  const auto claimed = claim(event);
  OrderCheck* order = claimed ? find_order(claimed->order_id) : nullptr;
  OrderCheck::Effect* effect = order == nullptr ? nullptr : order->find(claimed->key);
  if (effect != nullptr && !effect->seen) return judge(*order, claimed->order_id, *effect, event);
  if (event.exact_copy) {
    count_absorbed();
  } else if (effect != nullptr) {
    count_doubled(described(claimed->order_id, effect->key) +
                  ": arrived again, not as an exact copy");
  } else if (!claimed) {
    count_invented(event, "that names no order");
  } else if (order == nullptr) {
    count_invented(event, "of order " + std::to_string(claimed->order_id) + " that no till made");
  } else {
    const std::string& why = order->why();
    count_invented(event, "of order " + std::to_string(claimed->order_id) + " (" +
                              (why.empty() ? std::string("it has no such part") : why) + ")");
  }
}

void PlatformBook::judge(OrderCheck& check, std::int64_t order_id, OrderCheck::Effect& effect,
                         const ReceivedEvent& event) {
  const EffectKey key = effect.key;
  if (const auto differs = difference(check, key, event)) {
    ++counts_.wrong;
    add_finding(counts_.findings, described(order_id, key) + ": " + *differs);
  }
  ++seen_;
  check.mark_seen(effect);
  saw(check, order_id, event);
  if (!is_header(key.kind)) return;
  lags_[phases_.at(check.final_at_us())].push_back(event.at_us - check.final_at_us());
  if (check.lane()->is_late(event.request, check.final_sequence())) {
    ++counts_.out_of_order;
    add_finding(counts_.findings,
                described(order_id, key) + ": arrived after a later one of the same customer");
  }
}

void PlatformBook::count_doubled(const std::string& what) {
  ++counts_.doubled;
  add_finding(counts_.findings, what);
}

void PlatformBook::count_invented(const ReceivedEvent& event, const std::string& why) {
  ++counts_.invented;
  add_finding(counts_.findings,
              (event.type.empty() ? std::string("customer update") : event.type) + " " + why);
}

void PlatformBook::collect_cases(std::set<std::int64_t>& order_ids) const {
  for (const auto& [order_id, check] : orders_)
    if (check.verdict() == OrderVerdict::faulty) order_ids.insert(order_id);
}

PlatformSummary PlatformBook::summarise(const std::vector<KlaviyoProfile>* profiles) const {
  PlatformSummary summary;
  static_cast<Counts&>(summary) = counts_;
  summary.effects_expected = expected_;
  summary.effects_seen = seen_;
  summary.missing = expected_ - seen_;
  for (const auto& [order_id, check] : orders_) {
    if (check.verdict() == OrderVerdict::unidentified) ++summary.unidentified;
    for (const OrderCheck::Effect& effect : check.effects()) {
      ++summary.by_kind[name(effect.key.kind)];
      if (!effect.seen)
        add_finding(summary.findings, described(order_id, effect.key) + ": did not arrive");
    }
  }
  std::set<std::int64_t> cases;
  collect_cases(cases);
  summary.cases = cases.size();
  judge_rest(summary, profiles);
  const std::vector<std::int64_t> lags_us = all_of(lags_);
  summary.lag_p50_ms = percentile_ms(lags_us, 0.50);
  summary.lag_p99_ms = percentile_ms(lags_us, 0.99);
  summary.phases = phase_lags(lags_);
  return summary;
}

}  // namespace sandbox
