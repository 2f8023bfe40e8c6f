#include "base/clock.h"

namespace tillbridge {

Instant SystemClock::now() const {
  const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return wall + Duration{skew_us_.load(std::memory_order_relaxed)};
}

Tick SystemClock::tick() const {
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  return Tick{std::chrono::duration_cast<Duration>(steady)};
}

void SystemClock::step_by(Duration skew) {
  skew_us_.fetch_add(skew.count(), std::memory_order_relaxed);
}

}  // namespace tillbridge
