#include "engine/budget.h"

#include <algorithm>
#include <cmath>

namespace tillbridge::engine {
namespace {

constexpr double factor_min = 0.1;
constexpr double factor_cut = 2.0 / 3.0;
constexpr double factor_gain = 0.01;

double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

// A bucket that holds less than one call would never let one through.
BudgetSettings at_least_one_call(BudgetSettings settings) {
  settings.burst = std::max(1.0, settings.burst);
  return settings;
}

}  // namespace

Budget::Budget(BudgetSettings settings, Tick now)
    : whole_(settings),
      settings_(at_least_one_call(settings)),
      tokens_(settings_.burst),
      filled_at_(now),
      closed_until_(now) {}

double Budget::tokens_at(Tick now) const {
  return std::min(settings_.burst, tokens_ + std::max(0.0, seconds(now - filled_at_)) * rate());
}

void Budget::refill(Tick now) {
  if (now <= filled_at_) return;
  tokens_ = tokens_at(now);
  filled_at_ = now;
}

void Budget::take_share(Tick now, double share) {
  refill(now);
  settings_.calls_per_second = whole_.calls_per_second * share;
  settings_.burst = whole_.burst * share;
  settings_ = at_least_one_call(settings_);
  tokens_ = std::min(tokens_, settings_.burst);
}

double Budget::needed(bool urgent, std::uint32_t calls) const {
  // A small burst cannot hold a share back: more than a full bucket would never be there.
  const double kept_back = urgent ? 0.0 : settings_.burst * settings_.urgent_share;
  return std::min(settings_.burst, static_cast<double>(calls) + kept_back);
}

bool Budget::take(Tick now, bool urgent, std::uint32_t calls) {
  refill(now);
  if (now < closed_until_ || tokens_ < needed(urgent, calls)) return false;
  tokens_ -= std::min(settings_.burst, static_cast<double>(calls));
  return true;
}

Tick Budget::ready_at(Tick now, bool urgent, std::uint32_t calls) const {
  const double lacking = needed(urgent, calls) - tokens_at(now);
  const Tick filled =
      lacking <= 0 ? now
                   : now + Duration{static_cast<std::int64_t>(std::ceil(lacking / rate() * 1e6))};
  return std::max(filled, closed_until_);
}

std::uint32_t Budget::room(Tick now) const {
  if (now < closed_until_) return 0;
  return static_cast<std::uint32_t>(std::max(0.0, tokens_at(now)));
}

void Budget::throttled(Tick now, Duration pause) {
  refill(now);
  // Answers to calls that were under way when the bucket closed say nothing new about the rate.
  if (now >= closed_until_) factor_ = std::max(factor_min, factor_ * factor_cut);
  closed_until_ = std::max(closed_until_, now + pause);
  tokens_ = std::min(tokens_, needed(false));  // start again gently
}

void Budget::succeeded() {
  factor_ = std::min(1.0, factor_ + factor_gain);
}

void Budget::reported(Tick now, const QuotaReport& report) {
  refill(now);
  tokens_ = std::min(tokens_, std::max(0.0, report.remaining));
  if (report.remaining < 1.0) closed_until_ = std::max(closed_until_, now + report.reset);
}

BudgetSettings budget_for_windows(double per_second, double per_minute) {
  constexpr double spare = 0.9;
  constexpr double minute = 60.0;
  BudgetSettings settings;
  if (per_minute <= 0.0) {
    // Half at once and half per second: no second sees more than all of it.
    settings.burst = std::max(1.0, spare * per_second / 2.0);
    settings.calls_per_second = spare * per_second / 2.0;
    return settings;
  }
  const double in_a_second = per_second > 0.0 ? per_second : per_minute;
  // burst + rate <= a second's calls, burst + 60 x rate <= a minute's.
  const double burst = spare * (minute * in_a_second - per_minute) / (minute - 1.0);
  settings.burst = std::clamp(burst, 1.0, std::max(1.0, spare * per_minute / 2.0));
  settings.calls_per_second = std::max(1.0, spare * per_minute - settings.burst) / minute;
  return settings;
}

}  // namespace tillbridge::engine
