#include "engine/dispatch.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {
namespace {

// Of several parts' outcomes the one that decides for the delivery: what can still succeed is tried
// again before anything is given up.
int weight(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::superseded:
      return 0;
    case Outcome::Kind::delivered:
      return 1;
    case Outcome::Kind::rejected:
      return 2;
    case Outcome::Kind::ambiguous:
      return 3;
    case Outcome::Kind::transient:
      return 4;
    case Outcome::Kind::throttled:
      return 5;
  }
  return 0;
}

// Nothing is left to do about the part.
bool is_done(Outcome::Kind kind) {
  return kind == Outcome::Kind::delivered || kind == Outcome::Kind::superseded;
}

}  // namespace

Dispatch::Dispatch(DispatchSettings settings, Entropy entropy, Tick now)
    : settings_(settings),
      entropy_(entropy),
      budget_(settings.budget, now),
      breaker_(settings.breaker),
      in_flight_max_(settings.calls_in_flight_max) {
  if (settings.bulk) bulk_budget_.emplace(settings.bulk->budget, now);
}

void Dispatch::carry(const ShardSet& shards, std::uint64_t workspace, Tick now) {
  lanes_.carry(shards, workspace);
  if (shards.none()) return;
  const double share = static_cast<double>(shards.count()) / static_cast<double>(shard_count);
  budget_.take_share(now, share);
  if (bulk_budget_) bulk_budget_->take_share(now, share);
  const double calls = settings_.calls_in_flight_max * share;
  in_flight_max_ = std::max(1U, static_cast<std::uint32_t>(calls));
}

std::optional<Item> Dispatch::add(const Item& item, Tick due) {
  if (settings_.newest_wins) return lanes_.add_newest(item, due);
  lanes_.add(item, due);
  return std::nullopt;
}

bool Dispatch::coalescing(Tick now) const {
  return next_call_from_ && now < *next_call_from_ &&
         lanes_.ready_parts() < settings_.parts_per_call_max;
}

std::uint32_t Dispatch::requests_of(const Item& head) const {
  return settings_.request_per_part ? std::max(1U, head.parts_left()) : 1U;
}

// The usual way as long as it has room for everything that is ready; else the bulk way, so that
// nobody waits for a window that others have used up. What only just fits still goes the usual way.
std::optional<Route> Dispatch::choose(Tick now) {
  const std::uint32_t requests = requests_of(*lanes_.peek());
  const bool crowded = bulk_budget_ && lanes_.ready_parts() > budget_.room(now);
  if (crowded && !lanes_.peek()->alone && bulk_budget_->take(now)) return Route::bulk;
  if (budget_.take(now, false, requests)) return Route::usual;
  return std::nullopt;
}

std::vector<Item> Dispatch::next_call(Tick now) {
  std::vector<Item> call;
  lanes_.wake(now);
  if (paused_ || in_flight_ >= in_flight_max_ || !lanes_.has_ready()) return call;
  if (!breaker_.allows(now) || coalescing(now)) return call;
  const auto route = choose(now);
  if (!route) return call;
  const bool bulk = *route == Route::bulk;
  const std::uint32_t parts_max =
      bulk ? settings_.bulk->parts_per_call_max : settings_.parts_per_call_max;
  std::uint32_t parts = 0;
  while (const Item* head = lanes_.peek()) {
    if (!bulk && settings_.request_per_part && !call.empty()) break;
    if (bulk && head->alone) break;
    const std::uint32_t more = std::max(1U, head->parts_left());
    if (!call.empty() && parts + more > parts_max) break;
    parts += more;
    call.push_back(lanes_.take());
  }
  if (bulk) bulk_calls_.insert(call.front().id);
  if (settings_.call_gap > Duration{0}) next_call_from_ = now + settings_.call_gap;
  breaker_.started(now);
  if (breaker_.state() == Breaker::State::probing) probe_ = call.front().id;
  ++in_flight_;
  return call;
}

Route Dispatch::route_of(const std::vector<Item>& call) const {
  return bulk_calls_.contains(call.front().id) ? Route::bulk : Route::usual;
}

void Dispatch::heard(const BreakerNews& news, Tick now) {
  if (news.open) {
    breaker_.opened_elsewhere(now, news.reason);
  } else {
    breaker_.closed_elsewhere(now);
  }
}

void Dispatch::reported(Route route, const QuotaReport& report, Tick now) {
  budget_of(route).reported(now, report);
}

std::optional<Tick> Dispatch::wake_at(Tick now) const {
  if (paused_ || in_flight_ >= in_flight_max_) return std::nullopt;
  if (breaker_.state() == Breaker::State::probing) return std::nullopt;
  const auto due = lanes_.has_ready() ? std::optional<Tick>(now) : lanes_.next_due();
  if (!due) return std::nullopt;
  // How much will be ready at a later tick is not known: a request's room is enough to look again.
  const std::uint32_t requests = lanes_.has_ready() ? requests_of(*lanes_.peek()) : 1U;
  Tick open = budget_.ready_at(now, false, requests);
  const bool alone = lanes_.has_ready() && lanes_.peek()->alone;
  if (bulk_budget_ && !alone) open = std::min(open, bulk_budget_->ready_at(now));
  if (coalescing(now)) open = std::max(open, *next_call_from_);
  return std::max({*due, open, breaker_.ready_at(now)});
}

