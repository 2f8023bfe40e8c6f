#include "ledger/ledger.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/hash.h"
#include "ledger/attribution.h"
#include "ledger/comparison.h"
#include "ledger/order_check.h"

namespace sandbox {
namespace {

constexpr std::size_t findings_max = 20;

std::uint64_t update_hash(const std::string& hard_id, std::int64_t timestamp_s) {
  const std::uint64_t mixed = tillbridge::stable_hash(hard_id) ^
                              (static_cast<std::uint64_t>(timestamp_s) * 0x9e3779b97f4a7c15ULL);
  return mixed == 0 ? 1 : mixed;
}

double percentile_ms(std::vector<std::int64_t> lags_us, double share) {
  if (lags_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(lags_us.size() - 1) + 0.5);
  const auto at = lags_us.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(lags_us.begin(), at, lags_us.end());
  return static_cast<double>(*at) / 1000.0;
}

std::string described(std::int64_t order_id, EffectKey key) {
  std::string text = "order " + std::to_string(order_id) + " " + std::string(name(key.kind));
  if (key.row >= 0) text += " of row " + std::to_string(key.row);
  return text;
}

}  // namespace

struct Ledger::State {
  Expectations expectations;
  std::unordered_map<std::int64_t, OrderCheck> orders;
  std::unordered_map<std::string, CustomerAccount> accounts;     // by hard id; addresses are stable
  std::unordered_multimap<std::uint64_t, std::int64_t> updates;  // customer and second -> orders
  boost::unordered_flat_set<std::uint64_t> event_ids;
  std::unordered_set<std::int64_t> acknowledged_orders;
  std::vector<std::int64_t> lags_us;
  std::vector<std::string> findings;
  Summary counts;  // the counters that grow with each arrival
  std::uint64_t received = 0;
  std::uint64_t expected = 0;
  std::uint64_t seen = 0;

