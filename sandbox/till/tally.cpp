#include "till/tally.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sandbox::till {

namespace json = tillbridge::json;

namespace {

constexpr std::size_t problems_max = 20;

std::uint32_t micros(tillbridge::Duration duration) {
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration.count(), 0, most));
}

// The smallest sample that at least this share does not exceed.
double percentile_ms(std::vector<std::uint32_t> samples, double share) {
  if (samples.empty()) return 0;
  const double count = static_cast<double>(samples.size());
  const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(share * count))) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank),
                   samples.end());
  return samples[rank] / 1000.0;
}

}  // namespace

void Tally::describe(const std::string& problem) {
  if (problems_.size() < problems_max) problems_.push_back(problem);
}

void Tally::take(const Outcome& outcome) {
  OfOperation& of = operations_[static_cast<std::size_t>(outcome.operation)];
  of.latencies_us.push_back(micros(outcome.latency));
  if (outcome.answered) {
    ++answered_;
    overheads_us_.push_back(micros(outcome.latency - outcome.platform));
  }
  if (outcome.from_index) ++from_index_;
  if (outcome.verdict == Verdict::right) return;
  const bool error = outcome.verdict == Verdict::error;
  ++(error ? errors_ : wrong_);
  ++(error ? of.errors : of.wrong);
  describe(outcome.problem);
}

json::Object Tally::to_json() const {
  json::Object out{{"asked", asked_},
                   {"answered", answered_},
                   {"errors", errors_},
                   {"wrong", wrong_},
                   {"from_index", from_index_}};
  json::Array problems;
  for (const std::string& problem : problems_) problems.emplace_back(json::Value(problem));
  out["problems"] = std::move(problems);
  std::vector<std::uint32_t> all;
  json::Object operations;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const OfOperation& of = operations_[i];
    if (of.latencies_us.empty()) continue;
    all.insert(all.end(), of.latencies_us.begin(), of.latencies_us.end());
    operations[name(static_cast<Operation>(i))] =
        json::Object{{"count", of.latencies_us.size()},
                     {"errors", of.errors},
                     {"wrong", of.wrong},
                     {"p50_ms", percentile_ms(of.latencies_us, 0.50)},
                     {"p99_ms", percentile_ms(of.latencies_us, 0.99)}};
  }
  out["operations"] = std::move(operations);
  out["max_ms"] = all.empty() ? 0.0 : *std::max_element(all.begin(), all.end()) / 1000.0;
  out["p50_ms"] = percentile_ms(all, 0.50);
  out["p99_ms"] = percentile_ms(std::move(all), 0.99);
  out["overhead_p50_ms"] = percentile_ms(overheads_us_, 0.50);
  out["overhead_p99_ms"] = percentile_ms(overheads_us_, 0.99);
  return out;
}

}  // namespace sandbox::till
