#include "sitoo/faults.h"

#include <algorithm>
#include <array>

namespace sandbox::sitoo {

using tillbridge::Duration;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;
using std::chrono::milliseconds;

namespace {

struct ShareMember {
  std::string_view name;
  double Faults::* member;
  bool is_share;  // 0 to 1; else a weight
};
constexpr std::array share_members = {
    ShareMember{"calm_share", &Faults::calm_share, true},
    ShareMember{"burst_share", &Faults::burst_share, true},
    ShareMember{"burst_time", &Faults::burst_time, true},
    ShareMember{"throttled", &Faults::throttled, false},
    ShareMember{"server_error", &Faults::server_error, false},
    ShareMember{"slow", &Faults::slow, false},
    ShareMember{"hang", &Faults::hang, false},
    ShareMember{"reset_before", &Faults::reset_before, false},
    ShareMember{"reset_after", &Faults::reset_after, false},
    ShareMember{"unseen_share", &Faults::unseen_share, true},
    ShareMember{"duplicate_events", &Faults::duplicate_events, true},
    ShareMember{"replayed_batches", &Faults::replayed_batches, true}};

struct DurationMember {
  std::string_view name;
  Duration Faults::* member;
};
constexpr std::array duration_members = {DurationMember{"burst_min_ms", &Faults::burst_min},
                                         DurationMember{"burst_max_ms", &Faults::burst_max},
                                         DurationMember{"slow_min_ms", &Faults::slow_min},
                                         DurationMember{"slow_max_ms", &Faults::slow_max},
                                         DurationMember{"unseen_min_ms", &Faults::unseen_min},
                                         DurationMember{"unseen_max_ms", &Faults::unseen_max}};

Result<void> apply_style(Faults& faults, const tillbridge::json::Value& value) {
  const std::string_view style = value.is_string() ? std::string_view(value.as_string()) : "";
  if (style == "reset-header") {
    faults.throttle_style = ThrottleStyle::reset_header;
  } else if (style == "retry-after") {
    faults.throttle_style = ThrottleStyle::retry_after;
  } else if (style == "neither") {
    faults.throttle_style = ThrottleStyle::neither;
  } else if (style == "mixed") {
    faults.throttle_style = ThrottleStyle::mixed;
  } else {
    return fail(Kind::invalid_input,
                "throttle_style is reset-header, retry-after, neither or mixed");
  }
  return {};
}

Result<void> apply_member(Faults& faults, std::string_view name,
                          const tillbridge::json::Value& value) {
  if (name == "throttle_style") return apply_style(faults, value);
  if (!value.is_number()) return fail(Kind::invalid_input, std::string(name) + " must be a number");
  const double number = value.to_number<double>();
  for (const ShareMember& known : share_members) {
    if (known.name != name) continue;
    if (number < 0 || (known.is_share && number > 1)) {
      return fail(Kind::invalid_input, std::string(name) + " is out of range");
    }
    faults.*known.member = number;
    return {};
  }
  for (const DurationMember& known : duration_members) {
    if (known.name != name) continue;
    if (number < 0 || number > 3.6e6) {
      return fail(Kind::invalid_input, std::string(name) + " is out of range");
    }
    faults.*known.member = milliseconds{static_cast<std::int64_t>(number)};
    return {};
  }
  return fail(Kind::invalid_input, "unknown fault: " + std::string(name));
}

Faults always(double Faults::* what) {
  Faults faults;
  faults.calm_share = 0.2;
  faults.*what = 1;
  return faults;
}

Faults storm() {
  Faults faults;
  faults.calm_share = 0.02;
  faults.burst_share = 0.4;
  faults.burst_time = 0.2;
  faults.throttled = 4;
  faults.server_error = 3;
  faults.slow = 2;
  faults.hang = 0.5;
  faults.reset_before = 0.5;
  faults.reset_after = 0.5;
  faults.unseen_share = 0.2;
  faults.duplicate_events = 0.03;
  faults.replayed_batches = 0.03;
  return faults;
}

}  // namespace

Result<Faults> preset(std::string_view name) {
  Faults faults;
  if (name == "none") return faults;
  if (name == "storm") return storm();
  if (name == "throttled") return always(&Faults::throttled);
  if (name == "server-errors") return always(&Faults::server_error);
  if (name == "slow") return always(&Faults::slow);
  if (name == "hang") {
    faults = always(&Faults::hang);
    faults.calm_share = 0.02;  // each one keeps its caller waiting until its time limit
    return faults;
  }
  if (name == "resets") {
    faults = always(&Faults::reset_before);
    faults.reset_after = 1;
    return faults;
  }
  if (name == "unseen") {
    faults.unseen_share = 0.5;
    return faults;
  }
  if (name == "duplicates") {
    faults.duplicate_events = 0.1;
    faults.replayed_batches = 0.1;
    return faults;
  }
  return fail(Kind::invalid_input, "unknown preset: " + std::string(name));
}

Result<void> apply(Faults& faults, const tillbridge::json::Object& changes) {
  Faults changed = faults;
  for (const auto& change : changes) TB_CHECK(apply_member(changed, change.key(), change.value()));
  if (changed.burst_min > changed.burst_max || changed.slow_min > changed.slow_max ||
      changed.unseen_min > changed.unseen_max) {
    return fail(Kind::invalid_input, "a minimum is above its maximum");
  }
  faults = changed;
  return {};
}

void FaultDice::set(const Faults& faults) {
  faults_ = faults;
  burst_ = false;
  phase_ends_ = {};
}

Duration FaultDice::between(Duration low, Duration high) {
  const auto width = static_cast<std::uint64_t>((high - low).count());
  return low + Duration{static_cast<std::int64_t>(entropy_.below(width + 1))};
}

bool FaultDice::in_burst() {
  if (faults_.burst_time <= 0) return false;
  if (faults_.burst_time >= 1) return true;
  const tillbridge::Tick now = clock_.tick();
  // After a long silence there is no history to catch up with.
  if (now - phase_ends_ > std::chrono::minutes{1}) phase_ends_ = now;
  while (phase_ends_ <= now) {
    burst_ = !burst_;
    if (burst_) {
      phase_ends_ += between(faults_.burst_min, faults_.burst_max) + Duration{1};
    } else {
      const auto mean = (faults_.burst_min + faults_.burst_max).count() / 2;
      const double calm = static_cast<double>(mean) * (1 - faults_.burst_time) / faults_.burst_time;
      phase_ends_ += Duration{static_cast<std::int64_t>(calm * (0.5 + entropy_.unit())) + 1};
    }
  }
  return burst_;
}

Mishap FaultDice::next_call() {
  if (!chance(in_burst() ? faults_.burst_share : faults_.calm_share)) return Mishap::none;
  const std::array weights = {std::pair{faults_.throttled, Mishap::throttled},
                              std::pair{faults_.server_error, Mishap::server_error},
                              std::pair{faults_.slow, Mishap::slow},
                              std::pair{faults_.hang, Mishap::hang},
                              std::pair{faults_.reset_before, Mishap::reset_before},
                              std::pair{faults_.reset_after, Mishap::reset_after}};
  double total = 0;
  for (const auto& [weight, mishap] : weights) total += weight;
  double drawn = entropy_.unit() * total;
  for (const auto& [weight, mishap] : weights) {
    if (drawn < weight) return mishap;
    drawn -= weight;
  }
  return Mishap::none;
}

Duration FaultDice::unseen_for() {
  if (!chance(faults_.unseen_share)) return Duration{0};
  return between(faults_.unseen_min, faults_.unseen_max);
}

ThrottleStyle FaultDice::throttle_style() {
  if (faults_.throttle_style != ThrottleStyle::mixed) return faults_.throttle_style;
  return static_cast<ThrottleStyle>(entropy_.below(3));
}

}  // namespace sandbox::sitoo
