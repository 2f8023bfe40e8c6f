#include "ledger/phases.h"

#include <algorithm>

namespace sandbox {

void Phases::mark(const std::string& name, std::int64_t from_us) {
  // A clock that was set back must not lose the mark.
  if (!marks_.empty()) from_us = std::max(from_us, marks_.back().from_us);
  marks_.push_back({from_us, name});
}

const std::string& Phases::at(std::int64_t moment_us) const {
  static const std::string unnamed;
  const auto after =
      std::upper_bound(marks_.begin(), marks_.end(), moment_us,
                       [](std::int64_t moment, const Mark& mark) { return moment < mark.from_us; });
  return after == marks_.begin() ? unnamed : std::prev(after)->name;
}

double percentile_ms(std::vector<std::int64_t> lags_us, double share) {
  if (lags_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(lags_us.size() - 1) + 0.5);
  const auto at = lags_us.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(lags_us.begin(), at, lags_us.end());
  return static_cast<double>(*at) / 1000.0;
}

std::vector<std::int64_t> all_of(const LagsByPhase& lags) {
  std::vector<std::int64_t> all;
  for (const auto& [phase, samples] : lags) all.insert(all.end(), samples.begin(), samples.end());
  return all;
}

std::map<std::string, PhaseLag> phase_lags(const LagsByPhase& lags) {
  std::map<std::string, PhaseLag> found;
  for (const auto& [phase, samples] : lags) {
    if (phase.empty()) continue;
    found[phase] = {percentile_ms(samples, 0.50), percentile_ms(samples, 0.99), samples.size()};
  }
  return found;
}

}  // namespace sandbox
