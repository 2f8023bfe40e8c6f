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
    : settings_(at_least_one_call(settings)),
      tokens_(settings_.burst),
      filled_at_(now),
      closed_until_(now) {}

void Budget::refill(Tick now) {
  if (now <= filled_at_) return;
  tokens_ = std::min(settings_.burst, tokens_ + seconds(now - filled_at_) * rate());
  filled_at_ = now;
}

double Budget::needed(bool urgent) const {
  // A small burst cannot hold a share back: more than a full bucket would never be there.
  return urgent ? 1.0 : std::min(settings_.burst, 1.0 + settings_.burst * settings_.urgent_share);
}

bool Budget::take(Tick now, bool urgent) {
  refill(now);
  if (now < closed_until_ || tokens_ < needed(urgent)) return false;
  tokens_ -= 1.0;
  return true;
}

Tick Budget::ready_at(Tick now, bool urgent) const {
  const double have =
      std::min(settings_.burst, tokens_ + std::max(0.0, seconds(now - filled_at_)) * rate());
  const double lacking = needed(urgent) - have;
  const Tick filled =
      lacking <= 0 ? now
                   : now + Duration{static_cast<std::int64_t>(std::ceil(lacking / rate() * 1e6))};
  return std::max(filled, closed_until_);
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

}  // namespace tillbridge::engine
