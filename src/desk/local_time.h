#pragma once
// Local days and hours as the rules of the desk reckon with them, and times as its texts say them.
// Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/zone.h"

namespace tillbridge::desk {

struct LocalTime {
  std::int64_t day = 0;  // local calendar days since 1970-01-01
  int weekday = 0;       // 0 Monday ... 6 Sunday
  int hour = 0;
  Duration of_day{0};  // shown by the local clock
};
LocalTime local_time(Instant at, const Zone& zone);
int weekday_of(std::int64_t day);
std::string_view weekday_name(int weekday);  // "Monday"

std::string clock_text(Instant at, const Zone& zone);  // "10:40"
// "10:40" on the local day of `now`, else "2026-06-11 10:40".
std::string moment_text(Instant at, Instant now, const Zone& zone);
// "less than a minute", "4 min", "2 h 5 min", "3 days": rounded as people say it.
std::string duration_text(Duration duration);

}  // namespace tillbridge::desk
