#pragma once
// Faults of the simulated Sitoo (contract 13.6, 13.13): which share of the calls goes wrong, how,
// and when. Windows of trouble alternate with calm. Core thread.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "base/result.h"

namespace sandbox::sitoo {

enum class ThrottleStyle { reset_header, retry_after, neither, mixed };

struct Faults {
  double calm_share = 0;   // of calls that fail outside the windows of trouble
  double burst_share = 0;  // of calls that fail inside them
  double burst_time = 0;   // share of the time that is inside; below 1
  tillbridge::Duration burst_min = std::chrono::milliseconds{500};
  tillbridge::Duration burst_max = std::chrono::milliseconds{1500};
  // What a failing call gets, by weight.
  double throttled = 0;     // 429
  double server_error = 0;  // 500 or 502 with an HTML page
  double slow = 0;          // right answer, late
  double hang = 0;          // no answer at all
  double reset_before = 0;  // connection reset, nothing done
  double reset_after = 0;   // done, then connection reset
  tillbridge::Duration slow_min = std::chrono::milliseconds{100};
  tillbridge::Duration slow_max = std::chrono::milliseconds{800};
  ThrottleStyle throttle_style = ThrottleStyle::mixed;
  // Just-announced orders that readers do not see yet.
  double unseen_share = 0;
  tillbridge::Duration unseen_min = std::chrono::milliseconds{200};
  tillbridge::Duration unseen_max = std::chrono::milliseconds{1500};
  // The event sender.
  double duplicate_events = 0;  // an event is queued a second time a little later
  double replayed_batches = 0;  // a batch is sent again although it was answered with 200
};

// none, storm, throttled, server-errors, slow, hang, resets, unseen, duplicates. invalid_input for
// other names.
tillbridge::Result<Faults> preset(std::string_view name);

// Changes the members that the object names; durations are in milliseconds with the ending _ms
// ("burst_min_ms"). invalid_input names an unknown or impossible member; nothing is changed then.
tillbridge::Result<void> apply(Faults& faults, const tillbridge::json::Object& changes);

enum class Mishap { none, throttled, server_error, slow, hang, reset_before, reset_after };

// Draws the fate of each call.
class FaultDice {
 public:
  FaultDice(const tillbridge::Clock& clock, std::uint64_t seed) : clock_(clock), entropy_(seed) {}

  Faults& faults() { return faults_; }
  const Faults& faults() const { return faults_; }
  void set(const Faults& faults);

  Mishap next_call();
  tillbridge::Duration slow_for() { return between(faults_.slow_min, faults_.slow_max); }
  tillbridge::Duration unseen_for();
  ThrottleStyle throttle_style();
  bool chance(double share) { return share > 0 && entropy_.chance(share); }

 private:
  bool in_burst();
  tillbridge::Duration between(tillbridge::Duration low, tillbridge::Duration high);

  const tillbridge::Clock& clock_;
  tillbridge::Entropy entropy_;
  Faults faults_;
  bool burst_ = false;
  tillbridge::Tick phase_ends_{};
};

}  // namespace sandbox::sitoo
