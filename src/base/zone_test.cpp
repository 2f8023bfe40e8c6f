#include "base/zone.h"

#include <sstream>

#include <date/date.h>
#include <gtest/gtest.h>

namespace tillbridge {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Instant utc(const std::string& text) {
  std::istringstream in(text);
  date::sys_time<Duration> at;
  in >> date::parse("%FT%TZ", at);
  EXPECT_FALSE(in.fail()) << text;
  return Instant{at.time_since_epoch()};
}
Zone stockholm() {
  return Zone::find("Europe/Stockholm").value();
}

TEST(Zone, UnknownNamesAreInvalid) {
  for (const auto* name : {"", "Mars/Olympus", "Europe", "../../etc/passwd", "europe/stockholm"}) {
    const auto zone = Zone::find(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().kind, Error::Kind::invalid_input);
  }
  EXPECT_EQ(stockholm().name(), "Europe/Stockholm");
}

TEST(Zone, WithoutANameIsUtc) {
  EXPECT_EQ(Zone{}.local_text(utc("2026-06-12T12:05:59Z")), "2026-06-12 12:05:59");
}

TEST(Zone, DaysAreThoseOfThePlace) {
  EXPECT_EQ(stockholm().business_day(utc("2026-06-11T21:59:59Z")), "2026-06-11");
  EXPECT_EQ(stockholm().business_day(utc("2026-06-11T22:00:00Z")), "2026-06-12");
  // Open past midnight: the day changes at 04:00.
  EXPECT_EQ(stockholm().business_day(utc("2026-06-12T01:59:59Z"), hours{4}), "2026-06-11");
  EXPECT_EQ(stockholm().business_day(utc("2026-06-12T02:00:00Z"), hours{4}), "2026-06-12");
}

TEST(Zone, TheClocksGoForward) {  // 2026-03-29, 02:00 becomes 03:00
  EXPECT_EQ(stockholm().local_text(utc("2026-03-29T00:59:59Z")), "2026-03-29 01:59:59");
  EXPECT_EQ(stockholm().local_text(utc("2026-03-29T01:00:00Z")), "2026-03-29 03:00:00");
  // 02:30 does not exist on that day: the moment after the gap.
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-03-29T00:30:00Z"), hours{2} + minutes{30}),
            minutes{30});
  // After the gap the next 02:30 is tomorrow's.
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-03-29T01:10:00Z"), hours{2} + minutes{30}),
            hours{23} + minutes{20});
  // A night over the gap is an hour shorter.
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-03-28T22:00:00Z"), hours{6}), hours{6});
}

TEST(Zone, TheClocksGoBack) {  // 2026-10-25, 03:00 becomes 02:00
  const auto half_past_two = hours{2} + minutes{30};
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-25T00:10:00Z"), half_past_two), minutes{20});
  // Shown now, in the first of the two hours: no wait.
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-25T00:30:00Z"), half_past_two), minutes{0});
  // Passed once, comes again.
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-25T00:45:00Z"), half_past_two), minutes{45});
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-25T01:30:00Z"), half_past_two), minutes{0});
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-25T01:31:00Z"), half_past_two),
            hours{23} + minutes{59});
  EXPECT_EQ(stockholm().until_time_of_day(utc("2026-10-24T20:00:00Z"), hours{6}), hours{9});
}

TEST(Zone, TimeOfDay) {
  EXPECT_EQ(stockholm().time_of_day(utc("2026-06-12T12:05:59Z")),
            hours{14} + minutes{5} + seconds{59});
  EXPECT_EQ(stockholm().time_of_day(utc("2026-06-11T22:00:00Z")), Duration{0});
}

TEST(Zone, UtcTextHasMilliseconds) {
  EXPECT_EQ(utc_text(utc("2026-06-12T12:05:59Z") + Duration{250'999}), "2026-06-12T12:05:59.250Z");
  EXPECT_EQ(utc_text(utc("1969-12-31T23:59:59Z") + Duration{999'999}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(utc_text(utc("0007-02-03T04:05:06Z")), "0007-02-03T04:05:06.000Z");
  EXPECT_EQ(utc_text(utc("9999-12-31T23:59:59Z")), "9999-12-31T23:59:59.000Z");
  EXPECT_EQ(utc_text(utc("9999-12-31T23:59:59Z") + seconds{1}), "10000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace tillbridge
