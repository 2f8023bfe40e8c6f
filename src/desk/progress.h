#pragma once
// How long a backlog will take, in words: "about 4 min", "growing", "not moving since 10:40".
// Pure; any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/zone.h"

namespace tillbridge::desk {

// Counters as they stood at a time; `arrived` and `done` are totals that only rise.
struct BacklogSample {
  Instant at;
  std::uint64_t waiting = 0;
  std::uint64_t arrived = 0, done = 0;
};

struct Progress {
  enum class State : std::uint8_t {
    clear,       // nothing waits
    unknown,     // too few samples
    clearing,    // done in `left`
    level,       // as much comes as goes
    growing,     // more comes than goes
    not_moving,  // nothing was done since `since`
  };
  State state = State::unknown;
  std::optional<Duration> left;
  std::optional<Instant> since;
  double arrived_per_minute = 0, done_per_minute = 0;
  std::string text;
};

// Samples in time order; those of the last `window` before the newest count for the rates, all for
// since when nothing moves. Counters that fell (a restart) begin anew.
Progress progress_of(std::span<const BacklogSample> samples, const Zone& zone,
                     Duration window = std::chrono::minutes{5});

}  // namespace tillbridge::desk
