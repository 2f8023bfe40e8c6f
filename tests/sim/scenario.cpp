#include "scenario.h"

#include <algorithm>
#include <cmath>

namespace tillbridge::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Duration between(Entropy& entropy, Duration low, Duration high) {
  return low + Duration{static_cast<std::int64_t>(
                   entropy.below(static_cast<std::uint64_t>((high - low).count()) + 1))};
}

std::uint32_t between(Entropy& entropy, std::uint32_t low, std::uint32_t high) {
  return low + static_cast<std::uint32_t>(entropy.below(high - low + 1));
}

// Customer k with a weight of 1 / (k + 1).
std::uint32_t zipf(Entropy& entropy, std::uint32_t customers) {
  double total = 0;
  for (std::uint32_t k = 0; k < customers; ++k) total += 1.0 / (k + 1);
  double point = entropy.unit() * total;
  for (std::uint32_t k = 0; k < customers; ++k) {
    point -= 1.0 / (k + 1);
    if (point <= 0) return k;
  }
  return customers - 1;
}

// Some seeds are calm, some have one kind of trouble, some have all of it.
CallFaults make_faults(Entropy& entropy, Duration faults_end) {
  CallFaults faults;
  const auto chance = [&](double most) { return entropy.chance(0.4) ? entropy.unit() * most : 0; };
  faults.throttled = chance(0.2);
  faults.throttled += chance(0.1);
  faults.server_error = chance(0.4);
  faults.ambiguous_before = chance(0.2);
  faults.ambiguous_after = chance(0.2);
  faults.hang = chance(0.15);
  faults.part_transient = chance(0.3);
  for (std::uint32_t n = between(entropy, 0U, 2U); n > 0; --n) {
    const Duration from = between(entropy, Duration{0}, faults_end);
    faults.outages.push_back({from, from + between(entropy, seconds{1}, seconds{30})});
  }
  return faults;
}

engine::BudgetSettings make_budget(Entropy& entropy) {
  engine::BudgetSettings budget;
  budget.calls_per_second = between(entropy, 5U, 50U);
  budget.burst = between(entropy, 1U, 10U);
  budget.urgent_share = entropy.chance(0.3) ? 0.2 : 0.0;
  return budget;
}

engine::BreakerSettings make_breaker(Entropy& entropy) {
  engine::BreakerSettings breaker;
  breaker.failures = between(entropy, 2U, 5U);
  breaker.open_first = between(entropy, milliseconds{100}, seconds{1});
  breaker.open_max = between(entropy, seconds{1}, seconds{8});
  return breaker;
}

void make_settings(Scenario& s, Entropy& entropy) {
  s.reads.budget = make_budget(entropy);
  s.reads.breaker = make_breaker(entropy);
  s.reads.retry.pause_max = between(entropy, seconds{1}, seconds{5});
  s.reads.calls_in_flight_max = between(entropy, 1U, 3U);
  s.reads.subjects_per_call_max = between(entropy, 1U, 20U);
  s.dispatch.budget = make_budget(entropy);
  s.dispatch.breaker = make_breaker(entropy);
  s.dispatch.retry.pause_max = between(entropy, seconds{5}, seconds{60});
  // Far beyond the time in which every other lane must be done: a poison head that held them up
  // would be noticed.
  s.dispatch.retry.patience = hours{4};
  s.dispatch.calls_in_flight_max = between(entropy, 1U, 4U);
  s.dispatch.parts_per_call_max = between(entropy, 2U, 20U);
  s.sequencer_wait = between(entropy, seconds{1}, seconds{10});
  s.not_found_for = between(entropy, seconds{20}, seconds{60});
}

Order make_order(const Scenario& s, Entropy& entropy, Duration announced_at) {
  Order order;
  order.customer = zipf(entropy, s.customers);
  order.announced_at = announced_at;
  if (entropy.chance(0.2))
    order.announced_again_at = announced_at + between(entropy, milliseconds{1}, seconds{20});
  if (entropy.chance(0.2)) order.settling = between(entropy, milliseconds{1}, seconds{3});
  if (entropy.chance(0.15))
    order.known_at = announced_at + between(entropy, milliseconds{50}, seconds{25});
  if (entropy.chance(0.02)) order.known_at = never;
  order.parts = static_cast<std::uint8_t>(entropy.chance(0.6) ? 1U : between(entropy, 2U, 5U));
  order.rejected = entropy.chance(0.05);
  order.poison_read = entropy.chance(0.01);
  order.poison_sends = s.poison != Poison::none && order.customer == s.customers / 2;
  return order;
}

}  // namespace

Scenario make_scenario(std::uint64_t seed) {
  Entropy entropy{seed * 0x9e3779b97f4a7c15ULL + 1};
  Scenario s;
  s.seed = seed;
  s.customers = between(entropy, 1U, 10U);
  s.poison = static_cast<Poison>(entropy.below(4));
  make_settings(s, entropy);
  const Duration span = between(entropy, seconds{1}, seconds{60});
  const std::uint32_t orders = between(entropy, 5U, 40U);
  std::vector<Duration> times;
  for (std::uint32_t n = 0; n < orders; ++n)
    times.push_back(between(entropy, milliseconds{1}, span));
  std::sort(times.begin(), times.end());
  for (const Duration at : times) s.orders.push_back(make_order(s, entropy, at));
  s.faults_end = span + between(entropy, seconds{0}, seconds{60});
  s.read_faults = make_faults(entropy, s.faults_end);
  s.send_faults = make_faults(entropy, s.faults_end);
  s.operator_at = s.faults_end + between(entropy, seconds{0}, seconds{60});
  for (std::uint32_t n = between(entropy, 0U, 3U); n > 0; --n)
    s.crash_after_events.push_back(between(entropy, 1U, 600U));
  std::sort(s.crash_after_events.begin(), s.crash_after_events.end());

  // After the faults: the waits under way end, then every part goes out alone at the lowest rate
  // that throttling can lead to, and every order passes its own first pauses.
  double calls = 0;
  for (const Order& order : s.orders) calls += order.parts;
  const double rate_min = 0.1 * s.dispatch.budget.calls_per_second;
  s.healthy_lanes_done_by = s.faults_end + seconds{60} + s.not_found_for + s.sequencer_wait +
                            s.dispatch.retry.pause_max +
                            seconds{static_cast<std::int64_t>(2 * calls / rate_min)} +
                            seconds{6} * static_cast<std::int64_t>(s.orders.size());
  // A lane of one poison delivery after the other waits for each one's patience: that is age since
  // planning, so they run out together.
  s.all_done_by = s.healthy_lanes_done_by + s.dispatch.retry.patience + hours{2};
  return s;
}

}  // namespace tillbridge::sim
