#include "desk/silence.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration silence_min = minutes{45};
constexpr double gaps_max = 4;
constexpr std::int64_t look_back_days = 10;
constexpr Duration rest_min = hours{3};  // no trade for so long: another stretch of trade
constexpr std::size_t together_min = 3;  // stores, to speak of all

std::string number_text(double per_hour) {
  return per_hour < 1.5 ? "one" : fmt::format("{:.0f}", per_hour);
}

Duration limit(double usual) {
  const double gap_us = static_cast<double>(Duration{hours{1}}.count()) / usual;
  return std::max(silence_min, Duration{static_cast<std::int64_t>(gaps_max * gap_us)});
}

// Which part of an hour of trade the store is taken to be open.
struct Open {
  Duration from{0}, until{hours{1}};
};
Open open_part(const StoreRhythm& rhythm, const LocalTime& at, double usual) {
  const double before = rhythm.usual(at.day, at.hour - 1);
  const double after = rhythm.usual(at.day, at.hour + 1);
  const auto share = [usual](double neighbour) {
    const double part = std::min(1.0, usual / neighbour);
    return Duration{
        static_cast<std::int64_t>(part * static_cast<double>(Duration{hours{1}}.count()))};
  };
  if (before == 0 && after > 0) return {hours{1} - share(after), hours{1}};
  if (after == 0 && before > 0) return {Duration{0}, share(before)};
  return {};
}

}  // namespace

StoreRhythm StoreRhythm::learn(const std::vector<HourCount>& counts, Zone zone) {
  StoreRhythm rhythm;
  rhythm.zone_ = std::move(zone);
  struct Place {
    std::int64_t day;
    int hour;
    std::int64_t sales;
  };
  std::vector<Place> places;
  for (const HourCount& one : counts) {
    if (one.sales <= 0) continue;
    // By its middle: zones are not always whole hours from UTC.
    const LocalTime at = local_time(Instant{hours{one.hour}} + minutes{30}, rhythm.zone_);
    places.push_back({at.day, at.hour, one.sales});
  }
  if (places.empty()) return rhythm;
  const auto [first, last] = std::minmax_element(
      places.begin(), places.end(), [](const Place& a, const Place& b) { return a.day < b.day; });
  constexpr std::int64_t days_max = 60;
  const std::int64_t last_day = last->day;
  rhythm.first_day_ = std::max(first->day, last_day - days_max);
  rhythm.hours_.resize(static_cast<std::size_t>((last_day - rhythm.first_day_ + 1) * 24));
  for (const Place& one : places) {
    if (one.day < rhythm.first_day_) continue;
    rhythm.hours_.at(static_cast<std::size_t>((one.day - rhythm.first_day_) * 24 + one.hour)) +=
        one.sales;
  }
  return rhythm;
}

std::int64_t StoreRhythm::sales(std::int64_t day, int hour) const {
  const std::int64_t at = (day - first_day_) * 24 + hour;
  if (at < 0 || at >= static_cast<std::int64_t>(hours_.size())) return 0;
  return hours_[static_cast<std::size_t>(at)];
}

bool StoreRhythm::any_sale(std::int64_t day) const {
  for (int hour = 0; hour < 24; ++hour) {
    if (sales(day, hour) > 0) return true;
  }
  return false;
}

bool StoreRhythm::is_learning(Instant at) const {
  return hours_.empty() || local_time(at, zone_).day - first_day_ < 3;
}

double StoreRhythm::usual(Instant at) const {
  const LocalTime here = local_time(at, zone_);
  return usual(here.day, here.hour);
}

double StoreRhythm::usual(std::int64_t day, int hour) const {
  if (hours_.empty()) return 0;
  for (; hour < 0; hour += 24) --day;
  for (; hour > 23; hour -= 24) ++day;
  const std::int64_t age = day - first_day_;
  const bool is_new = age < 14;
  const bool is_weekend = weekday_of(day) >= 5;
  if (is_new && is_weekend && (age < 7 || !any_sale(day - 7))) return 0;
  const std::int64_t known =
      is_new ? std::min<std::int64_t>(5, age) : std::min<std::int64_t>(4, age / 7);
  const std::int64_t needed = is_new ? 3 : std::min<std::int64_t>(3, known);
  std::int64_t with_sales = 0;
  std::int64_t total = 0;
  for (std::int64_t back = 1; back <= known; ++back) {
    const std::int64_t then = sales(day - back * (is_new ? 1 : 7), hour);
    total += then;
    if (then > 0) ++with_sales;
  }
  return with_sales < needed ? 0 : static_cast<double>(total) / static_cast<double>(known);
}

