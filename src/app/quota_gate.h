#pragma once
// Lets calls of one operation pass no faster than a platform's windows allow. For calls that are
// made inside other work; deliveries have their Dispatch. Core thread.

#include "base/async.h"
#include "base/outcome.h"
#include "engine/budget.h"

namespace tillbridge::app {

class QuotaGate {
 public:
  QuotaGate(Loop& loop, const Clock& clock, engine::BudgetSettings settings)
      : loop_(loop), clock_(clock), budget_(settings, clock.tick()) {}

  // Without waiting: whether a call that somebody waits for may be made now.
  bool pass_now() { return !stopping_ && budget_.take(clock_.tick(), true); }
  // False: asked to stop while waiting.
  Task<bool> pass();
  void answered(const Outcome& outcome, const std::optional<engine::QuotaReport>& report);
  void request_stop() { stopping_ = true; }

 private:
  Loop& loop_;
  const Clock& clock_;
  engine::Budget budget_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
