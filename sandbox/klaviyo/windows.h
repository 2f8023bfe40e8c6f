#pragma once
// Klaviyo's fixed windows (contract 5.1): calls per operation in the second, minute and day that
// the wall clock shows. Core thread.

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"

namespace sandbox::klaviyo {

struct Limits {
  std::int64_t per_second = 0, per_minute = 0, per_day = 0;  // 0: none
};

struct Verdict {
  bool passes = true;
  std::int64_t limit = 0, remaining = 0, reset_s = 0;  // of the minute
  std::int64_t retry_after_s = 0;                      // when refused
};

class Windows {
 public:
  // A refused call is not counted into any window.
  Verdict take(const std::string& who, const Limits& limits, tillbridge::Instant now) {
    const std::int64_t now_us = tillbridge::to_unix_us(now);
    const std::array<std::int64_t, 3> allowed = {limits.per_second, limits.per_minute,
                                                 limits.per_day};
    std::array<Window, 3>& windows = windows_[who];
    Verdict verdict;
    for (std::size_t i = 0; i < lengths_us.size(); ++i) {
      const std::int64_t start = now_us - now_us % lengths_us[i];
      if (windows[i].start_us != start) windows[i] = {start, 0, false};
      if (allowed[i] <= 0 || windows[i].count < allowed[i]) continue;
      verdict.passes = false;
      if (!windows[i].exceeded) ++exceeded_;
      windows[i].exceeded = true;
      const std::int64_t left_us = start + lengths_us[i] - now_us;
      verdict.retry_after_s =
          std::max(verdict.retry_after_s, (left_us + second_us - 1) / second_us);
    }
    if (verdict.passes)
      for (Window& window : windows) ++window.count;
    verdict.limit = limits.per_minute;
    verdict.remaining = std::max<std::int64_t>(0, limits.per_minute - windows[1].count);
    verdict.reset_s = (windows[1].start_us + lengths_us[1] - now_us + second_us - 1) / second_us;
    return verdict;
  }
  // Windows in which at least one call was refused.
  std::uint64_t exceeded() const { return exceeded_; }

 private:
  static constexpr std::int64_t second_us = 1'000'000;
  static constexpr std::array<std::int64_t, 3> lengths_us = {second_us, 60 * second_us,
                                                             86'400 * second_us};
  struct Window {
    std::int64_t start_us = -1;
    std::int64_t count = 0;
    bool exceeded = false;
  };
  std::map<std::string, std::array<Window, 3>> windows_;
  std::uint64_t exceeded_ = 0;
};

}  // namespace sandbox::klaviyo
