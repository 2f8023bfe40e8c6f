#pragma once
// A token bucket per connection and endpoint class (DESIGN 4 "Budgets"): how many calls may be
// made, learned from configuration and corrected by what the platform says. Pure; one thread.
//
// A 429 closes the bucket until the time it names and lowers the rate by a third; each success
// brings back a hundredth. A share can be kept for urgent calls (the till's live reads): others
// leave it untouched.

#include "base/clock.h"

namespace tillbridge::engine {

struct BudgetSettings {
  double calls_per_second = 10;
  double burst = 10;          // calls at once after a quiet time
  double urgent_share = 0.0;  // 0..1 of the burst only for urgent calls
};

class Budget {
 public:
  Budget(BudgetSettings settings, Tick now);

  bool take(Tick now, bool urgent = false);
  // The earliest tick at which take() can succeed.
  Tick ready_at(Tick now, bool urgent = false) const;

  void throttled(Tick now, Duration pause);
  void succeeded();

  double rate() const { return settings_.calls_per_second * factor_; }
  Tick closed_until() const { return closed_until_; }

 private:
  void refill(Tick now);
  double needed(bool urgent) const;

  BudgetSettings settings_;
  double tokens_;
  double factor_ = 1.0;
  Tick filled_at_;
  Tick closed_until_;
};

}  // namespace tillbridge::engine