  void find(std::string text) {
    if (findings.size() < findings_max) findings.push_back(std::move(text));
  }
  CustomerAccount* account_of(const std::string& hard_id);
  std::optional<std::string> original_identity(const TillOrder& order) const;
  void judge(OrderCheck& check, std::int64_t order_id, OrderCheck::Effect& effect,
             const ReceivedEvent& event);
  void judge_sequence(const OrderCheck& check, std::int64_t order_id, EffectKey key,
                      std::uint64_t request);
  void take_update(const ReceivedEvent& event);
  void take_event(const ReceivedEvent& event);
  void invented(const ReceivedEvent& event, const std::string& why);
};

CustomerAccount* Ledger::State::account_of(const std::string& hard_id) {
  const auto [at, added] = accounts.try_emplace(hard_id);
  if (added) at->second.hard_id = &at->first;
  return &at->second;
}

std::optional<std::string> Ledger::State::original_identity(const TillOrder& order) const {
  if (!order.original_order_id) return std::nullopt;
  const auto found = orders.find(*order.original_order_id);
  if (found == orders.end() || found->second.own() == nullptr) return std::nullopt;
  return *found->second.own()->hard_id;
}

void Ledger::State::invented(const ReceivedEvent& event, const std::string& why) {
  ++counts.invented;
  find((event.type.empty() ? std::string("customer update") : event.type) + " " + why);
}

void Ledger::State::judge_sequence(const OrderCheck& check, std::int64_t order_id, EffectKey key,
                                   std::uint64_t request) {
  CustomerAccount& account = *check.account();
  if (account.request != request) {  // commands of one request have no order among themselves
    account.sequence_before = std::max(account.sequence_before, account.sequence_in_request);
    account.sequence_in_request = 0;
    account.request = request;
  }
  if (check.final_sequence() < account.sequence_before) {
    ++counts.out_of_order;
    find(described(order_id, key) + ": arrived after a later one of the same customer");
  }
  account.sequence_in_request = std::max(account.sequence_in_request, check.final_sequence());
}

void Ledger::State::judge(OrderCheck& check, std::int64_t order_id, OrderCheck::Effect& effect,
                          const ReceivedEvent& event) {
  const EffectKey key = effect.key;
  if (const auto differs = check.arrived(effect, event, expectations)) {
    ++counts.wrong;
    find(described(order_id, key) + ": " + *differs);
  }
  ++seen;
  if (!is_header(key.kind)) return;
  lags_us.push_back(event.at_us - check.final_at_us());
  judge_sequence(check, order_id, key, event.request);
}

// Customer updates name no order: an arrival is that of an order of this customer and second which
// still waits for one, at best one with the same content. Two orders that call for identical
// updates need two arrivals, although the second is an exact copy.
void Ledger::State::take_update(const ReceivedEvent& event) {
  const auto hard_id = tillbridge::json::text(event.customer_ids, expectations.hard_id);
  if (!hard_id || !event.timestamp) return invented(event, "without customer or time");
  const auto second = static_cast<std::int64_t>(*event.timestamp);
  const auto [begin, end] = updates.equal_range(update_hash(*hard_id, second));
  std::int64_t best = 0;
  int best_score = 0;
  bool called_for = false;
  for (auto at = begin; at != end; ++at) {
    const OrderCheck& check = orders.at(at->second);
    if (check.order_date_s() != second || check.account() == nullptr ||
        *check.account()->hard_id != *hard_id)
      continue;
    called_for = true;
    const auto pending = check.pending_update(expectations);
    if (!pending) continue;
    int score = 1;
    const auto* store = pending->properties.if_contains("last_store_id");
    const auto* got = event.properties.if_contains("last_store_id");
    if (store != nullptr && got != nullptr && *store == *got) score = 2;
    if (!difference(*pending, event)) score = 3;
    // Among equals the oldest order: the choice must not depend on the hash.
    if (score > best_score || (score == best_score && at->second < best)) {
      best = at->second;
      best_score = score;
    }
  }
  // An identical resend must not be taken for another order's update of different content.
  const bool fits = event.exact_copy ? best_score == 3 : best_score > 0;
  if (fits) {
    OrderCheck& check = orders.at(best);
    return judge(check, best, *check.find({EffectKind::customer_update}), event);
  }
  if (event.exact_copy) {
    ++counts.absorbed;
  } else if (called_for) {
    ++counts.doubled;
    find("customer update of " + *hard_id + " at " + std::to_string(second) + ": arrived again");
  } else {
    invented(event, "of " + *hard_id + " at " + std::to_string(second) + " that no sale calls for");
  }
}

void Ledger::State::take_event(const ReceivedEvent& event) {
  const auto claim = claim_of(event, expectations);
  const auto order = claim ? orders.find(claim->order_id) : orders.end();
  OrderCheck::Effect* effect = order == orders.end() ? nullptr : order->second.find(claim->key);
  if (effect != nullptr && !effect->seen) return judge(order->second, order->first, *effect, event);
  if (event.exact_copy) {
    ++counts.absorbed;
  } else if (effect != nullptr) {
    ++counts.doubled;
    find(described(order->first, effect->key) + ": arrived again, not as an exact copy");
  } else if (!claim) {
    invented(event, "that names no order");
  } else if (order == orders.end()) {
    invented(event, "of order " + std::to_string(claim->order_id) + " that no till made");
  } else {
    const std::string& why = order->second.why();
    invented(event, "of order " + std::to_string(claim->order_id) + " (" +
                        (why.empty() ? std::string("it has no such part") : why) + ")");
  }
}

Ledger::Ledger(Expectations expectations) : state_(std::make_unique<State>()) {
  state_->expectations = std::move(expectations);
}

Ledger::~Ledger() = default;

void Ledger::set_expectations(Expectations expectations) {
  state_->expectations = std::move(expectations);
}

void Ledger::put(const TillOrder& order) {
  State& state = *state_;
  OrderCheck& check = state.orders[order.order_id];
  state.expected -= check.effects().size();
  state.seen -= check.seen();

  const Identity identity = identity_of(order, state.expectations);
  CustomerAccount* own =
      identity.state == Identity::State::sound ? state.account_of(identity.hard_id) : nullptr;
  OrderPlan plan = plan_of(order, state.original_identity(order), state.expectations);
  CustomerAccount* account = plan.hard_id.empty() ? nullptr : state.account_of(plan.hard_id);
  const auto uncalled = check.renew(order, std::move(plan), own, account);
  for (const EffectKey key : uncalled) {
    ++state.counts.invented;
    state.find(described(order.order_id, key) + ": arrived, and is no longer called for");
  }
  check.expect_cookie(!state.expectations.cookie_id.empty() && !order.cookie.empty() &&
                      !check.effects().empty());

  state.expected += check.effects().size();
  state.seen += check.seen();
  if (check.find({EffectKind::customer_update}) != nullptr) {
    const std::uint64_t hash = update_hash(*account->hard_id, order.order_date_s);
    if (check.indexed_as != hash) state.updates.emplace(hash, order.order_id);
    check.indexed_as = hash;
  }
}

void Ledger::acknowledged(const std::string& event_id, std::int64_t order_id) {
  state_->event_ids.insert(tillbridge::stable_hash(event_id));
  state_->acknowledged_orders.insert(order_id);
}

void Ledger::received(const ReceivedEvent& event) {
  ++state_->received;
  if (event.type.empty()) {
    state_->take_update(event);
  } else {
    state_->take_event(event);
  }
}

std::uint64_t Ledger::received_events() const {
  return state_->received;
}

std::uint64_t Ledger::acknowledged_events() const {
  return state_->event_ids.size();
}

std::size_t Ledger::missing_now() const {
  return state_->expected - state_->seen;
}

Summary Ledger::summarise() const {
  Summary summary = state_->counts;
  summary.findings = state_->findings;
  const auto find = [&summary](std::string text) {
    if (summary.findings.size() < findings_max) summary.findings.push_back(std::move(text));
  };
  summary.acknowledged = state_->event_ids.size();
  summary.records = state_->acknowledged_orders.size();
  summary.effects_expected = state_->expected;
  summary.effects_seen = state_->seen;
  summary.missing = state_->expected - state_->seen;
  for (const auto& [order_id, check] : state_->orders) {
    if (check.verdict() == OrderVerdict::unidentified) ++summary.unidentified;
    if (check.verdict() == OrderVerdict::faulty) ++summary.cases;
    for (const OrderCheck::Effect& effect : check.effects()) {
      ++summary.by_kind[std::string(name(effect.key.kind))];
      if (!effect.seen) find(described(order_id, effect.key) + ": did not arrive");
    }
    if (check.cookie_missing()) {
      ++summary.wrong;
      find("order " + std::to_string(order_id) + ": no event carried its web cookie");
    }
  }
  summary.lag_p50_ms = percentile_ms(state_->lags_us, 0.50);
  summary.lag_p99_ms = percentile_ms(state_->lags_us, 0.99);
  return summary;
}

}  // namespace sandbox
