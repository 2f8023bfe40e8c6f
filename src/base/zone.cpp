#include "base/zone.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

namespace tillbridge {
namespace {

constexpr int year_of_four_digits_max = 9'999;

date::local_time<Duration> local(const std::string& name, Instant at) {
  return date::locate_zone(name)->to_local(at);
}

}  // namespace

Result<Zone> Zone::find(std::string_view name) {
  try {
    Zone zone;
    zone.name_ = date::locate_zone(name)->name();
    return zone;
  } catch (const std::exception&) {
    return fail(
        Error::Kind::invalid_input,
        fmt::format("'{}' is not a time zone; use an IANA name such as Europe/Stockholm", name));
  }
}

std::string Zone::business_day(Instant at, Duration day_starts_at) const {
  return date::format("%F", date::floor<date::days>(local(name_, at) - day_starts_at));
}

std::string Zone::local_text(Instant at) const {
  return date::format("%F %T", date::floor<std::chrono::seconds>(local(name_, at)));
}

Duration Zone::time_of_day(Instant at) const {
  const auto here = local(name_, at);
  return here - date::floor<date::days>(here);
}

Duration Zone::until_time_of_day(Instant at, Duration time_of_day) const {
  const auto* zone = date::locate_zone(name_);
  const auto here = zone->to_local(at);
  const auto target = date::local_time<Duration>{date::floor<date::days>(here)} + time_of_day;
  // When the clocks go back a time of day comes twice; today's two moments are tried in order.
  for (const auto which : {date::choose::earliest, date::choose::latest}) {
    const auto today = zone->to_sys(target, which);
    if (today >= at) return std::chrono::duration_cast<Duration>(today - at);
  }
  const auto tomorrow = zone->to_sys(target + date::days{1}, date::choose::earliest);
  return std::chrono::duration_cast<Duration>(tomorrow - at);
}

// By hand: each order has a time or two, and streams take longer than all the rest of its document.
std::string utc_text(Instant at) {
  const auto day = date::floor<date::days>(at);
  const date::year_month_day date(day);
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > year_of_four_digits_max)
    return date::format("%FT%TZ", date::floor<std::chrono::milliseconds>(at));
  const date::hh_mm_ss time(date::floor<std::chrono::milliseconds>(at - day));
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t last, auto number) {
    for (; number > 0; number /= 10) text[last--] = static_cast<char>('0' + number % 10);
  };
  put(3, year);
  put(6, static_cast<unsigned>(date.month()));
  put(9, static_cast<unsigned>(date.day()));
  put(12, time.hours().count());
  put(15, time.minutes().count());
  put(18, time.seconds().count());
  put(22, time.subseconds().count());
  return text;
}

}  // namespace tillbridge
