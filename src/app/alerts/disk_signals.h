#pragma once
// Whether the journal has room: free space of the data folder, and when it would be full if the
// journal went on growing as in the last hour. Core thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/alerts/alert_document.h"
#include "base/clock.h"
#include "desk/alert_rules.h"

namespace tillbridge::app {

struct DiskSpace {
  std::uint64_t free_bytes = 0;  // for us
  std::uint64_t total_bytes = 0;
};
using DiskLook = std::function<std::optional<DiskSpace>(const std::string& folder)>;
std::optional<DiskSpace> disk_space(const std::string& folder);  // nullopt: it cannot be known

class DiskSignals {
 public:
  DiskSignals(std::string folder, DiskLook look);

  // About once a minute. journal_bytes: nullopt when the journal did not say.
  void take(std::optional<std::uint64_t> journal_bytes, Tick tick);
  desk::Signal signal(const AlertThresholds& thresholds, Instant now) const;

 private:
  struct Sample {
    Tick at;
    std::uint64_t bytes = 0;
  };
  std::optional<Duration> full_in() const;

  std::string folder_;
  DiskLook look_;
  std::optional<DiskSpace> space_;
  std::deque<Sample> samples_;
};

}  // namespace tillbridge::app
