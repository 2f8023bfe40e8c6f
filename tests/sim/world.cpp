#include "world.h"

#include <algorithm>

#include <fmt/format.h>

#include "process.h"

namespace tillbridge::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t events_max = 200'000;

}  // namespace

World::World(std::uint64_t seed, Sabotage sabotage)
    : scenario_(make_scenario(seed)),
      sabotage_(sabotage),
      entropy_(seed ^ 0x5157a7e5ULL),
      log_(scenario_, verdict_) {}

World::~World() = default;

Duration World::random(Duration low, Duration high) {
  const auto range = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Duration{static_cast<std::int64_t>(entropy_.below(range))};
}

bool World::outage(const CallFaults& faults) const {
  return std::any_of(faults.outages.begin(), faults.outages.end(), [&](const Outage& outage) {
    return now_ >= outage.from && now_ < outage.to && now_ < scenario_.faults_end;
  });
}

void World::at(Duration delay, Action action) {
  events_.push(Event{now_ + delay, ++event_number_, 0, std::move(action)});
}

void World::in_process(Duration delay, Action action) {
  events_.push(Event{now_ + delay, ++event_number_, life_, std::move(action)});
}

void World::commit(Action durable, Action then) {
  committed_until_ =
      std::max(committed_until_ + Duration{1}, now_ + random(milliseconds{1}, milliseconds{15}));
  in_process(committed_until_ - now_, std::move(durable));
  in_process(committed_until_ - now_ + Duration{1}, std::move(then));
}

const Verdict& World::run() {
  start_process();
  for (std::size_t order = 0; order < scenario_.orders.size(); ++order) {
    const Order& o = scenario_.orders[order];
    at(o.announced_at, [this, order] { announce(order, 0); });
    if (o.announced_again_at != never)
      at(o.announced_again_at, [this, order] { announce(order, 1); });
  }
  if (scenario_.poison == Poison::blocked) {
    at(scenario_.operator_at, [this] {
      mended_ = true;
      send_again_blocked();
    });
  }
  auto crash_after = scenario_.crash_after_events.begin();
  std::uint64_t events = 0;
  while (!events_.empty() && verdict_.ok()) {
    Event event = events_.top();
    events_.pop();
    if (event.life != 0 && event.life != life_) continue;
    now_ = event.at;
    verdict_.trace(static_cast<std::uint64_t>(now_.count()));
    verdict_.trace(event.number);
    event.action();
    if (++events > events_max || now_ > scenario_.all_done_by)
      verdict_.broken(now_, fmt::format("no end in sight after {} events", events));
    if (crash_after != scenario_.crash_after_events.end() && events >= *crash_after) {
      ++crash_after;
      if (process_) crash();
    }
  }
  if (verdict_.ok()) check_end();
  return verdict_;
}

// The source announces until it is acknowledged.
void World::announce(std::size_t order, int which) {
  if (acknowledged_.contains({order, which})) return;
  at(seconds{2}, [this, order, which] { announce(order, which); });
  if (process_) process_->take_event(order, which);
}

void World::send_again_blocked() {
  bool any_left = false;
  for (const auto& [id, delivery] : durable_.deliveries) {
    if (delivery.state == Durable::DeliveryState::blocked) {
      any_left = true;
      if (process_) process_->send_again(id);
    }
    any_left = any_left || delivery.state == Durable::DeliveryState::waiting;
  }
  if (any_left && now_ < scenario_.healthy_lanes_done_by)
    at(seconds{5}, [this] { send_again_blocked(); });
}

void World::crash() {
  verdict_.trace(life_);
  process_.reset();
  ++life_;
  committed_until_ = now_;
  for (const std::size_t order : under_way_) log_.forgotten(order);
  under_way_.clear();
  at(random(milliseconds{1}, seconds{2}), [this] { start_process(); });
}

void World::start_process() {
  process_ = std::make_unique<Process>(*this);
  process_->take_up_work();
}

void World::check_end() {
  if (!process_) verdict_.broken(now_, "no process at the end");
  for (std::size_t order = 0; order < scenario_.orders.size(); ++order) check_order(order);
}

// Every announced order is delivered, or parked for a reason the scenario has, or a case.
void World::check_order(std::size_t order) {
  const Order& o = scenario_.orders[order];
  const auto complain = [&](const std::string& what) {
    verdict_.broken(now_, fmt::format("order {} (customer {}): {}", order, o.customer, what));
  };
  bool in_case = false;
  bool seen = false;
  for (const auto& [id, arrival] : durable_.arrivals) {
    if (arrival.order != order) continue;
    seen = true;
    if (arrival.state == Durable::ArrivalState::received) complain("its arrival is unresolved");
    if (arrival.state != Durable::ArrivalState::in_case) continue;
    // A later announcement of the same order is given up together with its first.
    if (!in_case && !o.poison_read && o.known_at <= arrival.received_at + scenario_.not_found_for)
      complain("given up although the source knew it in time");
    in_case = true;
  }
  if (!seen) return complain("its announcement was lost");
  const auto planned = durable_.by_order.find(order);
  if (planned == durable_.by_order.end()) {
    if (!in_case) complain("nothing was planned");
    return;
  }
  const bool hopeless = o.rejected || (o.poison_sends && (scenario_.poison == Poison::transient ||
                                                          scenario_.poison == Poison::rejected));
  switch (durable_.deliveries.at(planned->second).state) {
    case Durable::DeliveryState::waiting:
      return complain("still waiting");
    case Durable::DeliveryState::blocked:
      if (!o.rejected) complain("still blocked");
      return;
    case Durable::DeliveryState::parked:
      if (!hopeless) complain("parked without reason");
      return;
    case Durable::DeliveryState::delivered:
      break;
  }
  if (hopeless) complain("called delivered although the platform refused it");
  if (!log_.complete(order)) complain("called delivered, but the platform has not all of it");
  if (!o.poison_sends && log_.last_effect(order) > scenario_.healthy_lanes_done_by)
    complain("a healthy lane was held up");
}

}  // namespace tillbridge::sim