StoreSilence silence_of(const std::string& store_name, const StoreRhythm& rhythm, Instant now,
                        std::optional<Instant> last_sale) {
  using State = StoreSilence::State;
  StoreSilence out;
  const Instant earliest = now - hours{24 * look_back_days};
  if (last_sale && *last_sale >= earliest) out.since = std::min(*last_sale, now);
  if (rhythm.is_learning(now)) {
    out.text = fmt::format("{} is too new here to know when it usually sells.", store_name);
    return out;
  }
  bool is_silent = false;
  Duration rest{0};
  Duration this_stretch{0};
  for (Instant at = out.since.value_or(earliest); at < now;) {
    const LocalTime here = local_time(at, rhythm.zone());
    const Duration into = here.of_day % Duration{hours{1}};
    const Duration end = std::min<Duration>(hours{1}, into + (now - at));
    const double usual = rhythm.usual(here.day, here.hour);
    at += end - into;
    if (usual == 0) {
      rest += end - into;
      continue;
    }
    if (rest >= rest_min) {
      if (!is_silent) out.quiet = Duration{0};
      this_stretch = Duration{0};
      out.is_new = false;
    }
    rest = Duration{0};
    const Open open = open_part(rhythm, here, usual);
    const Duration traded =
        std::max(Duration{0}, std::min(end, open.until) - std::max(into, open.from));
    out.quiet += traded;
    this_stretch += traded;
    out.usual_per_hour = usual;
    out.is_new = out.is_new || this_stretch > limit(usual);
    is_silent = is_silent || out.quiet > limit(usual);
  }
  const double usual_now = rhythm.usual(now);
  out.is_trading = usual_now > 0;
  if (out.is_trading) out.usual_per_hour = usual_now;
  out.state = is_silent ? State::silent : out.is_trading ? State::selling : State::closed;
  const std::string since = out.since ? "since " + moment_text(*out.since, now, rhythm.zone())
                                      : fmt::format("for more than {} days", look_back_days);
  if (!is_silent) {
    out.text = out.is_trading ? fmt::format("{} sells as usual.", store_name)
                              : fmt::format("{} usually does not sell at this time.", store_name);
  } else if (out.is_trading) {
    out.text = fmt::format(
        "{} has sent no sales {}. On {}s at this time it usually sends about {} an hour.",
        store_name, since, weekday_name(local_time(now, rhythm.zone()).weekday),
        number_text(out.usual_per_hour));
  } else {
    out.text =
        fmt::format("{} has sent no sales {}, and it is usually closed by now.", store_name, since);
  }
  return out;
}

std::vector<Signal> silence_signals(const std::vector<StoreLook>& stores, bool platform_answers,
                                    const std::set<std::string>& open, const Zone& zone,
                                    Instant now) {
  std::size_t trading = 0;
  std::size_t silent = 0;
  std::size_t silent_anew = 0;
  std::size_t quiet = 0;
  std::optional<Instant> newest;
  for (const StoreLook& store : stores) {
    if (store.silence.since) newest = std::max(newest.value_or(Instant{}), *store.silence.since);
    if (!store.silence.is_trading) continue;
    ++trading;
    if (store.silence.state == StoreSilence::State::silent) ++silent;
    if (store.silence.is_new) ++silent_anew;
    if (store.silence.quiet >= silence_min) ++quiet;
  }
  // Busy stores are silent sooner than small ones: all of them quiet says the same earlier. Once
  // said it holds until a third sells, so that a few sales do not turn it into an alert per store.
  const bool was_all = open.contains(std::string(all_stores));
  const bool is_all =
      trading >= together_min &&
      (was_all ? silent * 3 > trading
               : silent_anew * 2 > trading || (silent_anew > 0 && quiet * 5 >= trading * 4));

  std::vector<Signal> out;
  Signal all;
  all.kind = AlertKind::silence;
  all.subject = std::string(all_stores);
  all.measured_at = now;
  all.text = "Stores sell as usual.";
  // Closed stores cannot say that it is over.
  const bool nobody_trades = trading == 0 && was_all;
  if (is_all || nobody_trades) {
    all.level = platform_answers ? AlertLevel::warning : AlertLevel::critical;
    const std::string since = newest ? " since " + moment_text(*newest, now, zone) : "";
    all.text = silent == trading || nobody_trades
                   ? fmt::format("No sales from any store{}.", since)
                   : fmt::format("No sales from {} of the {} stores that usually sell now.", silent,
                                 trading);
    all.text += platform_answers
                    ? " The tills' platform answers: it may be a public holiday, or its events and "
                      "orders do not reach us."
                    : " The tills' platform does not answer.";
  }
  out.push_back(all);
  for (const StoreLook& store : stores) {
    Signal one;
    one.kind = AlertKind::silence;
    one.subject = store.subject;
    one.measured_at = now;
    one.text = store.silence.text;
    const bool is_silent = store.silence.state == StoreSilence::State::silent;
    const bool is_raised = all.level == AlertLevel::ok && store.silence.is_new;
    if (is_silent && (is_raised || open.contains(store.subject))) one.level = AlertLevel::warning;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace tillbridge::desk
