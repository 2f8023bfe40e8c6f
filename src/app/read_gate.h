#pragma once
// Whether a live read at a platform may be made now: a budget of its own and a breaker, so that a
// till is answered from the index at once instead of waiting for a platform that is down. Core
// thread.

#include <optional>

#include "base/outcome.h"
#include "engine/breaker.h"
#include "engine/budget.h"

namespace tillbridge::app {

class ReadGate {
 public:
  ReadGate(const Clock& clock, engine::BudgetSettings budget, engine::BreakerSettings breaker)
      : clock_(clock), budget_(budget, clock.tick()), breaker_(breaker) {}

  // nullopt: go on, and tell answered(). Else why not. urgent: somebody waits at a till.
  std::optional<Outcome> refusal(bool urgent);
  void answered(const Outcome& outcome);
  const engine::Breaker& breaker() const { return breaker_; }

 private:
  const Clock& clock_;
  engine::Budget budget_;
  engine::Breaker breaker_;
};

}  // namespace tillbridge::app
