#include "shopping_day/shopping_day.h"

#include <algorithm>
#include <cstdio>

namespace sandbox::shopping_day {

using tillbridge::Duration;
using tillbridge::fail;
using Kind = tillbridge::Error::Kind;

namespace {
constexpr Duration nap_max = std::chrono::milliseconds{200};  // so that stop() is soon noticed
constexpr int steps_per_turn_max = 16;
}  // namespace

ShoppingDay::ShoppingDay(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                         sitoo::Account& account, sitoo::Tills& tills, const Customers& customers)
    : loop_(loop),
      clock_(clock),
      account_(account),
      tills_(tills),
      customers_(customers),
      tasks_(loop, [](const std::string& what) {
        std::fprintf(stderr, "shopping day: %s\n", what.c_str());
      }) {}

tillbridge::Result<void> ShoppingDay::start(DaySettings settings) {
  if (running_) return fail(Kind::unavailable, "a day is running");
  if (settings.orders_per_second <= 0 || settings.orders_per_second > 100'000 ||
      settings.seconds <= 0 || settings.seconds > 7 * 86'400) {
    return fail(Kind::invalid_input, "rate and seconds must be positive and sensible");
  }
  generator_ = std::make_unique<Generator>(account_, tills_, customers_, settings);
  running_ = true;
  finished_ = false;
  tasks_.start(run());
  return {};
}

tillbridge::Task<void> ShoppingDay::run() {
  const tillbridge::Tick began = clock_.tick();
  int steps = 0;
  while (!tasks_.stopping()) {
    const auto due = generator_->next_due();
    if (!due) break;
    const Duration early = *due - (clock_.tick() - began);
    if (early > Duration{0}) {
      co_await tillbridge::sleep_for(loop_, std::min(early, nap_max));
      continue;
    }
    generator_->step();
    if (++steps % steps_per_turn_max == 0) co_await tillbridge::yield_now(loop_);
  }
  const std::size_t tills = account_.masterdata().registers.size();
  for (std::size_t till = 0; till < tills; ++till) account_.add_z_report(till);
  running_ = false;
  finished_ = true;
}

tillbridge::Task<void> ShoppingDay::stop() {
  tasks_.request_stop();
  co_await tasks_.join();
}

}  // namespace sandbox::shopping_day
