// The usual way and the bulk way of a connection, against a platform that counts in fixed windows.

#include <array>
#include <deque>
#include <map>

#include <gtest/gtest.h>

#include "base/seeds_for_tests.h"
#include "engine/dispatch.h"

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Tick start{seconds{100}};
const Instant planned_at = Instant{std::chrono::hours{24 * 20'600}};

DispatchSettings two_routes(double per_second, double per_minute, double jobs_per_second,
                            double jobs_per_minute) {
  DispatchSettings settings;
  settings.calls_in_flight_max = 16;
  settings.request_per_part = true;
  settings.budget = budget_for_windows(per_second, per_minute);
  settings.bulk =
      DispatchSettings::Bulk{budget_for_windows(jobs_per_second, jobs_per_minute), 1'000};
  return settings;
}

Item item(std::uint64_t number, std::uint64_t lane, std::uint8_t parts) {
  Item made;
  made.id = DeliveryId{lowest_id_at(planned_at) + number};
  made.lane = lane;
  made.parts = parts;
  return made;
}

std::vector<Settlement> finish(Dispatch& dispatch, const std::vector<Item>& call, Tick now,
                               Outcome::Kind kind = Outcome::Kind::delivered, bool alone = false) {
  Outcome outcome;
  outcome.kind = kind;
  std::vector<PartResults> results;
  for (const Item& one : call) {
    PartResults made;
    made.parts_sent = (1ULL << one.parts) - 1;
    made.outcomes.assign(one.parts, outcome);
    made.alone = alone;
    results.push_back(std::move(made));
  }
  const auto settled = dispatch.settle(call, outcome, results, now, planned_at);
  dispatch.apply(settled);
  return settled;
}

TEST(DispatchRoutes, LightTrafficGoesTheUsualWayOneDeliveryACall) {
  Dispatch dispatch(two_routes(350, 3'500, 10, 150), Entropy{1}, start);
  dispatch.add(item(1, 1, 4), start);
  dispatch.add(item(2, 2, 3), start);
  const auto first = dispatch.next_call(start);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(dispatch.route_of(first), Route::usual);
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
}

TEST(DispatchRoutes, WhatWouldHaveToWaitGoesInBulk) {
  Dispatch dispatch(two_routes(350, 3'500, 10, 150), Entropy{1}, start);
  for (std::uint64_t n = 1; n <= 200; ++n) dispatch.add(item(n, n, 4), start);
  const auto call = dispatch.next_call(start);
  EXPECT_EQ(call.size(), 200U) << "800 parts in one job";
  EXPECT_EQ(dispatch.route_of(call), Route::bulk);
}

TEST(DispatchRoutes, ARefusedJobIsTakenApart) {
  Dispatch dispatch(two_routes(350, 3'500, 10, 150), Entropy{1}, start);
  for (std::uint64_t n = 1; n <= 300; ++n) dispatch.add(item(n, n, 1), start);
  const auto job = dispatch.next_call(start);
  ASSERT_EQ(dispatch.route_of(job), Route::bulk);
  finish(dispatch, job, start, Outcome::Kind::transient, true);
  const Tick later = start + seconds{10};
  for (int i = 0; i < 5; ++i) {
    const auto call = dispatch.next_call(later);
    ASSERT_EQ(call.size(), 1U);
    EXPECT_EQ(dispatch.route_of(call), Route::usual);
  }
}

TEST(DispatchRoutes, WhatHasToGoAloneWaitsForTheUsualWayOnly) {
  DispatchSettings settings = two_routes(350, 3'500, 10, 150);
  settings.budget = {.calls_per_second = 1, .burst = 1};
  Dispatch dispatch(settings, Entropy{1}, start);
  for (std::uint64_t n = 1; n <= 3; ++n) dispatch.add(item(n, n, 1), start);
  const auto job = dispatch.next_call(start);
  ASSERT_EQ(job.size(), 3U);
  finish(dispatch, job, start, Outcome::Kind::transient, true);
  const Tick later = start + seconds{60};
  ASSERT_EQ(dispatch.next_call(later).size(), 1U);
  EXPECT_TRUE(dispatch.next_call(later).empty());
  const auto wake = dispatch.wake_at(later);
  ASSERT_TRUE(wake);
  EXPECT_GE(*wake, later + milliseconds{900}) << "the bulk way is open, but not for these";
}

TEST(DispatchRoutes, SupersededPartsAreDoneAndOnlySupersededIsSkipped) {
  Dispatch dispatch(two_routes(350, 3'500, 10, 150), Entropy{1}, start);
  Outcome superseded;
  superseded.kind = Outcome::Kind::superseded;
  Outcome delivered;
  delivered.kind = Outcome::Kind::delivered;
  dispatch.add(item(1, 1, 2), start);
  dispatch.add(item(2, 2, 1), start);
  const auto both = dispatch.next_call(start);
  PartResults mixed;
  mixed.parts_sent = 0b11;
  mixed.outcomes = {superseded, delivered};
  EXPECT_EQ(dispatch.settle(both, delivered, {mixed}, start, planned_at)[0].next,
            Decision::Next::done);
  const auto alone = dispatch.next_call(start);
  PartResults only;
  only.parts_sent = 0b1;
  only.outcomes = {superseded};
  EXPECT_EQ(dispatch.settle(alone, delivered, {only}, start, planned_at)[0].next,
            Decision::Next::skip);
}

// Counts calls as a platform does: in windows that begin when they like.
class FixedWindow {
 public:
  FixedWindow(Duration length, double limit, Duration phase)
      : length_(length), limit_(limit), phase_(phase) {}
  void count(Tick at, double calls = 1) {
    const auto window = (at.time_since_epoch() + phase_) / length_;
    auto& seen = seen_[window];
    seen += calls;
    worst_ = std::max(worst_, seen / limit_);
  }
  double worst() const { return worst_; }

 private:
  Duration length_;
  double limit_;
  Duration phase_;
  std::map<std::int64_t, double> seen_;
  double worst_ = 0;
};

struct Load {
  double orders_per_second;
  int parts;
};

struct Outcomes {
  double worst_window = 0;  // calls in a window, of its limit
  Duration longest_wait{0};
  std::size_t sent = 0;
};

// Minutes of trade against the documented windows, in virtual time.
Outcomes trade(std::uint64_t seed, Load load, Duration length) {
  Entropy entropy(seed);
  Dispatch dispatch(two_routes(350, 3'500, 10, 150), Entropy{seed}, start);
  const auto phase = [&] { return Duration{static_cast<std::int64_t>(entropy.below(60'000'000))}; };
  FixedWindow second(seconds{1}, 350, phase());
  FixedWindow minute(minutes{1}, 3'500, phase());
  FixedWindow job_second(seconds{1}, 10, phase());
  FixedWindow job_minute(minutes{1}, 150, phase());
  struct Under {
    Tick ends;
    std::vector<Item> call;
  };
  std::deque<Under> under_way;
  std::map<std::uint64_t, Tick> ready;
  std::uint64_t number = 0;
  double due = 0;
  Outcomes outcomes;
  const Duration step = milliseconds{5};
  for (Tick now = start; now < start + length; now += step) {
    due += load.orders_per_second * 0.005;
    for (; due >= 1; due -= 1) {
      ++number;
      const Item made = item(number, number, static_cast<std::uint8_t>(load.parts));
      ready[made.id.value] = now;
      dispatch.add(made, now);
    }
    for (std::size_t i = 0; i < under_way.size();) {
      if (under_way[i].ends > now) {
        ++i;
        continue;
      }
      finish(dispatch, under_way[i].call, now);
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (;;) {
      auto call = dispatch.next_call(now);
      if (call.empty()) break;
      const Duration took{static_cast<std::int64_t>(20'000 + entropy.below(180'000))};
      const bool bulk = dispatch.route_of(call) == Route::bulk;
      for (const Item& one : call) {
        outcomes.longest_wait = std::max(outcomes.longest_wait, now - ready.at(one.id.value));
        ready.erase(one.id.value);
        outcomes.sent += one.parts;
        if (bulk) continue;
        for (int part = 0; part < one.parts; ++part) {
          const Tick at = now + took * part / one.parts;
          second.count(at);
          minute.count(at);
        }
      }
      if (bulk) {
        const Tick at = now + took / 2;
        job_second.count(at);
        job_minute.count(at);
      }
      under_way.push_back({now + took, std::move(call)});
    }
  }
  outcomes.worst_window =
      std::max({second.worst(), minute.worst(), job_second.worst(), job_minute.worst()});
  EXPECT_LE(ready.size(), static_cast<std::size_t>(load.orders_per_second) + 1);
  return outcomes;
}

// Jobs may follow each other every 60 / (0.9 x 150 - burst) s: nobody waits longer for the next one
// than that, unless all calls are under way (16 of at most 0.2 s each).
TEST(DispatchRoutes, TheDocumentedWindowsAreNeverExceededAndNobodyWaitsLongerThanTheArithmetic) {
  const Duration between_jobs = milliseconds{500};
  const Duration call_max = milliseconds{200};
  for (std::uint64_t seed = 1; seed <= seeds(40); ++seed) {
    const std::array loads{Load{2, 4}, Load{14, 4}, Load{20, 4}, Load{60, 5}, Load{200, 4}};
    const Load load = loads[seed % loads.size()];
    const Outcomes seen = trade(seed, load, minutes{4});
    EXPECT_LE(seen.worst_window, 1.0) << "seed " << seed;
    EXPECT_LE(seen.longest_wait, between_jobs + call_max) << "seed " << seed;
    EXPECT_GT(seen.sent, 0U);
  }
}

TEST(DispatchRoutes, WhatOthersUseOfTheQuotaIsLeftToThem) {
  Budget budget(budget_for_windows(350, 3'500), start);
  EXPECT_GT(budget.room(start), 200U);
  budget.reported(start, {3, seconds{20}});
  EXPECT_EQ(budget.room(start), 3U);
  budget.reported(start, {0, seconds{20}});
  EXPECT_EQ(budget.room(start + seconds{19}), 0U);
  EXPECT_GT(budget.room(start + seconds{21}), 0U);
}

}  // namespace
}  // namespace tillbridge::engine
