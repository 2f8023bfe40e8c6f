#pragma once
// IANA time zones and business days. Inside everything is UTC; a store's day is a matter of its
// zone. Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tillbridge {

class Zone {
 public:
  Zone() = default;  // UTC
  // "Europe/Stockholm". Unknown names are invalid_input.
  static Result<Zone> find(std::string_view name);
  const std::string& name() const { return name_; }

  // "2026-06-12" of this instant here; a day that starts at this offset after midnight (shops open
  // past 24:00).
  std::string business_day(Instant at, Duration day_starts_at = Duration{0}) const;
  // "2026-06-12 14:05:59".
  std::string local_text(Instant at) const;
  // Time since local midnight.
  Duration time_of_day(Instant at) const;
  // How long from `at` until the local clock next shows this time of day (0 if it shows it now).
  // Daylight saving is taken into account; a time that does not exist on a day counts as the moment
  // after the gap.
  Duration until_time_of_day(Instant at, Duration time_of_day) const;

 private:
  std::string name_ = "Etc/UTC";
};

// "2026-06-12T12:05:59.250Z".
std::string utc_text(Instant at);

}  // namespace tillbridge