// While probing, the bad end of a call that began before the breaker opened says nothing new; taken
// for the probe's it would let a second probe go beside the first.
bool Dispatch::is_probe(const std::vector<Item>& items) const {
  return probe_ && items.front().id == *probe_;
}

std::vector<Settlement> Dispatch::settle(const std::vector<Item>& items, const Outcome& call,
                                         const std::vector<PartResults>& results, Tick now,
                                         Instant wall) {
  TB_ASSERT(items.size() == results.size() && in_flight_ > 0);
  --in_flight_;
  Budget& budget = budget_of(route_of(items));
  bulk_calls_.erase(items.front().id);
  if (call.kind == Outcome::Kind::throttled) {
    budget.throttled(now, call.retry_after.value_or(backoff(settings_.retry, 1, entropy_)));
  } else if (!call.connection_at_fault) {
    budget.succeeded();
  }
  if (call.kind == Outcome::Kind::throttled || !call.connection_at_fault) {
    breaker_.succeeded();  // a throttling platform is alive: it must not keep the breaker probing
  } else if (breaker_.state() != Breaker::State::probing || is_probe(items)) {
    breaker_.failed(now, call.reason);
  }

  std::vector<Settlement> settlements;
  settlements.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (results[i].sent) {
      settlements.push_back(settle_one(items[i], results[i], now, wall));
    } else {
      lanes_.put_back(items[i].lane);
    }
  }
  return settlements;
}

Settlement Dispatch::settle_one(const Item& item, const PartResults& results, Tick now,
                                Instant wall) {
  Settlement settlement;
  settlement.item = item;
  settlement.item.alone = item.alone || results.alone;
  settlement.note = results.note;
  settlement.parts_sent = results.parts_sent;
  settlement.trigger = item.next_trigger;
  settlement.outcome.kind = Outcome::Kind::delivered;
  std::size_t next = 0;
  for (std::uint32_t part = 0; part < item.parts; ++part) {
    const std::uint64_t bit = 1ULL << part;
    if ((results.parts_sent & bit) == 0) continue;
    TB_ASSERT(next < results.outcomes.size());
    const Outcome& outcome = results.outcomes[next++];
    if (is_done(outcome.kind)) settlement.item.parts_done |= bit;
    if (weight(outcome.kind) > weight(settlement.outcome.kind) || next == 1)
      settlement.outcome = outcome;
  }
  if (is_done(settlement.outcome.kind) && settlement.item.parts_left() > 0) {
    settlement.partly = true;
    settlement.outcome.kind = Outcome::Kind::transient;  // only some parts fitted into the call
    settlement.outcome.reason = "the rest follows in the next call";
  }
  const Duration age = std::max(Duration{0}, wall - instant_of(item.id.value));
  Decision decision =
      decide(settings_.retry, settlement.outcome, item.attempts, age, item.on_reject, entropy_);
  // The platform took all that it was given: whatever its age, this delivery is not stuck.
  if (settlement.partly && decision.out_of_patience) {
    decision.next = Decision::Next::again;
    decision.out_of_patience = false;
  }
  if (settlement.outcome.kind == Outcome::Kind::ambiguous) settlement.item.echo = true;
  if (settlement.item.echo) settlement.next_from = now + settings_.echo_window;
  settlement.next = decision.next;
  settlement.pause = decision.pause;
  settlement.due = now + decision.pause;
  // A newer state may take its place in the lane, and must not go before the echo is over.
  if (settings_.newest_wins && settlement.item.echo)
    settlement.due = std::max(settlement.due, settlement.next_from);
  settlement.out_of_patience = decision.out_of_patience;
  if (decision.counts) ++settlement.item.attempts;
  ++settlement.item.attempts_made;
  settlement.item.next_trigger = journal::Trigger::retry;
  return settlement;
}

std::vector<Item> Dispatch::apply(const std::vector<Settlement>& settlements) {
  std::vector<Item> replaced;
  for (const Settlement& settlement : settlements) {
    switch (settlement.next) {
      case Decision::Next::done:
      case Decision::Next::skip:
      case Decision::Next::park:
        lanes_.finish(settlement.item.lane, settlement.next_from);
        break;
      case Decision::Next::again:
        if (settings_.newest_wins && lanes_.newer_waits(settlement.item.lane)) {
          lanes_.finish(settlement.item.lane, settlement.next_from);
          replaced.push_back(settlement.item);
        } else {
          lanes_.retry(settlement.item, settlement.due);
        }
        break;
      case Decision::Next::block:
        lanes_.block(settlement.item);
        break;
    }
  }
  return replaced;
}

void Dispatch::give_back(const std::vector<Item>& items, Tick now,
                         const std::vector<DeliveryId>& gone) {
  TB_ASSERT(in_flight_ > 0);
  --in_flight_;
  bulk_calls_.erase(items.front().id);
  if (is_probe(items)) breaker_.not_made(now);
  for (const Item& item : items) {
    if (std::find(gone.begin(), gone.end(), item.id) == gone.end()) {
      lanes_.put_back(item.lane);
    } else {
      lanes_.finish(item.lane, item.echo ? now + settings_.echo_window : Tick{});
    }
  }
}

}  // namespace tillbridge::engine
