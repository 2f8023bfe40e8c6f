#include "desk/local_time.h"

#include <array>

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

namespace tillbridge::desk {

LocalTime local_time(Instant at, const Zone& zone) {
  const auto here = date::locate_zone(zone.name())->to_local(at);
  const auto midnight = date::floor<date::days>(here);
  LocalTime out;
  out.day = midnight.time_since_epoch().count();
  out.weekday = weekday_of(out.day);
  out.of_day = here - midnight;
  out.hour = static_cast<int>(out.of_day / std::chrono::hours{1});
  return out;
}

int weekday_of(std::int64_t day) {
  const std::int64_t thursday_first = (day + 3) % 7;  // 1970-01-01 was a Thursday
  return static_cast<int>(thursday_first < 0 ? thursday_first + 7 : thursday_first);
}

std::string_view weekday_name(int weekday) {
  constexpr std::array<std::string_view, 7> names = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};
  return names.at(static_cast<std::size_t>(weekday));
}

std::string clock_text(Instant at, const Zone& zone) {
  return zone.local_text(at).substr(11, 5);
}

std::string moment_text(Instant at, Instant now, const Zone& zone) {
  const std::string text = zone.local_text(at).substr(0, 16);
  return zone.local_text(now).starts_with(text.substr(0, 10)) ? text.substr(11) : text;
}

std::string duration_text(Duration duration) {
  using std::chrono::minutes;
  if (duration < minutes{1}) return "less than a minute";
  const auto total = std::chrono::round<minutes>(duration).count();
  if (total < 60) return fmt::format("{} min", total);
  if (total < 48 * 60) {
    const auto rest = total % 60;
    return rest == 0 ? fmt::format("{} h", total / 60)
                     : fmt::format("{} h {} min", total / 60, rest);
  }
  return fmt::format("{} days", (total + 12 * 60) / (24 * 60));
}

}  // namespace tillbridge::desk
