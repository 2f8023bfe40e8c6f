#pragma once
// Runs a stock mover against the clock: so many movements per second, late ones at once, for a
// while. Core thread.

#include <cstdint>
#include <memory>

#include "base/async.h"
#include "base/task_group.h"
#include "sitoo/stock_mover.h"

namespace sandbox::sitoo {

struct StockDaySettings {
  double seconds = 60;
  double per_second = 10;
  std::uint64_t seed = 1;
};

class StockDay {
 public:
  // All must outlive the day.
  StockDay(tillbridge::Loop& loop, const tillbridge::Clock& clock, Account& account);

  // unavailable: one is running; invalid_input: the settings make no sense.
  tillbridge::Result<void> start(StockDaySettings settings);
  bool running() const { return running_; }
  std::uint64_t moves() const { return moves_; }  // of all days
  tillbridge::Task<void> stop();

 private:
  tillbridge::Task<void> run(StockDaySettings settings);

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  Account& account_;
  std::unique_ptr<StockMover> mover_;
  bool running_ = false;
  std::uint64_t moves_ = 0;
  tillbridge::TaskGroup tasks_;
};

}  // namespace sandbox::sitoo
