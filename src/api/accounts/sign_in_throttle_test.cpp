#include "api/accounts/sign_in_throttle.h"

#include <random>

#include <gtest/gtest.h>

namespace tillbridge::api {
namespace {

using namespace std::chrono_literals;

constexpr Duration none{0};
const std::string home = "192.0.2.1";

TEST(SignInThrottle, WaitsLongerAfterEachFailureOfAName) {
  SignInThrottle throttle;
  Tick now{1'000s};
  for (int failure = 0; failure < 5; ++failure) {
    EXPECT_EQ(throttle.begin("anna", "10.0.0." + std::to_string(failure), now), none);
  }
  // Other addresses are of no help.
  EXPECT_EQ(throttle.begin("anna", "10.0.1.1", now), Duration{2s});
  EXPECT_EQ(throttle.begin("anna", "10.0.1.2", now + 1s), Duration{1s});
  EXPECT_EQ(throttle.begin("bert", "10.0.1.2", now), none);
  now += 2s;
  EXPECT_EQ(throttle.begin("anna", "10.0.1.3", now), none);
  EXPECT_EQ(throttle.begin("anna", "10.0.1.4", now), Duration{4s});
  now += 4s;
  EXPECT_EQ(throttle.begin("anna", "10.0.1.5", now), none);
  EXPECT_EQ(throttle.begin("anna", "10.0.1.6", now), Duration{8s});
}

TEST(SignInThrottle, NeverWaitsLongerThanAQuarterOfAnHour) {
  SignInThrottle throttle;
  Tick now{1'000s};
  Duration longest{0};
  for (int failure = 0; failure < 80; ++failure) {
    const Duration wait = throttle.begin("anna", "p" + std::to_string(failure), now);
    longest = std::max(longest, wait);
    now += wait;
  }
  EXPECT_EQ(longest, Duration{15min});
}

TEST(SignInThrottle, CountsAddressesTooAndNetworksOfIpv6AsOne) {
  SignInThrottle throttle;
  const Tick now{1'000s};
  for (int n = 0; n < 5; ++n) {
    const std::string host = "2001:db8:1:2::" + std::to_string(n + 1);
    EXPECT_EQ(throttle.begin("name" + std::to_string(n), host, now), none);
  }
  EXPECT_EQ(throttle.begin("other", "2001:db8:1:2:ffff::1", now), Duration{2s});
  EXPECT_EQ(throttle.begin("other", "2001:db8:1:3::1", now), none);
  EXPECT_EQ(peer_group("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(peer_group("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(peer_group("local"), "local");
}

TEST(SignInThrottle, SuccessForgivesTheNameAndTheAddressWhatItFailedWithIt) {
  SignInThrottle throttle;
  const Tick now{1'000s};
  for (int n = 0; n < 4; ++n) EXPECT_EQ(throttle.begin("victim", home, now), none);
  // The attacker signs in to an account of their own in between.
  EXPECT_EQ(throttle.begin("own", home, now), none);
  throttle.succeeded("own", home, now);
  EXPECT_EQ(throttle.begin("someone", home, now), none);
  EXPECT_EQ(throttle.begin("another", home, now), Duration{2s});
  throttle.succeeded("victim", "10.0.0.1", now);
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(throttle.begin("victim", "10.0.0." + std::to_string(n), now), none);
  }
  EXPECT_GT(throttle.begin("victim", "10.0.0.9", now), none);
}

TEST(SignInThrottle, PeopleOfOneOfficeWhoMistypeTheirOwnDoNotShutEachOtherOut) {
  SignInThrottle throttle;
  const Tick now{1'000s};
  for (int n = 0; n < 20; ++n) {
    const auto person = "person" + std::to_string(n);
    for (int failure = 0; failure < 3; ++failure) {
      EXPECT_EQ(throttle.begin(person, home, now), none);
    }
    throttle.succeeded(person, home, now);
  }
  EXPECT_EQ(throttle.entries(), 0U);
}

TEST(SignInThrottle, UndecidedTriesDoNotCount) {
  SignInThrottle throttle;
  const Tick now{1'000s};
  for (int n = 0; n < 50; ++n) {
    EXPECT_EQ(throttle.begin("anna", home, now), none);
    throttle.undecided("anna", home, now);
  }
  EXPECT_EQ(throttle.entries(), 0U);
}

TEST(SignInThrottle, ForgetsAfterAQuietHour) {
  SignInThrottle throttle;
  Tick now{1'000s};
  for (int n = 0; n < 5; ++n) throttle.begin("anna", home, now);
  now += 1h + 1s;
  for (int n = 0; n < 5; ++n) EXPECT_EQ(throttle.begin("anna", home, now), none);
  EXPECT_GT(throttle.begin("anna", home, now), none);
}

TEST(SignInThrottle, CapsTheFailuresOfAllTogether) {
  SignInThrottle throttle;
  const Tick now{1'000s};
  int through = 0;
  for (int n = 0; n < 1'000; ++n) {
    const auto number = std::to_string(n);
    if (throttle.begin("n" + number, "p" + number, now) == none) ++through;
  }
  EXPECT_EQ(through, 60);
  EXPECT_GT(throttle.begin("x", "y", now), none);
  EXPECT_LE(throttle.begin("x", "y", now), Duration{1'100ms});
  EXPECT_EQ(throttle.begin("x", "y", now + 1'100ms), none);
}

TEST(SignInThrottle, KeepsAsManyEntriesAsItsLimit) {
  ThrottleLimits limits;
  limits.entries_max = 20;
  limits.burst = 1'000'000;
  SignInThrottle throttle(limits);
  Tick now{1'000s};
  for (int n = 0; n < 500; ++n) {
    now += 1ms;
    const auto number = std::to_string(n);
    throttle.begin("n" + number, "p" + number, now);
    EXPECT_LE(throttle.entries(), 40U);
  }
  EXPECT_EQ(throttle.entries(), 40U);
}

// A day of guessing at a few accounts from many addresses, beside people who mistype now and then:
// how many guesses get through is what the limits promise, memory stays small, people get in.
TEST(SignInThrottle, ADayOfGuessing) {
  SignInThrottle throttle;
  std::mt19937_64 random(7);
  Tick now{1'000s};
  const Tick end = now + 24h;
  int guesses = 0;
  int tries = 0;
  int signed_in = 0;
  int people = 0;
  std::size_t entries_max = 0;
  while (now < end) {
    now += 200ms;
    const auto victim = "victim" + std::to_string(random() % 3);
    const auto address = "203.0.113." + std::to_string(random() % 250);
    ++tries;
    if (throttle.begin(victim, address, now) == none) ++guesses;
    if (random() % 3'000 == 0) {  // one of ten people, who gives up after a minute
      ++people;
      const auto person = "person" + std::to_string(random() % 10);
      for (int wait_s = 0; wait_s < 60; ++wait_s) {
        if (throttle.begin(person, "198.51.100.4", now) == none) {
          if (random() % 3 != 0) {
            throttle.succeeded(person, "198.51.100.4", now);
            ++signed_in;
            break;
          }
        }
        now += 1s;
      }
    }
    entries_max = std::max(entries_max, throttle.entries());
  }
  EXPECT_GT(tries, 300'000);
  // Three accounts, each 96 quarters of an hour and those before the wait is at its longest.
  EXPECT_LE(guesses, 3 * (96 + 16));
  EXPECT_GE(guesses, 3 * 90);
  EXPECT_LE(entries_max, 300U);
  EXPECT_GT(people, 50);
  EXPECT_GE(signed_in * 100, people * 90);
}

}  // namespace
}  // namespace tillbridge::api
