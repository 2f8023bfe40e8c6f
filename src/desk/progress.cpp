#include "desk/progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::desk {
namespace {

constexpr Duration span_min = std::chrono::seconds{20};  // less is no rate
constexpr Duration standstill_min =
    std::chrono::seconds{60};  // a pause between two batches is none
constexpr Duration left_max = std::chrono::days{14};
constexpr double level_share = 0.02;  // of what is done: below it the difference is noise

std::uint64_t risen(std::uint64_t from, std::uint64_t to) {
  return to > from ? to - from : 0;
}

// Done after the first of these samples, restarts left aside.
struct Moved {
  std::uint64_t arrived = 0, done = 0;
};
Moved moved(std::span<const BacklogSample> samples) {
  Moved out;
  for (std::size_t at = 1; at < samples.size(); ++at) {
    out.arrived += risen(samples[at - 1].arrived, samples[at].arrived);
    out.done += risen(samples[at - 1].done, samples[at].done);
  }
  return out;
}

Instant last_move(std::span<const BacklogSample> samples) {
  for (std::size_t at = samples.size(); at-- > 1;) {
    const bool began_waiting = samples[at - 1].waiting == 0 && samples[at].waiting > 0;
    if (samples[at].done != samples[at - 1].done || began_waiting) return samples[at].at;
  }
  return samples.front().at;
}

}  // namespace

Progress progress_of(std::span<const BacklogSample> samples, const Zone& zone, Duration window) {
  using State = Progress::State;
  Progress out;
  if (samples.empty()) {
    out.text = "not known yet";
    return out;
  }
  const BacklogSample& newest = samples.back();
  std::size_t first = samples.size() - 1;
  while (first > 0 && newest.at - samples[first - 1].at <= window) --first;
  const auto recent = samples.subspan(first);
  const Duration span = newest.at - recent.front().at;
  const Moved rates = moved(recent);
  const double minutes = std::chrono::duration<double, std::ratio<60>>(span).count();
  if (span > Duration{0}) {
    out.arrived_per_minute = static_cast<double>(rates.arrived) / minutes;
    out.done_per_minute = static_cast<double>(rates.done) / minutes;
  }
  if (newest.waiting == 0) {
    out.state = State::clear;
    out.left = Duration{0};
    out.text = "nothing waits";
    return out;
  }
  const Instant moved_at = last_move(samples);
  if (newest.at - moved_at >= standstill_min) {
    out.state = State::not_moving;
    out.since = moved_at;
    out.text = fmt::format("not moving since {}", moment_text(moved_at, newest.at, zone));
    return out;
  }
  if (span < span_min) {
    out.text = "not known yet";
    return out;
  }
  const double net = out.done_per_minute - out.arrived_per_minute;
  if (std::abs(net) <= level_share * std::max(out.done_per_minute, out.arrived_per_minute)) {
    out.state = State::level;
    out.text = "as much comes as goes";
    return out;
  }
  if (net < 0) {
    out.state = State::growing;
    out.text = fmt::format("growing by about {:.0f} a minute", std::max(1.0, -net));
    return out;
  }
  out.state = State::clearing;
  const double left_minutes = static_cast<double>(newest.waiting) / net;
  const double left_minutes_max = std::chrono::duration<double, std::ratio<60>>(left_max).count();
  out.left = std::chrono::round<Duration>(
      std::chrono::duration<double, std::ratio<60>>(std::min(left_minutes, left_minutes_max)));
  if (left_minutes >= left_minutes_max) {
    out.text = "more than two weeks";
  } else if (*out.left < std::chrono::minutes{1}) {
    out.text = duration_text(*out.left);
  } else {
    out.text = "about " + duration_text(*out.left);
  }
  return out;
}

}  // namespace tillbridge::desk
