#include "engine/window.h"

#include <sstream>

#include <date/date.h>
#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

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
Window window(std::string_view text) {
  return Window::parse(text).value();
}

TEST(Window, ReadsAndWritesItsText) {
  EXPECT_EQ(window("22:00-06:05").to_text(), "22:00-06:05");
  for (const auto* text :
       {"", "22:00", "22:00-", "-06:00", "24:00-06:00", "22:60-06:00", "2:00-06:00", "22:00-22:00",
        "22:00 06:00", "22:00-06:00 ", "+1:00-02:00", "-1:00-02:00"}) {
    const auto parsed = Window::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, Error::Kind::invalid_input);
  }
}

TEST(Window, OfOneDayHasItsStartAndNotItsEnd) {
  const Window lunch = window("12:00-13:30");
  EXPECT_FALSE(lunch.contains(utc("2026-01-10T11:59:59Z"), Zone{}));
  EXPECT_TRUE(lunch.contains(utc("2026-01-10T12:00:00Z"), Zone{}));
  EXPECT_TRUE(lunch.contains(utc("2026-01-10T13:29:59Z"), Zone{}));
  EXPECT_FALSE(lunch.contains(utc("2026-01-10T13:30:00Z"), Zone{}));
  EXPECT_EQ(lunch.until_open(utc("2026-01-10T13:30:00Z"), Zone{}), hours{22} + minutes{30});
}

TEST(Window, CrossesMidnight) {
  const Window night = window("22:00-06:00");
  EXPECT_TRUE(night.contains(utc("2026-01-10T23:00:00Z"), Zone{}));
  EXPECT_TRUE(night.contains(utc("2026-01-11T00:00:00Z"), Zone{}));
  EXPECT_TRUE(night.contains(utc("2026-01-11T05:59:59Z"), Zone{}));
  EXPECT_FALSE(night.contains(utc("2026-01-11T06:00:00Z"), Zone{}));
  EXPECT_EQ(night.until_open(utc("2026-01-11T03:00:00Z"), Zone{}), Duration{0});
  EXPECT_EQ(night.until_open(utc("2026-01-11T06:00:00Z"), Zone{}), hours{16});
}

TEST(Window, IsMeantInTheZonesOwnTime) {
  const Window night = window("22:00-06:00");
  EXPECT_TRUE(night.contains(utc("2026-01-10T21:00:00Z"), stockholm()));   // 22:00 in winter
  EXPECT_TRUE(night.contains(utc("2026-07-10T20:00:00Z"), stockholm()));   // 22:00 in summer
  EXPECT_FALSE(night.contains(utc("2026-01-10T20:00:00Z"), stockholm()));  // 21:00 in winter
}

TEST(Window, WaitsOverTheChangesOfTheClock) {
  // The clock goes 02:00 -> 03:00 on 2026-03-29 and 03:00 -> 02:00 on 2026-10-25.
  const Window morning = window("06:00-08:00");
  EXPECT_EQ(morning.until_open(utc("2026-03-28T23:00:00Z"), stockholm()), hours{5});
  EXPECT_EQ(morning.until_open(utc("2026-10-24T22:00:00Z"), stockholm()), hours{7});
  const Window gap = window("02:30-02:45");
  const Instant midnight = utc("2026-03-28T23:00:00Z");
  const Duration wait = gap.until_open(midnight, stockholm());
  EXPECT_GT(wait, Duration{0});
  EXPECT_LE(wait, hours{27}) << "a time that does not exist must not stop it for ever";
}

}  // namespace
}  // namespace tillbridge::engine
