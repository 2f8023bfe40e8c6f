#include "app/backfill_plan.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant midnight = Instant{std::chrono::seconds{1'700'000'000}};

BackfillState orders(std::int64_t from, std::int64_t until) {
  BackfillState state;
  state.from = state.next = from;
  state.until = until;
  state.by = "vera";
  state.started_at = midnight;
  return state;
}

TEST(BackfillState, IsReadBackAsItWasWritten) {
  BackfillState state = orders(3, 900);
  state.phase = BackfillPhase::paused;
  state.next = 77;
  state.from_day = "2025-01-01";
  state.until_day = "2025-12-31";
  state.since = midnight;
  state.before = midnight + std::chrono::hours{24};
  state.found = 70;
  state.known = 9;
  state.left = 1;
  state.taken_up = 60;
  const auto read = backfill_state_of(json::to_text(to_json(state)));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(state));
  EXPECT_FALSE(backfill_state_of("[]"));
  EXPECT_FALSE(backfill_state_of(R"({"phase":"dancing"})"));
}

TEST(BackfillWalk, TakesUpWhatIsNotKnownAndNoMoreThanAllowed) {
  BackfillWalk walk(orders(1, 10));
  ASSERT_TRUE(walk.wants_page());
  walk.listed({{1, midnight}, {2, midnight}, {4, midnight}, {5, midnight}}, true);
  auto decision = walk.decide({false, true, false, false}, 2, {}, midnight);
  EXPECT_THAT(decision.taken, ElementsAre()) << "all newer than the hub and not older than now";

  const BackfillWalk::Live none{100, midnight};
  decision = walk.decide({false, true, false, false}, 2, none, midnight);
  EXPECT_THAT(decision.taken, ElementsAre(1, 4));
  EXPECT_EQ(decision.state.next, 5);
  EXPECT_EQ(walk.state().next, 1) << "not before it is stored";
  walk.apply(decision);
  EXPECT_THAT(walk.page(), ElementsAre(5));
  EXPECT_FALSE(walk.wants_page());
  walk.apply(walk.decide({false}, 2, none, midnight));
  EXPECT_EQ(walk.state().phase, BackfillPhase::done);
  EXPECT_EQ(walk.state().next, 10);
  EXPECT_EQ(walk.state().taken_up, 3);
  EXPECT_EQ(walk.state().known, 1);
}

TEST(BackfillWalk, OnlyTheDaysAskedFor) {
  BackfillState state = orders(1, 10);
  state.since = midnight;
  state.before = midnight + std::chrono::hours{24};
  BackfillWalk walk(state);
  walk.listed({{1, midnight - std::chrono::seconds{1}},
               {2, midnight},
               {3, *state.before},
               {4, std::nullopt},
               {5, *state.before - std::chrono::seconds{1}}},
              true);
  const auto decision =
      walk.decide({false, false, false, false, false}, 9, {100, midnight}, midnight);
  EXPECT_THAT(decision.taken, ElementsAre(2, 5));
  EXPECT_EQ(decision.state.found, 2);
}

TEST(BackfillWalk, WhatIsNewIsLeftToItsEvent) {
  BackfillWalk walk(orders(1, 10));
  const BackfillWalk::Live live{3, midnight};
  walk.listed({{3, midnight}, {4, midnight}, {5, midnight - std::chrono::seconds{1}}}, true);
  const auto decision = walk.decide({false, false, false}, 9, live, midnight);
  EXPECT_THAT(decision.taken, ElementsAre(3, 5));
  EXPECT_EQ(decision.state.left, 1);
}

// Whatever is stored, listed and known when, and however often the hub dies: every order of the
// range that the journal does not know is taken up exactly once.
RC_GTEST_PROP(BackfillWalk, MissesNothingAndRepeatsNothing, ()) {
  const auto last = *rc::gen::inRange<std::int64_t>(1, 60);
  const auto from = *rc::gen::inRange<std::int64_t>(1, last + 1);
  std::set<std::int64_t> at_sitoo, known;
  for (std::int64_t id = 1; id <= last + 3; ++id) {
    if (*rc::gen::inRange(0, 5) != 0) at_sitoo.insert(id);
    if (*rc::gen::inRange(0, 4) == 0) known.insert(id);
  }
  const std::set<std::int64_t> known_before = known;
  const BackfillWalk::Live none{1'000, midnight};
  std::string stored = json::to_text(to_json(orders(from, last + 1)));
  std::map<std::int64_t, int> taken;
  BackfillWalk walk(backfill_state_of(stored).value());
  for (int step = 0; walk.state().phase == BackfillPhase::running; ++step) {
    RC_ASSERT(step < 1'000);
    const auto mishap = [step] { return step < 300 && *rc::gen::inRange(0, 6) == 0; };
    if (mishap()) walk = BackfillWalk(backfill_state_of(stored).value());
    if (walk.wants_page()) {
      const auto most = *rc::gen::inRange<std::size_t>(1, 9);
      std::vector<BackfillWalk::Listed> page;
      std::size_t all = 0;
      for (auto it = at_sitoo.lower_bound(walk.state().next);
           it != at_sitoo.end() && *it < walk.state().until; ++it) {
        if (++all <= most) page.push_back({*it, midnight});
      }
      walk.listed(page, page.size() == all);
      continue;
    }
    std::vector<bool> is_known;
    for (const std::int64_t id : walk.page()) is_known.push_back(known.contains(id));
    auto decision = walk.decide(is_known, *rc::gen::inRange<std::size_t>(1, 5), none, midnight);
    if (mishap()) continue;  // the commit failed
    stored = json::to_text(to_json(decision.state));
    for (const std::int64_t id : decision.taken) {
      ++taken[id];
      known.insert(id);
    }
    if (mishap()) {  // stored, and the hub died before it went on
      walk = BackfillWalk(backfill_state_of(stored).value());
      continue;
    }
    walk.apply(std::move(decision));
  }
  std::int64_t found = 0;
  for (std::int64_t id = from; id <= last; ++id) {
    const bool wanted = at_sitoo.contains(id) && !known_before.contains(id);
    RC_ASSERT(taken[id] == (wanted ? 1 : 0));
    found += at_sitoo.contains(id) ? 1 : 0;
  }
  const BackfillState end = backfill_state_of(stored).value();
  RC_ASSERT(end.phase == BackfillPhase::done);
  RC_ASSERT(end.found == found);
  RC_ASSERT(end.found == end.known + end.left + end.taken_up);
}

}  // namespace
}  // namespace tillbridge::app
