#pragma once
// Runs a generator against the clock: each step at its time, late ones at once. Core thread.

#include <memory>

#include "base/async.h"
#include "base/task_group.h"
#include "shopping_day/generator.h"

namespace sandbox::shopping_day {

class ShoppingDay {
 public:
  ShoppingDay(tillbridge::Loop& loop, const tillbridge::Clock& clock, sitoo::Account& account,
              sitoo::Tills& tills, const Customers& customers);

  // unavailable: a day is running; invalid_input: the settings make no sense.
  tillbridge::Result<void> start(DaySettings settings);
  bool finished() const { return finished_; }  // also false before the first day
  bool running() const { return running_; }
  std::uint64_t orders_made() const { return generator_ ? generator_->orders_made() : 0; }
  // The shops close now: no further customers, what was begun is still finished.
  void close() {
    if (generator_) generator_->close();
  }
  tillbridge::Task<void> stop();

 private:
  tillbridge::Task<void> run();

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  sitoo::Account& account_;
  sitoo::Tills& tills_;
  const Customers& customers_;
  std::unique_ptr<Generator> generator_;
  bool running_ = false;
  bool finished_ = false;
  tillbridge::TaskGroup tasks_;
};

}  // namespace sandbox::shopping_day
