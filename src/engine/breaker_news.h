#pragma once
// What hubs that send to the same platform tell each other: one's breaker has opened, so that the
// others find out with a single call each, or closed, so that they do not wait any longer.

#include <string>

namespace tillbridge::engine {

struct BreakerNews {
  std::string workspace, connection, duty;
  bool open = false;
  std::string reason;
};

}  // namespace tillbridge::engine
