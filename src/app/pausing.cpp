#include "app/pausing.h"

#include <algorithm>

namespace tillbridge::app {

void pause_part(const TargetConnections& connections, const PausedPart& part, bool paused) {
  for (const auto& one : connections) {
    if (paused) {
      one->hold_part(part);
    } else {
      one->release_part(part);
    }
  }
}

bool pause_named(const TargetConnections& connections, const std::string& what, bool paused) {
  if (const auto part = parse_paused_part(what)) {
    pause_part(connections, *part, paused);
    return true;
  }
  const auto found = std::find_if(connections.begin(), connections.end(),
                                  [&what](const auto& one) { return one->name() == what; });
  if (found == connections.end()) return false;
  if (paused) {
    (*found)->pause();
  } else {
    (*found)->resume();
  }
  return true;
}

}  // namespace tillbridge::app
