#pragma once
// What one connection sends next, and what follows from each answer. Puts lanes, budget, breaker,
// retry policy and pause together; decides everything, does nothing. Pure; one thread. Its driver
// is courier.h.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/entropy.h"
#include "base/outcome.h"
#include "engine/breaker.h"
#include "engine/breaker_news.h"
#include "engine/budget.h"
#include "engine/lanes.h"
#include "engine/retry_policy.h"

namespace tillbridge::engine {

struct DispatchSettings {
  BudgetSettings budget;
  BreakerSettings breaker;
  RetryPolicy retry;
  std::uint32_t calls_in_flight_max = 8;
  std::uint32_t parts_per_call_max = 50;
  // A call carries one delivery and is a request, and a token of the budget, per part.
  bool request_per_part = false;
  // A second way to the platform for when the first one's budget would make deliveries wait.
  struct Bulk {
    BudgetSettings budget;
    std::uint32_t parts_per_call_max = 1'000;
  };
  std::optional<Bulk> bulk = std::nullopt;
  // Deliveries are states: a newer one replaces what waits in its lane.
  bool newest_wins = false;
  // A call that broke off, or that a process made which is gone, may still be at work at the
  // platform. Sent again and answered, it can be done a second time AFTER that, and would put an
  // older state over that of the lane's next delivery: which therefore waits this long.
  Duration echo_window = std::chrono::seconds{2};
  // Between the beginnings of two calls, so that what changes meanwhile shares one; a call that is
  // full goes at once, and so does the first one after a quiet time.
  Duration call_gap{0};
};

enum class Route : std::uint8_t { usual, bulk };

// One delivery's end of a call: what the journal has to store, and what its lane does once that is
// stored.
struct Settlement {
  Item item;  // as it is after the call
  Outcome outcome;
  Decision::Next next = Decision::Next::again;
  Tick due;        // for again
  Tick next_from;  // the lane's next one goes no earlier
  Duration pause{0};
  bool out_of_patience = false;
  bool partly = false;  // what fitted into the call was taken; again is for the rest
  std::uint64_t parts_sent = 0;
  journal::Trigger trigger = journal::Trigger::first;
  std::string note;
};

// What became of one delivery's parts in a call; not_sent when it did not fit after all.
struct PartResults {
  bool sent = true;
  std::uint64_t parts_sent = 0;   // bit n: part n was in the call
  std::vector<Outcome> outcomes;  // one per bit set, in order of the parts
  bool alone = false;             // try it again without others: the refusal may be theirs
  std::string note = {};          // for the journey: what was done differently, and why
};

class Dispatch {
 public:
  Dispatch(DispatchSettings settings, Entropy entropy, Tick now);

  // What it replaces, with newest_wins.
  std::optional<Item> add(const Item& item, Tick due);
  void add_blocked(const Item& item) { lanes_.add_blocked(item); }

  // The deliveries of the next call, most urgent first; empty when none may be made now.
  std::vector<Item> next_call(Tick now);
  // The way that the call goes: until it is settled or given back.
  Route route_of(const std::vector<Item>& call) const;
  // When to ask again, if nothing else happens; nullopt: only a new delivery, an answer or resume()
  // changes anything.
  std::optional<Tick> wake_at(Tick now) const;

  // The answer to a call made of `items`. `results` in the same order. Changes budget and breaker
  // at once, lanes only in apply(): an outcome is acted on after it is durable.
  std::vector<Settlement> settle(const std::vector<Item>& items, const Outcome& call,
                                 const std::vector<PartResults>& results, Tick now, Instant wall);
  // Returns those that are not tried again because a newer one waits (newest_wins).
  std::vector<Item> apply(const std::vector<Settlement>& settlements);
  // What the platform says is left for this way.
  void reported(Route route, const QuotaReport& report, Tick now);
  // The call was not made after all (bodies unreadable, stop). gone: those of it that are settled
  // already; their lanes go on.
  void give_back(const std::vector<Item>& items, Tick now,
                 const std::vector<DeliveryId>& gone = {});

  // Another hub's breaker of this connection has opened, or closed.
  void heard(const BreakerNews& news, Tick now);

  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  bool paused() const { return paused_; }
  // What goes out for one store or by one flow, by the numbers in Item; see lanes.h.
  void hold(PauseKind kind, std::uint32_t number) { lanes_.hold(kind, number); }
  void release(PauseKind kind, std::uint32_t number) { lanes_.release(kind, number); }

  // Of a connection that several hubs send to: what is in these shards goes out from here, with
  // their part of the budget and of the calls in flight (at least one, while there are any).
  void carry(const ShardSet& shards, std::uint64_t workspace, Tick now);

  const Lanes& lanes() const { return lanes_; }
  Lanes& lanes() { return lanes_; }
  const Breaker& breaker() const { return breaker_; }
  const Budget& budget() const { return budget_; }
  std::uint32_t calls_in_flight() const { return in_flight_; }

 private:
  // Which way the next call can go; nullopt: none now.
  std::optional<Route> choose(Tick now);
  bool coalescing(Tick now) const;
  Budget& budget_of(Route route) { return route == Route::bulk ? *bulk_budget_ : budget_; }
  std::uint32_t requests_of(const Item& head) const;
  bool is_probe(const std::vector<Item>& items) const;
  Settlement settle_one(const Item& item, const PartResults& results, Tick now, Instant wall);

  DispatchSettings settings_;
  Entropy entropy_;
  Lanes lanes_;
  Budget budget_;
  std::optional<Budget> bulk_budget_;
  std::unordered_set<DeliveryId> bulk_calls_;  // first deliveries of the bulk calls under way
  Breaker breaker_;
  std::uint32_t in_flight_max_;
  std::uint32_t in_flight_ = 0;
  std::optional<Tick> next_call_from_;  // the end of call_gap
  std::optional<DeliveryId> probe_;     // names the breaker's probe: a delivery is in one call only
  bool paused_ = false;
};

}  // namespace tillbridge::engine
