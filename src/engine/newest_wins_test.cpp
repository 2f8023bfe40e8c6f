// State deliveries: the newest one of a lane counts (docs/flows/stock.md "Order, coalescing,
// urgency").
#include <map>

#include <gtest/gtest.h>

#include "base/seeds_for_tests.h"
#include "engine/dispatch.h"

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Outcome::Kind;

constexpr Tick start{seconds{100}};
const Instant planned_at = Instant{std::chrono::hours{24 * 20'600}};

const Outcome good{.kind = Kind::delivered, .reason = ""};
const Outcome trouble{.kind = Kind::transient, .reason = "later"};

DispatchSettings settings() {
  DispatchSettings made;
  made.budget = {.calls_per_second = 1'000, .burst = 1'000};
  made.newest_wins = true;
  made.calls_in_flight_max = 2;
  return made;
}

Item item(std::uint64_t number, std::uint64_t lane) {
  Item made;
  made.id = DeliveryId{lowest_id_at(planned_at) + number};
  made.lane = lane;
  return made;
}
std::uint64_t number_of(const Item& item) {
  return item.id.value - lowest_id_at(planned_at);
}

std::vector<Settlement> settle(Dispatch& dispatch, const std::vector<Item>& items,
                               const Outcome& outcome, Tick now) {
  const std::vector<PartResults> results(items.size(), PartResults{true, 1, {outcome}});
  return dispatch.settle(items, outcome, results, now, planned_at);
}

TEST(NewestWins, ANewerLevelTakesTheWaitingOnesPlace) {
  Dispatch dispatch(settings(), Entropy{1}, start);
  EXPECT_FALSE(dispatch.add(item(1, 7), start));
  const auto replaced = dispatch.add(item(2, 7), start);
  ASSERT_TRUE(replaced);
  EXPECT_EQ(number_of(*replaced), 1U);
  const auto call = dispatch.next_call(start);
  ASSERT_EQ(call.size(), 1U);
  EXPECT_EQ(number_of(call[0]), 2U);
  dispatch.apply(settle(dispatch, call, good, start));
  EXPECT_EQ(dispatch.lanes().size(), 0U);
}

TEST(NewestWins, WhatIsUnderWayEndsFirstAndOnlyTheNewestFollows) {
  Dispatch dispatch(settings(), Entropy{1}, start);
  dispatch.add(item(1, 7), start);
  const auto call = dispatch.next_call(start);
  EXPECT_FALSE(dispatch.add(item(2, 7), start));
  const auto replaced = dispatch.add(item(3, 7), start);
  ASSERT_TRUE(replaced);
  EXPECT_EQ(number_of(*replaced), 2U);
  EXPECT_TRUE(dispatch.next_call(start).empty()) << "the lane is busy";
  EXPECT_TRUE(dispatch.apply(settle(dispatch, call, good, start)).empty());
  EXPECT_EQ(number_of(dispatch.next_call(start).at(0)), 3U);
}

TEST(NewestWins, WhatFailedIsNotTriedAgainWhenANewerOneWaits) {
  Dispatch dispatch(settings(), Entropy{1}, start);
  dispatch.add(item(1, 7), start);
  const auto call = dispatch.next_call(start);
  dispatch.add(item(2, 7), start);
  const auto outdated = dispatch.apply(settle(dispatch, call, trouble, start));
  ASSERT_EQ(outdated.size(), 1U);
  EXPECT_EQ(number_of(outdated[0]), 1U);
  EXPECT_EQ(number_of(dispatch.next_call(start).at(0)), 2U);
}

TEST(NewestWins, APauseAfterAFailureHoldsForWhatReplacesIt) {
  Dispatch dispatch(settings(), Entropy{1}, start);
  dispatch.add(item(1, 7), start);
  const auto failed = settle(dispatch, dispatch.next_call(start), trouble, start);
  dispatch.apply(failed);
  dispatch.add(item(2, 7), start);
  EXPECT_TRUE(dispatch.next_call(start).empty());
  EXPECT_EQ(number_of(dispatch.next_call(failed[0].due).at(0)), 2U);
}

TEST(NewestWins, ABurstSharesCallsAndAFullCallGoesAtOnce) {
  DispatchSettings made = settings();
  made.call_gap = seconds{1};
  made.parts_per_call_max = 3;
  Dispatch dispatch(made, Entropy{1}, start);
  dispatch.add(item(1, 1), start);
  dispatch.apply(settle(dispatch, dispatch.next_call(start), good, start));
  dispatch.add(item(2, 1), start);
  EXPECT_TRUE(dispatch.next_call(start).empty()) << "less than a second after the last call";
  EXPECT_EQ(dispatch.wake_at(start), start + seconds{1});
  dispatch.add(item(3, 2), start);
  dispatch.add(item(4, 3), start);
  dispatch.lanes().wake(start);
  EXPECT_EQ(dispatch.next_call(start).size(), 3U) << "a full call";
}

TEST(NewestWins, AfterAQuietTimeNothingWaits) {
  DispatchSettings made = settings();
  made.call_gap = seconds{1};
  Dispatch dispatch(made, Entropy{1}, start);
  dispatch.add(item(1, 1), start);
  dispatch.apply(settle(dispatch, dispatch.next_call(start), good, start));
  const Tick later = start + seconds{5};
  dispatch.add(item(2, 1), later);
  EXPECT_EQ(dispatch.next_call(later).size(), 1U);
}

// A platform that keeps, per lane, the number that it took last; calls end in any order and in any
// way, also taken with the answer lost.
struct Platform {
  std::map<std::uint64_t, std::uint64_t> taken;
  std::uint64_t backwards = 0;
  std::size_t calls = 0;
  void take(const std::vector<Item>& call) {
    ++calls;
    for (const Item& one : call) {
      std::uint64_t& last = taken[one.lane];
      if (number_of(one) < last) ++backwards;
      last = number_of(one);
    }
  }
};

void simulate(std::uint64_t seed) {
  Entropy entropy{seed};
  DispatchSettings made = settings();
  made.call_gap = milliseconds{entropy.below(3) * 200};
  made.parts_per_call_max = 1 + static_cast<std::uint32_t>(entropy.below(5));
  made.retry.pause_first = milliseconds{50};
  made.retry.pause_max = milliseconds{200};
  Dispatch dispatch(made, Entropy{seed + 1}, start);
  Platform platform;
  std::map<std::uint64_t, std::uint64_t> newest;
  std::size_t replaced = 0, added = 0, delivered = 0;
  struct UnderWay {
    std::vector<Item> items;
    Tick ends;
    Outcome outcome;
  };
  std::vector<UnderWay> calls;
  Tick now = start;
  for (int turn = 0; turn < 400; ++turn, now += milliseconds{20}) {
    const bool calm = turn > 250;
    if (!calm && entropy.below(2) == 0) {
      const std::uint64_t lane = 1 + entropy.below(4);
      newest[lane] = ++added;
      if (dispatch.add(item(added, lane), now)) ++replaced;
    }
    std::erase_if(calls, [&](UnderWay& call) {
      if (call.ends > now) return false;
      const auto settled = settle(dispatch, call.items, call.outcome, now);
      replaced += dispatch.apply(settled).size();
      for (const Settlement& one : settled) delivered += one.next == Decision::Next::done ? 1 : 0;
      return true;
    });
    for (;;) {
      std::vector<Item> call = dispatch.next_call(now);
      if (call.empty()) break;
      Outcome outcome = good;
      const std::uint64_t fate = calm ? 9 : entropy.below(6);
      if (fate == 0) outcome = trouble;
      if (fate == 1) outcome = {.kind = Kind::ambiguous, .reason = "no answer"};
      if (fate != 0) platform.take(call);
      calls.push_back({std::move(call), now + milliseconds{entropy.below(120)}, outcome});
    }
  }
  ASSERT_TRUE(calls.empty());
  EXPECT_EQ(platform.backwards, 0U);
  EXPECT_EQ(platform.taken, newest) << "the last word is the newest";
  EXPECT_EQ(delivered + replaced, added) << "each ends delivered or replaced";
  EXPECT_EQ(dispatch.lanes().size(), 0U);
}

TEST(NewestWins, TheLastWordIsTheNewestForThousandsOfSeeds) {
  for (std::uint64_t seed = 1; seed <= seeds(3'000); ++seed) {
    SCOPED_TRACE(seed);
    simulate(seed);
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace tillbridge::engine
