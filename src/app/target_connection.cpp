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

bool TargetConnection::idle() const {
  return std::all_of(carriers_.begin(), carriers_.end(),
                     [](const Carrier& carrier) { return carrier.courier->idle(); });
}

json::Object TargetConnection::status() const {
  std::uint64_t waiting = 0;
  std::uint64_t lanes = 0;
  std::uint64_t blocked = 0;
  std::uint64_t in_flight = 0;
  const engine::Breaker* worst = nullptr;
  for (const Carrier& carrier : carriers_) {
    const engine::Dispatch& dispatch = carrier.courier->dispatch();
    waiting += dispatch.lanes().size();
    lanes += dispatch.lanes().lane_count();
    blocked += dispatch.lanes().blocked_count();
    in_flight += dispatch.calls_in_flight();
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
  out["calls_in_flight"] = in_flight;
  out["calls_per_second_max"] = first.budget().rate();
  out["breaker"] = engine::name(worst->state());
  out["breaker_reason"] = worst->reason();
  return out;
}

}  // namespace tillbridge::app
