#pragma once
// What must hold, whatever happens. Knows the platform's side and the order of business; never asks
// the engine what it believes, except for the state of its breaker.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/dispatch.h"
#include "scenario.h"

namespace tillbridge::sim {

class Verdict {
 public:
  bool ok() const { return why_.empty(); }
  const std::string& why() const { return why_; }
  void broken(Duration at, const std::string& what);  // the first one is kept

  std::uint64_t trace_hash() const { return hash_; }
  void trace(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3ULL; }

 private:
  std::string why_;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// The calls of one connection in one life of the process: rate, calls in flight, breaker, Retry-
// After.
class CallWatch {
 public:
  CallWatch(std::string name, const engine::BudgetSettings& budget,
            const engine::BreakerSettings& breaker, std::uint32_t in_flight_max, Verdict& verdict);

  std::uint64_t started(Duration now, engine::Breaker::State before, Duration open_until);
  void ended(std::uint64_t call, const Outcome& outcome, engine::Breaker::State after,
             Duration now);

 private:
  std::string name_;
  engine::BudgetSettings budget_;
  engine::BreakerSettings breaker_;
  std::uint32_t in_flight_max_;
  Verdict& verdict_;
  std::uint64_t calls_ = 0;
  double window_low_ = 0;  // the least of (calls before a call) - rate * (its time)
  std::uint32_t in_flight_ = 0;
  std::uint32_t failed_in_a_row_ = 0;
  std::set<std::uint64_t> probes_;
  Duration closed_until_{0};
};

// The platform's log. Orders are named by their place in the scenario.
class PlatformLog {
 public:
  PlatformLog(const Scenario& scenario, Verdict& verdict);

  // Planned by this arrival; passed: the sequencer said that it did not wait for it.
  void planned(std::size_t order, ArrivalId by, bool passed);
  void sent(std::size_t order, std::uint32_t part, Duration now);
  void took_effect(std::size_t order, std::uint32_t part, Duration now);
  void answered(std::size_t order, std::uint32_t part, Outcome::Kind kind);
  // The process died before the outcome was stored: what it knew of the order's parts is gone.
  void forgotten(std::size_t order);
  void parked(std::size_t order) { orders_[order].parked = true; }
  bool complete(std::size_t order) const;
  Duration last_effect(std::size_t order) const { return orders_[order].last_effect; }

 private:
  struct Part {
    bool under_way = false;  // in a call without an answer
    bool confirmed = false;  // an answer said that the platform has it
    bool arrived = false;    // the platform has it
  };
  struct Entry {
    std::uint32_t customer = 0;
    ArrivalId planned_by;
    bool passed = false;
    bool parked = false;
    std::vector<Part> parts;
    Duration last_effect{0};
  };

  Verdict& verdict_;
  std::vector<Entry> orders_;
  std::map<std::uint32_t, ArrivalId> newest_in_lane_;
};

}  // namespace tillbridge::sim
