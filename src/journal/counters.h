#pragma once
// The counters behind Reader::counts(): changed in the transaction that changes what they count, so
// that asking costs nothing however long the history is. The numbers are stored (format.md, table
// counter): never renumber.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "journal/step.h"
#include "journal/views.h"

namespace tillbridge::journal {

enum class Counter : std::uint8_t {
  arrivals = 0,
  arrivals_waiting = 1,
  arrivals_duplicate = 2,
  records = 3,
  records_unidentified = 4,
  records_open = 5,
  deliveries = 6,
  deliveries_waiting = 7,
  deliveries_parked = 8,
  attempts = 9,
  cases_open = 10,
};
constexpr std::size_t counter_count = 11;
inline constexpr std::array<std::string_view, counter_count> counter_names{"arrivals",
                                                                           "arrivals_waiting",
                                                                           "arrivals_duplicate",
                                                                           "records",
                                                                           "records_unidentified",
                                                                           "records_open",
                                                                           "deliveries",
                                                                           "deliveries_waiting",
                                                                           "deliveries_parked",
                                                                           "attempts",
                                                                           "cases_open"};

constexpr bool is_unfinished(ArrivalState state) {
  return static_cast<int>(state) < 10;
}
constexpr bool is_unfinished(DeliveryState state) {
  return static_cast<int>(state) < 10;
}

// What one transaction changes, per workspace.
class CounterChanges {
 public:
  using Values = std::array<std::int64_t, counter_count>;

  void add(const std::string& workspace, Counter counter, std::int64_t by) {
    if (by != 0) changes_[workspace][static_cast<std::size_t>(counter)] += by;
  }
  // The thing is in this state now (by = 1) or no longer (by = -1).
  void add(const std::string& workspace, ArrivalState state, std::int64_t by) {
    add(workspace, Counter::arrivals_waiting, is_unfinished(state) ? by : 0);
    add(workspace, Counter::arrivals_duplicate, state == ArrivalState::duplicate ? by : 0);
  }
  void add(const std::string& workspace, RecordState state, std::int64_t by) {
    add(workspace, Counter::records_unidentified, state == RecordState::unidentified ? by : 0);
    add(workspace, Counter::records_open, state == RecordState::open ? by : 0);
  }
  void add(const std::string& workspace, DeliveryState state, std::int64_t by) {
    add(workspace, Counter::deliveries_waiting, is_unfinished(state) ? by : 0);
    add(workspace, Counter::deliveries_parked, state == DeliveryState::parked ? by : 0);
  }
  const std::map<std::string, Values>& by_workspace() const { return changes_; }

 private:
  std::map<std::string, Values> changes_;
};

inline Counts to_counts(const CounterChanges::Values& values) {
  const auto at = [&values](Counter counter) {
    return static_cast<std::uint64_t>(values[static_cast<std::size_t>(counter)]);
  };
  Counts counts;
  counts.arrivals = at(Counter::arrivals);
  counts.arrivals_waiting = at(Counter::arrivals_waiting);
  counts.arrivals_duplicate = at(Counter::arrivals_duplicate);
  counts.records = at(Counter::records);
  counts.records_unidentified = at(Counter::records_unidentified);
  counts.records_open = at(Counter::records_open);
  counts.deliveries = at(Counter::deliveries);
  counts.deliveries_waiting = at(Counter::deliveries_waiting);
  counts.deliveries_parked = at(Counter::deliveries_parked);
  counts.attempts = at(Counter::attempts);
  counts.cases_open = at(Counter::cases_open);
  return counts;
}

}  // namespace tillbridge::journal
