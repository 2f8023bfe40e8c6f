#pragma once
// Requests per source address and minute (contract section 4). Core thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace sandbox::bloomreach {

class RateLimit {
 public:
  // nullopt: let it pass. Else: refused, and the time until the window ends.
  std::optional<tillbridge::Duration> take(const std::string& source, std::int64_t per_minute,
                                           tillbridge::Tick now) {
    if (per_minute <= 0) return std::nullopt;
    constexpr tillbridge::Duration minute = std::chrono::minutes{1};
    Window& window = windows_[source];
    if (window.count == 0 || now - window.since >= minute) window = {now, 0};
    if (window.count >= per_minute) return window.since + minute - now;
    ++window.count;
    return std::nullopt;
  }

 private:
  struct Window {
    tillbridge::Tick since{};
    std::int64_t count = 0;
  };
  std::map<std::string, Window> windows_;
};

}  // namespace sandbox::bloomreach
