#include "sitoo/stock_day.h"

#include <algorithm>
#include <cstdio>

namespace sandbox::sitoo {

using tillbridge::Duration;
using tillbridge::fail;
using Kind = tillbridge::Error::Kind;

namespace {
constexpr Duration nap_max = std::chrono::milliseconds{200};  // so that stop() is soon noticed
constexpr int steps_per_turn_max = 16;
}  // namespace

StockDay::StockDay(tillbridge::Loop& loop, const tillbridge::Clock& clock, Account& account)
    : loop_(loop), clock_(clock), account_(account), tasks_(loop, [](const std::string& what) {
        std::fprintf(stderr, "stock day: %s\n", what.c_str());
      }) {}

tillbridge::Result<void> StockDay::start(StockDaySettings settings) {
  if (running_) return fail(Kind::unavailable, "a stock day is running");
  constexpr double rate_max = 100'000;
  constexpr double seconds_max = 7 * 86'400;
  if (!(settings.per_second > 0 && settings.per_second <= rate_max) ||
      !(settings.seconds > 0 && settings.seconds <= seconds_max)) {
    return fail(Kind::invalid_input, "per_second and seconds must be positive and sensible");
  }
  mover_ = std::make_unique<StockMover>(account_, settings.seed);
  running_ = true;
  tasks_.start(run(settings));
  return {};
}

tillbridge::Task<void> StockDay::run(StockDaySettings settings) {
  const tillbridge::Tick began = clock_.tick();
  const auto planned = static_cast<std::uint64_t>(settings.seconds * settings.per_second);
  for (std::uint64_t made = 0; made < planned && !tasks_.stopping();) {
    const double due_s = static_cast<double>(made) / settings.per_second;
    const Duration due{static_cast<std::int64_t>(due_s * 1e6)};
    const Duration early = due - (clock_.tick() - began);
    if (early > Duration{0}) {
      co_await tillbridge::sleep_for(loop_, std::min(early, nap_max));
      continue;
    }
    mover_->step();
    ++moves_;
    if (++made % steps_per_turn_max == 0) co_await tillbridge::yield_now(loop_);
  }
  running_ = false;
}

tillbridge::Task<void> StockDay::stop() {
  tasks_.request_stop();
  co_await tasks_.join();
}

}  // namespace sandbox::sitoo
