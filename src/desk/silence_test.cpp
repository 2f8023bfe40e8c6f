#include "desk/silence.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/local_time.h"

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using State = StoreSilence::State;
using testing::HasSubstr;

Zone stockholm() {
  return Zone::find("Europe/Stockholm").value();
}
// Saturday 2026-06-13, 00:00 in Stockholm.
const Instant saturday = from_unix_seconds(1'781'301'600);

// Open 10 to 19, Sundays closed.
bool is_open(Instant at, const Zone& zone) {
  const LocalTime here = local_time(at, zone);
  return here.weekday != 6 && here.hour >= 10 && here.hour < 19;
}
std::vector<HourCount> history(Instant until, int days, std::int64_t an_hour, const Zone& zone) {
  std::vector<HourCount> out;
  const auto last = std::chrono::floor<hours>(until).time_since_epoch() / hours{1};
  for (std::int64_t hour = last - days * 24; hour < last; ++hour) {
    if (is_open(Instant{hours{hour}} + minutes{30}, zone)) out.push_back({hour, an_hour});
  }
  return out;
}
StoreRhythm rhythm(int days = 35, std::int64_t an_hour = 14) {
  return StoreRhythm::learn(history(saturday, days, an_hour, stockholm()), stockholm());
}
StoreSilence look(const StoreRhythm& of, Instant now, std::optional<Instant> last) {
  return silence_of("Uppsala Centrum", of, now, last);
}

TEST(Silence, IsSaidAfterThreeQuartersOfAnHourOfTrade) {
  const Instant last = saturday + hours{10} + minutes{40};
  EXPECT_EQ(look(rhythm(), last + minutes{45}, last).state, State::selling);
  const StoreSilence silent = look(rhythm(), last + minutes{46}, last);
  EXPECT_EQ(silent.state, State::silent);
  EXPECT_EQ(silent.text,
            "Uppsala Centrum has sent no sales since 10:40. On Saturdays at this time it usually "
            "sends about 14 an hour.");
}

TEST(Silence, ASmallStoreMayPauseForFourOfItsGaps) {
  const StoreRhythm small = rhythm(35, 2);  // one in 30 minutes
  const Instant last = saturday + hours{11};
  EXPECT_EQ(look(small, last + minutes{120}, last).state, State::selling);
  EXPECT_EQ(look(small, last + minutes{121}, last).state, State::silent);
}

TEST(Silence, ClosedHoursDoNotCount) {
  const Instant friday_evening = saturday - hours{5} - minutes{20};  // 18:40
  const StoreRhythm of = rhythm();
  EXPECT_EQ(look(of, saturday + hours{3}, friday_evening).state, State::closed);
  EXPECT_EQ(look(of, saturday + hours{10} + minutes{45}, friday_evening).state, State::selling);
  EXPECT_EQ(look(of, saturday + hours{10} + minutes{46}, friday_evening).state, State::silent);
  const Instant sunday_noon = saturday + hours{36};
  const StoreSilence sunday = look(of, sunday_noon, saturday + hours{18} + minutes{50});
  EXPECT_EQ(sunday.state, State::closed);
}

TEST(Silence, StaysOverNightUntilTheNextSale) {
  const Instant last = saturday + hours{15};
  const StoreSilence night = look(rhythm(), saturday + hours{23}, last);
  EXPECT_EQ(night.state, State::silent);
  EXPECT_FALSE(night.is_trading);
  EXPECT_THAT(night.text, HasSubstr("usually closed by now"));
  // Sunday is closed, on Monday it is silent from the first minute, but not anew.
  const StoreSilence monday = look(rhythm(), saturday + hours{58} + minutes{5}, last);
  EXPECT_EQ(monday.state, State::silent);
  EXPECT_FALSE(monday.is_new);
  EXPECT_EQ(look(rhythm(), saturday + hours{59}, saturday + hours{58} + minutes{50}).state,
            State::selling);
}

TEST(Silence, AnHourInWhichTheStoreOpensLateCountsForItsShare) {
  auto counts = history(saturday, 35, 14, stockholm());
  for (HourCount& one : counts) {
    const LocalTime here = local_time(Instant{hours{one.hour}}, stockholm());
    if (here.hour == 10) one.sales = 7;
  }
  const StoreRhythm of = StoreRhythm::learn(counts, stockholm());
  const Instant friday = saturday - hours{5} - minutes{1};
  EXPECT_EQ(look(of, saturday + hours{11} + minutes{14}, friday).state, State::selling);
  EXPECT_EQ(look(of, saturday + hours{11} + minutes{16}, friday).state, State::silent);
}

TEST(Silence, OneClosedWeekOfFourIsForgiven) {
  auto counts = history(saturday, 35, 14, stockholm());
  const auto week_ago = (saturday - hours{7 * 24}).time_since_epoch() / hours{1};
  const auto two_weeks_ago = week_ago - 7 * 24;
  const auto without = [&counts](std::int64_t from) {
    std::erase_if(
        counts, [from](const HourCount& one) { return one.hour >= from && one.hour < from + 24; });
  };
  without(week_ago);
  const Instant noon = saturday + hours{12};
  EXPECT_GT(StoreRhythm::learn(counts, stockholm()).usual(noon), 10);
  without(two_weeks_ago);
  EXPECT_EQ(StoreRhythm::learn(counts, stockholm()).usual(noon), 0);
}

TEST(Silence, NewStoresAreJudgedByTheirLastDays) {
  const Instant friday_noon = saturday - hours{12};
  const auto usual = [](int days, Instant at) { return rhythm(days).usual(at); };
  EXPECT_TRUE(rhythm(2).is_learning(friday_noon));
  EXPECT_EQ(usual(2, friday_noon), 0);
  EXPECT_GT(usual(6, friday_noon), 0);
  EXPECT_EQ(usual(6, saturday + hours{12}), 0) << "its first Saturday";
  EXPECT_GT(usual(10, saturday + hours{12}), 0) << "its second";
  EXPECT_EQ(usual(10, saturday + hours{36}), 0) << "closed last Sunday";
  EXPECT_GT(usual(16, saturday + hours{12}), 0) << "two Saturdays are known";
  EXPECT_EQ(look(rhythm(1), friday_noon, friday_noon - hours{2}).state, State::learning);
}

TEST(Silence, TheClocksMayChange) {
  // Sunday 2026-10-25 the clocks go back in Stockholm: Monday 10:00 is 09:00 UTC, before it was
  // 08:00 UTC.
  const Zone zone = stockholm();
  const Instant monday = from_unix_seconds(1'792'969'200);  // 2026-10-26 00:00 +01:00
  ASSERT_EQ(zone.local_text(monday), "2026-10-26 00:00:00");
  const StoreRhythm of = StoreRhythm::learn(history(monday, 35, 14, zone), zone);
  EXPECT_EQ(of.usual(monday + hours{9} + minutes{59}), 0);
  EXPECT_GT(of.usual(monday + hours{10}), 0);
  const Instant last = monday - hours{24} - hours{6};  // Saturday 19:00, an hour is inserted
  EXPECT_EQ(look(of, monday + hours{10} + minutes{44}, last).state, State::selling);
  EXPECT_EQ(look(of, monday + hours{10} + minutes{46}, last).state, State::silent);
  const StoreRhythm india =
      StoreRhythm::learn(history(monday, 35, 14, Zone::find("Asia/Kolkata").value()),
                         Zone::find("Asia/Kolkata").value());
  EXPECT_GT(india.usual(monday + hours{6}), 0);
}

std::vector<StoreLook> chain(std::size_t stores, std::size_t silent, Instant now) {
  const StoreRhythm of = rhythm();
  std::vector<StoreLook> out;
  for (std::size_t at = 0; at < stores; ++at) {
    const Instant last = at < silent ? saturday - hours{6} : now - minutes{5};
    out.push_back({"store " + std::to_string(at), look(of, now, last)});
  }
  return out;
}
std::size_t raised(const std::vector<Signal>& signals) {
  return static_cast<std::size_t>(
      std::count_if(signals.begin(), signals.end(),
                    [](const Signal& one) { return one.level != AlertLevel::ok; }));
}

TEST(SilenceOfAll, IsOneAlert) {
  const Instant now = saturday + hours{12};
  const auto few = silence_signals(chain(40, 3, now), true, {}, stockholm(), now);
  EXPECT_EQ(few.size(), 41U);
  EXPECT_EQ(raised(few), 3U);
  const auto all = silence_signals(chain(40, 40, now), true, {}, stockholm(), now);
  EXPECT_EQ(raised(all), 1U);
  EXPECT_EQ(all[0].subject, "all stores");
  EXPECT_EQ(all[0].level, AlertLevel::warning);
  EXPECT_THAT(all[0].text, HasSubstr("No sales from any store since 2026-06-12 18:00."));
  EXPECT_THAT(all[0].text, HasSubstr("public holiday"));
  const auto most = silence_signals(chain(40, 30, now), true, {}, stockholm(), now);
  EXPECT_EQ(raised(most), 1U);
  EXPECT_THAT(most[0].text, HasSubstr("30 of the 40 stores"));
  const auto down = silence_signals(chain(40, 40, now), false, {}, stockholm(), now);
  EXPECT_EQ(down[0].level, AlertLevel::critical);
}

TEST(SilenceOfAll, KeepsWhatIsOpenAndHolds) {
  const Instant now = saturday + hours{12};
  const auto kept = silence_signals(chain(40, 40, now), true, {"store 3"}, stockholm(), now);
  EXPECT_EQ(raised(kept), 2U);
  const auto held = silence_signals(chain(40, 16, now), true, {"all stores"}, stockholm(), now);
  EXPECT_EQ(raised(held), 1U) << "40 % are still silent";
  const auto over = silence_signals(chain(40, 10, now), true, {"all stores"}, stockholm(), now);
  EXPECT_EQ(over[0].level, AlertLevel::ok);
  EXPECT_EQ(raised(over), 10U);
  const Instant night = saturday + hours{22};
  const auto closed =
      silence_signals(chain(40, 40, night), true, {"all stores"}, stockholm(), night);
  EXPECT_EQ(raised(closed), 1U);
}

TEST(SilenceOfAll, TheMorningAfterAHolidayNoStoreIsRaisedBeforeItIsSilentThatDay) {
  const Instant monday = saturday + hours{58};
  const StoreRhythm of = rhythm();
  std::vector<StoreLook> stores;
  for (int at = 0; at < 10; ++at) {
    const Instant last = at < 2 ? saturday - hours{6} : monday + minutes{3};
    stores.push_back({"store " + std::to_string(at), look(of, monday + minutes{5}, last)});
  }
  EXPECT_EQ(raised(silence_signals(stores, true, {"all stores"}, stockholm(), monday)), 0U);
}

// Random sales at random rates, watched for two weeks: a store that sells is hardly ever called
// silent, one whose sales stop always is within its next hours of trade.
TEST(SilenceSimulation, FindsWhatStopsAndLeavesTheOthers) {
  const Zone zone = stockholm();
  std::size_t false_alarms = 0, looks = 0;
  for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const double an_hour = 3 + static_cast<double>(random() % 15);
    std::exponential_distribution<double> gap_hours(an_hour);
    const Instant begin = saturday - hours{35 * 24};
    const Instant stops = saturday + minutes{random() % (5 * 24 * 60)};
    std::map<std::int64_t, std::int64_t> counts;
    std::vector<Instant> sales;
    for (Instant at = begin; at < stops;) {
      at += Duration{static_cast<std::int64_t>(gap_hours(random) * 3.6e9)};
      if (at >= stops) break;
      if (!is_open(at, zone)) {
        at += minutes{30};
        continue;
      }
      ++counts[at.time_since_epoch() / hours{1}];
      sales.push_back(at);
    }
    std::vector<HourCount> list;
    for (const auto& [hour, count] : counts) list.push_back({hour, count});
    const StoreRhythm of = StoreRhythm::learn(list, zone);
    std::size_t sold = 0;
    for (Instant now = saturday; now < stops; now += minutes{40}) {
      while (sold + 1 < sales.size() && sales[sold + 1] <= now) ++sold;
      ++looks;
      if (look(of, now, sales[sold]).state == State::silent) ++false_alarms;
    }
    bool found = false;
    Duration traded{0};
    for (Instant now = stops; !found && traded < hours{9}; now += minutes{10}) {
      if (is_open(now, zone)) traded += minutes{10};
      found = look(of, now, sales.back()).state == State::silent;
    }
    ASSERT_TRUE(found) << an_hour << " an hour, stopped " << zone.local_text(stops);
  }
  EXPECT_LT(static_cast<double>(false_alarms), 0.01 * static_cast<double>(looks));
}

}  // namespace
}  // namespace tillbridge::desk
