#pragma once
// Time, injected. Two kinds that cannot be mixed up:
//   Instant  a UTC wall-clock instant, for stamps that people and platforms see. It may jump.
//   Tick     a point on a clock that only moves forward, for every wait, deadline and rate.
// Nothing outside this header reads a clock of the machine. Any thread.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tillbridge {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

struct TickClock {  // tag: never read, only names the timeline
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<TickClock>;
  static constexpr bool is_steady = true;
};
using Tick = TickClock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual Tick tick() const = 0;
};

// The machine's clocks. A skew can be added to the wall clock to rehearse clock steps; ticks never
// feel it.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  Tick tick() const override;
  void step_by(Duration skew);  // any thread

 private:
  std::atomic<std::int64_t> skew_us_{0};
};

// For tests and simulation: moves only when told.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = Instant{std::chrono::seconds{1'767'225'600}})
      : now_(start) {}
  Instant now() const override { return now_; }
  Tick tick() const override { return tick_; }
  void advance(Duration by) {
    now_ += by;
    tick_ += by;
  }
  void step_wall(Duration by) { now_ += by; }

 private:
  Instant now_;
  Tick tick_{Duration{1'000'000}};
};

inline std::int64_t to_unix_us(Instant at) {
  return at.time_since_epoch().count();
}
inline Instant from_unix_us(std::int64_t us) {
  return Instant{Duration{us}};
}
inline std::int64_t to_unix_seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}
inline Instant from_unix_seconds(std::int64_t s) {
  return Instant{std::chrono::seconds{s}};
}

}  // namespace tillbridge
