#pragma once
// The share of attempts that fail, per connection, over a sliding window. Pure; one thread; a
// fixed number of buckets per connection.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "desk/alert_rules.h"

namespace tillbridge::desk {

enum class AttemptEnd : std::uint8_t { ok, transient, rejected };
// nullopt: says nothing about errors (told to slow down).
std::optional<AttemptEnd> attempt_end(Outcome::Kind outcome);

struct ErrorRateSettings {
  Duration window = std::chrono::minutes{10};
  std::uint64_t attempts_min = 20;  // fewer say nothing
  double warning = 0.05;            // share of attempts that failed, either way
  double critical = 0.25;
};

class ErrorRates {
 public:
  explicit ErrorRates(ErrorRateSettings settings) : settings_(settings) {}

  void add(const std::string& connection, AttemptEnd end, Tick now);

  struct Row {
    std::string connection;
    std::uint64_t ok = 0, transient = 0, rejected = 0;
    double share = 0;  // 0 without attempts
    AlertLevel level = AlertLevel::ok;
    std::uint64_t attempts() const { return ok + transient + rejected; }
  };
  std::vector<Row> rows(Tick now) const;  // connections ever seen, by name
  std::vector<Signal> signals(Tick now, Instant wall) const;

 private:
  // The window is exact to a 20th of it.
  static constexpr std::size_t buckets = 20;
  struct Bucket {
    std::int64_t number = -1;  // since the epoch of ticks
    std::array<std::uint64_t, 3> ends{};
  };
  std::int64_t number_of(Tick at) const;

  ErrorRateSettings settings_;
  std::map<std::string, std::array<Bucket, buckets>> connections_;
};

}  // namespace tillbridge::desk
