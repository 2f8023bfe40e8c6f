#include "engine/lag.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tillbridge::engine {
namespace {

constexpr double step_ratio = 1.25;
constexpr double first_step_us = 1'000.0;

Duration behind_since(std::uint32_t second, Instant now) {
  return std::max(Duration{0}, now - from_unix_seconds(second));
}

std::uint32_t unix_second(Instant at) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(to_unix_seconds(at), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void LagHistogram::add(Duration lag) {
  const double us = std::max(1.0, static_cast<double>(lag.count()));
  const double step = std::log(us / first_step_us) / std::log(step_ratio);
  const auto at =
      static_cast<std::size_t>(std::clamp(std::ceil(step), 0.0, static_cast<double>(steps - 1)));
  ++counts_[at];
}

void LagHistogram::add(const LagHistogram& other) {
  for (std::size_t at = 0; at < steps; ++at) counts_[at] += other.counts_[at];
}

std::uint64_t LagHistogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

Duration LagHistogram::percentile(double share) const {
  const std::uint64_t total = count();
  if (total == 0) return Duration{0};
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at < steps - 1; ++at) {
    seen += counts_[at];
    if (seen >= rank) break;
  }
  const double upper_us = first_step_us * std::pow(step_ratio, static_cast<double>(at));
  return Duration{static_cast<std::int64_t>(upper_us)};
}

std::uint16_t LagBoard::series(const std::string& connection, const std::string& flow,
                               const std::string& store) {
  std::array<std::string, 3> names{connection, flow, store};
  if (const auto known = numbers_.find(names); known != numbers_.end()) return known->second;
  constexpr std::size_t series_max = std::numeric_limits<std::uint16_t>::max();
  if (series_.size() == series_max) return static_cast<std::uint16_t>(series_max - 1);
  const auto number = static_cast<std::uint16_t>(series_.size());
  series_.push_back(Series{{connection, flow, store}, {}, {}, {}, 0});
  numbers_.emplace(std::move(names), number);
  return number;
}

void LagBoard::waiting(std::uint16_t series, Instant happened_at) {
  Series& one = series_.at(series);
  const std::uint32_t second = unix_second(happened_at);
  auto at = second_of(one, happened_at);
  if (at == one.waiting.end() || at->at != second) at = one.waiting.insert(at, Second{second, 0});
  ++at->count;
  ++one.waiting_count;
}

// Where it is or belongs. What begins to wait mostly happened last.
std::deque<LagBoard::Second>::iterator LagBoard::second_of(Series& series, Instant happened_at) {
  const std::uint32_t second = unix_second(happened_at);
  auto& waiting = series.waiting;
  if (waiting.empty() || waiting.back().at < second) return waiting.end();
  return std::lower_bound(waiting.begin(), waiting.end(), second,
                          [](const Second& one, std::uint32_t other) { return one.at < other; });
}

// A second in the middle stays, empty, until it is the first.
void LagBoard::remove_waiting(Series& series, Instant happened_at) {
  const auto at = second_of(series, happened_at);
  if (at == series.waiting.end() || at->at != unix_second(happened_at) || at->count == 0) return;
  --at->count;
  --series.waiting_count;
  while (!series.waiting.empty() && series.waiting.front().count == 0) series.waiting.pop_front();
}

void LagBoard::accepted(std::uint16_t series, Instant happened_at, Instant now) {
  turn_windows(now);
  Series& one = series_.at(series);
  remove_waiting(one, happened_at);
  one.current.add(std::max(Duration{0}, now - happened_at));
}

void LagBoard::gone(std::uint16_t series, Instant happened_at) {
  remove_waiting(series_.at(series), happened_at);
}

// Also when the wall clock was stepped back: then the windows begin anew.
void LagBoard::turn_windows(Instant now) {
  if (now >= window_began_ && now - window_began_ < settings_.recent) return;
  window_began_ = now;
  for (Series& one : series_) {
    one.before = one.current;
    one.current.clear();
  }
}

std::vector<LagBoard::Row> LagBoard::rows(Instant now) {
  turn_windows(now);
  std::vector<Row> rows;
  for (const auto& [names, number] : numbers_) {
    const Series& one = series_[number];
    LagHistogram recent = one.before;
    recent.add(one.current);
    Row row{one.names,         recent.count(), recent.percentile(0.5), recent.percentile(0.99),
            one.waiting_count, Duration{0}};
    if (!one.waiting.empty()) row.oldest_waiting = behind_since(one.waiting.front().at, now);
    if (row.accepted > 0 || row.waiting > 0) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<LagBoard::Crossing> LagBoard::crossings(Instant now, Tick tick) {
  std::map<std::pair<std::string, std::string>, Crossing> behind;
  for (const auto& [flow, alarm] : alarms_) {
    behind[flow] = Crossing{flow.first, flow.second, false, Duration{0}, "", 0};
  }
  for (const Series& one : series_) {
    Crossing& flow = behind[{one.names.connection, one.names.flow}];
    flow.connection = one.names.connection;
    flow.flow = one.names.flow;
    flow.waiting += one.waiting_count;
    if (one.waiting.empty()) continue;
    const Duration age = behind_since(one.waiting.front().at, now);
    if (age < flow.behind) continue;
    flow.behind = age;
    flow.worst_store = one.names.store;
  }
  std::vector<Crossing> crossings;
  for (auto& [key, flow] : behind) {
    Alarm& alarm = alarms_[key];
    const bool turning =
        alarm.raised ? flow.behind < settings_.recover : flow.behind > settings_.alert;
    if (!turning) {
      alarm.turning_since.reset();
      continue;
    }
    if (!alarm.turning_since) alarm.turning_since = tick;
    if (tick - *alarm.turning_since < settings_.sustained) continue;
    alarm.raised = !alarm.raised;
    alarm.turning_since.reset();
    flow.raised = alarm.raised;
    crossings.push_back(flow);
  }
  return crossings;
}

void LagBoard::adopt_raised(const std::string& connection, const std::string& flow) {
  alarms_[{connection, flow}].raised = true;
}

}  // namespace tillbridge::engine
