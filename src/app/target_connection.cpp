#include "app/target_connection.h"

#include <algorithm>

namespace tillbridge::app {
namespace {

using State = engine::Breaker::State;

// The worst of several: what a person has to know.
int weight(State state) {
  return state == State::closed ? 0 : state == State::probing ? 1 : 2;
}

}  // namespace

engine::Courier& TargetConnection::carrier_of(const std::string& flow) {
  for (const Carrier& carrier : carriers_) {
    if (std::find(carrier.flows.begin(), carrier.flows.end(), flow) != carrier.flows.end())
      return *carrier.courier;
  }
  return *carriers_.front().courier;
}

void TargetConnection::begin_take_up() {
  for (const Carrier& carrier : carriers_) carrier.courier->begin_take_up();
}

void TargetConnection::end_take_up() {
  for (const Carrier& carrier : carriers_) carrier.courier->end_take_up();
}

void TargetConnection::carry(const engine::ShardSet& shards) {
  for (const Carrier& carrier : carriers_) {
    if (carrier.courier->settings().shared) carrier.courier->carry(shards);
  }
}

bool TargetConnection::under_way_in(const engine::ShardSet& shards) const {
  return std::any_of(carriers_.begin(), carriers_.end(), [&](const Carrier& carrier) {
    return carrier.courier->settings().shared && carrier.courier->under_way_in(shards);
  });
}

bool TargetConnection::changed_elsewhere(const journal::OpenDelivery& delivery, bool adds_here) {
  engine::Courier& courier = carrier_of(delivery.flow);
  return !courier.settings().shared || courier.changed_elsewhere(delivery, adds_here);
}

void TargetConnection::tell_breakers(const std::function<void(const engine::BreakerNews&)>& tell) {
  for (const Carrier& carrier : carriers_) {
    if (carrier.courier->settings().shared) carrier.courier->tell_breaker(tell);
  }
}

void TargetConnection::heard(const engine::BreakerNews& news) {
  for (const Carrier& carrier : carriers_) {
    if (carrier.courier->settings().shared) carrier.courier->heard(news);
  }
}

void TargetConnection::start(TaskGroup& tasks) {
  for (const Carrier& carrier : carriers_) tasks.start(carrier.courier->run());
}

void TargetConnection::request_stop() {
  for (const Carrier& carrier : carriers_) carrier.courier->request_stop();
}

void TargetConnection::pause() {
  for (const Carrier& carrier : carriers_) carrier.courier->pause();
}

void TargetConnection::resume() {
  for (const Carrier& carrier : carriers_) carrier.courier->resume();
}

void TargetConnection::hold_part(const PausedPart& part) {
  if (!held_parts_.insert(part).second) return;
  for (const Carrier& carrier : carriers_) carrier.courier->hold_part(part.kind, part.name);
}

void TargetConnection::release_part(const PausedPart& part) {
  if (held_parts_.erase(part) == 0) return;
  for (const Carrier& carrier : carriers_) carrier.courier->release_part(part.kind, part.name);
}

bool TargetConnection::idle() const {
  return std::all_of(carriers_.begin(), carriers_.end(),
                     [](const Carrier& carrier) { return carrier.courier->idle(); });
}

json::Object TargetConnection::status() const {
  std::size_t waiting = 0;
  std::size_t lanes = 0;
  std::size_t blocked = 0;
  std::size_t held = 0;
  std::size_t in_flight = 0;
  engine::Courier::Totals attempts;
  const engine::Breaker* worst = nullptr;
  for (const Carrier& carrier : carriers_) {
    const engine::Dispatch& dispatch = carrier.courier->dispatch();
    waiting += dispatch.lanes().size();
    lanes += dispatch.lanes().lane_count();
    blocked += dispatch.lanes().blocked_count();
    held += dispatch.lanes().held_count();
    in_flight += dispatch.calls_in_flight();
    const engine::Courier::Totals& more = carrier.courier->totals();
    attempts.delivered += more.delivered;
    attempts.transient += more.transient;
    attempts.rejected += more.rejected;
    attempts.throttled += more.throttled;
    attempts.ambiguous += more.ambiguous;
    if (worst == nullptr || weight(dispatch.breaker().state()) > weight(worst->state()))
      worst = &dispatch.breaker();
  }
  const engine::Dispatch& first = carriers_.front().courier->dispatch();
  json::Object out;
  out["connection"] = name_;
  out["mode"] = app::name(mode_);
  out["paused"] = first.paused();
  out["waiting"] = waiting;
  out["customers_waiting"] = lanes;
  out["blocked"] = blocked;
  out["held_by_pause"] = held;
  out["calls_in_flight"] = in_flight;
  out["calls_per_second_max"] = first.budget().rate();
  out["breaker"] = engine::name(worst->state());
  out["breaker_reason"] = worst->reason();
  json::Array flows_here;
  for (const std::string& flow : flows()) flows_here.emplace_back(flow);
  out["flows"] = std::move(flows_here);
  out["attempts"] = json::Object{{"delivered", attempts.delivered},
                                 {"transient", attempts.transient},
                                 {"rejected", attempts.rejected},
                                 {"throttled", attempts.throttled},
                                 {"ambiguous", attempts.ambiguous}};
  return out;
}

}  // namespace tillbridge::app
