#include "klaviyo/times.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace sandbox::klaviyo {
namespace {

using tillbridge::Duration;
using tillbridge::Instant;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool digits(std::size_t count, int& into) {
    if (rest_.size() < count) return false;
    const auto read = std::from_chars(rest_.data(), rest_.data() + count, into);
    if (read.ec != std::errc{} || read.ptr != rest_.data() + count || rest_[0] == '-') return false;
    rest_.remove_prefix(count);
    return true;
  }
  bool one_of(std::string_view characters, char& into) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    into = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool literal(char c) {
    char ignored = 0;
    return one_of({&c, 1}, ignored);
  }
  bool at_end() const { return rest_.empty(); }
  // Digits after the point as microseconds; what is finer is cut.
  bool fraction(std::int64_t& us) {
    std::int64_t scale = 100'000;
    us = 0;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      us += (rest_.front() - '0') * scale;
      scale /= 10;
      rest_.remove_prefix(1);
      ++count;
    }
    return count > 0;
  }

 private:
  std::string_view rest_;
};

bool read_clock(Scanner& scanner, std::int64_t& us_of_day) {
  int hour = 0, minute = 0, second = 0;
  std::int64_t fraction_us = 0;
  if (!scanner.digits(2, hour) || !scanner.literal(':') || !scanner.digits(2, minute)) return false;
  if (scanner.literal(':') && !scanner.digits(2, second)) return false;
  if (scanner.literal('.') && !scanner.fraction(fraction_us)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  us_of_day = ((hour * 60LL + minute) * 60 + second) * 1'000'000 + fraction_us;
  return true;
}

bool read_offset(Scanner& scanner, std::int64_t& offset_us) {
  char sign = 0;
  offset_us = 0;
  if (scanner.at_end()) return true;
  if (!scanner.one_of("Zz+-", sign)) return false;
  if (sign == 'Z' || sign == 'z') return scanner.at_end();
  int hours = 0, minutes = 0;
  if (!scanner.digits(2, hours)) return false;
  scanner.literal(':');
  if (!scanner.at_end() && !scanner.digits(2, minutes)) return false;
  if (hours > 18 || minutes > 59 || !scanner.at_end()) return false;
  offset_us = (hours * 60LL + minutes) * 60'000'000 * (sign == '-' ? -1 : 1);
  return true;
}

struct Civil {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<Duration> clock;
  unsigned weekday;
};

Civil civil(Instant at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  return {std::chrono::year_month_day{midnight}, std::chrono::hh_mm_ss<Duration>{at - midnight},
          std::chrono::weekday{midnight}.c_encoding()};
}

std::string date_and_clock(const Civil& at) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(at.day.year()),
                     static_cast<unsigned>(at.day.month()), static_cast<unsigned>(at.day.day()),
                     at.clock.hours().count(), at.clock.minutes().count(),
                     at.clock.seconds().count());
}

}  // namespace

std::optional<Instant> time_of(std::string_view text) {
  Scanner scanner(text);
  int year = 0, month = 0, day = 0;
  if (!scanner.digits(4, year) || !scanner.literal('-') || !scanner.digits(2, month) ||
      !scanner.literal('-') || !scanner.digits(2, day))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  std::int64_t us_of_day = 0, offset_us = 0;
  if (!scanner.at_end()) {
    char between = 0;
    if (!scanner.one_of("Tt ", between) || !read_clock(scanner, us_of_day) ||
        !read_offset(scanner, offset_us))
      return std::nullopt;
  }
  return Instant{std::chrono::sys_days{date}.time_since_epoch()} + Duration{us_of_day - offset_us};
}

std::string time_text(Instant at) {
  return date_and_clock(civil(at)) + "+00:00";
}

std::string exact_time_text(Instant at) {
  const Civil parts = civil(at);
  return fmt::format("{}.{:06}+00:00", date_and_clock(parts), parts.clock.subseconds().count());
}

std::string http_date(Instant at) {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil parts = civil(at);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[parts.weekday],
                     static_cast<unsigned>(parts.day.day()),
                     months[static_cast<unsigned>(parts.day.month()) - 1],
                     static_cast<int>(parts.day.year()), parts.clock.hours().count(),
                     parts.clock.minutes().count(), parts.clock.seconds().count());
}

}  // namespace sandbox::klaviyo
