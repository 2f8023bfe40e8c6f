#pragma once
// A circuit breaker per connection (DESIGN 4 "Budgets"): opens after consecutive failures of the
// connection, lets one probe through after a pause that doubles, closes at the first success. State
// and reason are for people. Pure; one thread.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace tillbridge::engine {

struct BreakerSettings {
  std::uint32_t failures = 5;
  Duration open_first = std::chrono::seconds{1};
  Duration open_max = std::chrono::seconds{60};
};

class Breaker {
 public:
  enum class State { closed, open, probing };

  explicit Breaker(BreakerSettings settings) : settings_(settings) {}

  // Whether a call may be made now; while open, the first question after the pause becomes the
  // probe.
  bool allows(Tick now) const;
  Tick ready_at(Tick now) const;
  void started(Tick now);   // a call is being made
  void not_made(Tick now);  // the started call did not happen: a probe's place is free again
  void succeeded();
  void failed(Tick now, std::string reason);  // the connection is at fault
  // Another hub's breaker of this connection has opened, or closed: a single call shall tell
  // whether that holds here too (the trouble may be that hub's own).
  void opened_elsewhere(Tick now, std::string reason);
  void closed_elsewhere(Tick now);

  State state() const { return state_; }
  const std::string& reason() const { return reason_; }
  Tick open_until() const { return open_until_; }

 private:
  BreakerSettings settings_;
  State state_ = State::closed;
  std::uint32_t consecutive_ = 0;
  std::uint32_t openings_ = 0;
  Tick open_until_{};
  std::string reason_;
};

constexpr std::string_view name(Breaker::State state) {
  return state == Breaker::State::closed ? "closed"
         : state == Breaker::State::open ? "open"
                                         : "probing";
}

}  // namespace tillbridge::engine
