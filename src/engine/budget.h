#pragma once
// A token bucket per connection and endpoint class (DESIGN 4 "Budgets"): how many calls may be
// made, learned from configuration and corrected by what the platform says. Pure; one thread.
//
// A 429 closes the bucket until the time it names and lowers the rate by a third; each success
// brings back a hundredth. A share can be kept for urgent calls (the till's live reads): others
// leave it untouched.

#include <cstdint>

#include "base/clock.h"

namespace tillbridge::engine {

struct BudgetSettings {
  double calls_per_second = 10;
  double burst = 10;          // calls at once after a quiet time
  double urgent_share = 0.0;  // 0..1 of the burst only for urgent calls
};

// What is left until `reset` by the platform's own count, which others may use up as well.
struct QuotaReport {
  double remaining = 0;
  Duration reset{0};
};

// A bucket for fixed windows of a second and a minute (0: none): whatever the platform's windows
// begin at, calls that the bucket lets through fit into each of them, with a tenth to spare for
// calls that arrive closer together than they were sent.
BudgetSettings budget_for_windows(double per_second, double per_minute);

class Budget {
 public:
  Budget(BudgetSettings settings, Tick now);

  // calls: all or none; more than the bucket holds are taken from a full one.
  bool take(Tick now, bool urgent = false, std::uint32_t calls = 1);
  // The earliest tick at which take() can succeed.
  Tick ready_at(Tick now, bool urgent = false, std::uint32_t calls = 1) const;
  // How many calls take() would let through now.
  std::uint32_t room(Tick now) const;

  void throttled(Tick now, Duration pause);
  void succeeded();
  void reported(Tick now, const QuotaReport& report);

  // Of what the platform allows in all, the part that is this hub's: 0..1 of rate and burst.
  void take_share(Tick now, double share);

  double rate() const { return settings_.calls_per_second * factor_; }
  Tick closed_until() const { return closed_until_; }

 private:
  void refill(Tick now);
  double needed(bool urgent, std::uint32_t calls = 1) const;
  double tokens_at(Tick now) const;

  BudgetSettings whole_;
  BudgetSettings settings_;  // this hub's share of it
  double tokens_;
  double factor_ = 1.0;
  Tick filled_at_;
  Tick closed_until_;
};

}  // namespace tillbridge::engine
