#pragma once
// How far the platforms are behind the tills (REQUIREMENTS K4): per connection, flow and store the
// time from the till to accepted, and the oldest that still waits. Says when an agreed threshold is
// passed and when that is over. Pure; one thread; a few hundred bytes per series plus
// eight per second with waiting work.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tillbridge::engine {

// Counts of durations in steps of a quarter, from a millisecond to days: percentiles within 13 %.
class LagHistogram {
 public:
  void add(Duration lag);
  void add(const LagHistogram& other);
  void clear() { counts_ = {}; }
  std::uint64_t count() const;
  Duration percentile(double share) const;  // zero when empty

 private:
  static constexpr std::size_t steps = 96;
  std::array<std::uint32_t, steps> counts_{};
};

struct LagSettings {
  Duration alert = std::chrono::minutes{15};    // behind by more: raised
  Duration recover = std::chrono::minutes{10};  // behind by less: over
  // Only what stays so by our own clock: a late upload or a clock step is over in a moment.
  Duration sustained = std::chrono::seconds{30};
  Duration recent = std::chrono::minutes{5};  // accepted deliveries count for so long
};

class LagBoard {
 public:
  explicit LagBoard(LagSettings settings) : settings_(settings) {}

  // The number of a series for the calls below; the same for the same names. At most 65 535 series:
  // further stores share the last.
  std::uint16_t series(const std::string& connection, const std::string& flow,
                       const std::string& store);
  struct Names {
    std::string connection, flow, store;
  };
  const Names& names(std::uint16_t series) const { return series_.at(series).names; }
  void waiting(std::uint16_t series, Instant happened_at);
  void accepted(std::uint16_t series, Instant happened_at, Instant now);
  void gone(std::uint16_t series, Instant happened_at);  // parked or skipped: waits no more

  struct Row {
    Names names;
    std::uint64_t accepted = 0;  // recently
    Duration p50{0}, p99{0};     // of those
    std::uint64_t waiting = 0;
    Duration oldest_waiting{0};
  };
  std::vector<Row> rows(Instant now);  // those with something to say, by connection, flow, store

  // Of a connection's flow over all stores. Behind is the age of the oldest that waits; nothing
  // waiting is not behind, however late the last ones were.
  struct Crossing {
    std::string connection, flow;
    bool raised = false;  // else over
    Duration behind{0};
    std::string worst_store;
    std::uint64_t waiting = 0;
  };
  std::vector<Crossing> crossings(Instant now, Tick tick);
  // Raised before a restart: its end is reported as well.
  void adopt_raised(const std::string& connection, const std::string& flow);

 private:
  struct Second {
    std::uint32_t at = 0;  // the till, by the unix clock
    std::uint32_t count = 0;
  };
  struct Series {
    Names names;
    LagHistogram current, before;  // two windows of `recent`
    std::deque<Second> waiting;    // rising; the first one has somebody waiting
    std::uint64_t waiting_count = 0;
  };
  static std::deque<Second>::iterator second_of(Series& series, Instant happened_at);
  void remove_waiting(Series& series, Instant happened_at);
  void turn_windows(Instant now);

  LagSettings settings_;
  std::vector<Series> series_;
  std::map<std::array<std::string, 3>, std::uint16_t> numbers_;
  struct Alarm {
    bool raised = false;
    std::optional<Tick> turning_since;  // the other side of the threshold, not sustained yet
  };
  std::map<std::pair<std::string, std::string>, Alarm> alarms_;  // by connection and flow
  Instant window_began_{};
};

}  // namespace tillbridge::engine
