#include "engine/dispatch.h"

#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Kind = Outcome::Kind;
using Next = Decision::Next;

constexpr Tick start{seconds{100}};
const Instant planned_at = Instant{hours{24 * 20'600}};

const Outcome good{.kind = Kind::delivered, .reason = ""};
const Outcome trouble{.kind = Kind::transient, .reason = "later"};
const Outcome down{.kind = Kind::transient, .reason = "503", .connection_at_fault = true};

DispatchSettings settings() {
  DispatchSettings made;
  made.budget = {.calls_per_second = 1'000, .burst = 1'000};
  return made;
}
Dispatch dispatch_with(const DispatchSettings& made = settings()) {
  return Dispatch(made, Entropy{1}, start);
}

Item item(std::uint64_t number, std::uint64_t lane, std::uint8_t parts = 1) {
  Item made;
  made.id = DeliveryId{lowest_id_at(planned_at) + number};
  made.lane = lane;
  made.parts = parts;
  return made;
}

// All parts that are left, with one outcome.
PartResults all_parts(const Item& item, const Outcome& outcome) {
  PartResults results;
  for (std::uint32_t part = 0; part < item.parts; ++part) {
    if ((item.parts_done >> part & 1) != 0) continue;
    results.parts_sent |= 1ULL << part;
    results.outcomes.push_back(outcome);
  }
  return results;
}

std::vector<Settlement> settle(Dispatch& dispatch, const std::vector<Item>& items,
                               const Outcome& outcome, Tick now = start) {
  std::vector<PartResults> results;
  for (const Item& sent : items) results.push_back(all_parts(sent, outcome));
  return dispatch.settle(items, outcome, results, now, planned_at);
}

TEST(Dispatch, FillsACallUpToItsPartsAndTakesOneDeliveryOfALane) {
  DispatchSettings made = settings();
  made.parts_per_call_max = 5;
  Dispatch dispatch = dispatch_with(made);
  dispatch.add(item(1, 1, 2), start);
  dispatch.add(item(2, 1, 1), start);
  dispatch.add(item(3, 2, 3), start);
  dispatch.add(item(4, 3, 1), start);
  EXPECT_EQ(dispatch.next_call(start).size(), 2U) << "2 and 3 parts, not two of lane 1";
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
  EXPECT_TRUE(dispatch.next_call(start).empty());
}

TEST(Dispatch, ADeliveryLargerThanACallGoesAlone) {
  DispatchSettings made = settings();
  made.parts_per_call_max = 5;
  Dispatch dispatch = dispatch_with(made);
  dispatch.add(item(1, 1, 8), start);
  dispatch.add(item(2, 2, 1), start);
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
}

TEST(Dispatch, PartsThatAreDoneAreRememberedAndTheRestIsTriedAgain) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1, 3), start);
  auto call = dispatch.next_call(start);
  const PartResults mixed{true, 0b111, {good, trouble, good}};
  auto settled = dispatch.settle(call, good, {mixed}, start, planned_at);
  EXPECT_EQ(settled[0].next, Next::again);
  EXPECT_EQ(settled[0].item.parts_done, 0b101U);
  EXPECT_EQ(settled[0].item.attempts, 1U);
  EXPECT_TRUE(dispatch.next_call(start + hours{1}).empty()) << "not before it is durable";
  dispatch.apply(settled);
  EXPECT_EQ(dispatch.wake_at(start), settled[0].due);
  call = dispatch.next_call(settled[0].due);
  ASSERT_EQ(call.size(), 1U);
  EXPECT_EQ(call[0].parts_left(), 1U);
  EXPECT_EQ(call[0].next_trigger, journal::Trigger::retry);
  settled = settle(dispatch, call, good);
  EXPECT_EQ(settled[0].next, Next::done);
  EXPECT_EQ(settled[0].item.parts_done, 0b111U);
}

TEST(Dispatch, NothingIsGivenUpWhileAPartCanStillSucceed) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1, 2), start);
  const auto call = dispatch.next_call(start);
  const Outcome refused{.kind = Kind::rejected, .reason = "no"};
  const PartResults mixed{true, 0b11, {refused, trouble}};
  EXPECT_EQ(dispatch.settle(call, good, {mixed}, start, planned_at)[0].next, Next::again);
}

TEST(Dispatch, WhatFittedOnlyInPartFollows) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1, 4), start);
  const PartResults half{true, 0b0011, {good, good}};
  const auto settled = dispatch.settle(dispatch.next_call(start), good, {half}, start, planned_at);
  EXPECT_EQ(settled[0].next, Next::again);
  EXPECT_EQ(settled[0].item.parts_left(), 2U);
  EXPECT_TRUE(settled[0].partly) << "no failure";
}

TEST(Dispatch, WhatIsHeldGoesIntoNoCallAndWakesNobody) {
  Dispatch dispatch = dispatch_with();
  Item held = item(1, 1);
  held.store = 5;
  dispatch.add(held, start);
  dispatch.add(item(2, 2), start);
  dispatch.hold(PauseKind::store, 5);
  const auto call = dispatch.next_call(start);
  ASSERT_EQ(call.size(), 1U);
  EXPECT_EQ(call[0].lane, 2U);
  const auto settled = settle(dispatch, call, good);
  EXPECT_FALSE(settled[0].partly);
  dispatch.apply(settled);
  EXPECT_EQ(dispatch.wake_at(start), std::nullopt);
  dispatch.release(PauseKind::store, 5);
  EXPECT_EQ(dispatch.wake_at(start), start);
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
}

TEST(Dispatch, WhatWasNotSentIsReadyAtOnceAndHasNoAttempt) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1), start);
  dispatch.add(item(2, 2), start);
  const auto call = dispatch.next_call(start);
  const PartResults left_out{false, 0, {}};
  const auto settled =
      dispatch.settle(call, good, {all_parts(call[0], good), left_out}, start, planned_at);
  ASSERT_EQ(settled.size(), 1U);
  const auto next = dispatch.next_call(start);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].id, call[1].id);
  EXPECT_EQ(next[0].attempts_made, 0U);
}

TEST(Dispatch, KeepsToItsCallsInFlight) {
  DispatchSettings made = settings();
  made.calls_in_flight_max = 2;
  made.parts_per_call_max = 1;
  Dispatch dispatch = dispatch_with(made);
  for (std::uint64_t n = 1; n <= 4; ++n) dispatch.add(item(n, n), start);
  const auto first = dispatch.next_call(start);
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
  EXPECT_TRUE(dispatch.next_call(start).empty());
  EXPECT_EQ(dispatch.wake_at(start), std::nullopt) << "only an answer changes anything";
  settle(dispatch, first, good);
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
}

TEST(Dispatch, PausedMakesNoCalls) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1), start);
  dispatch.pause();
  EXPECT_TRUE(dispatch.next_call(start).empty());
  EXPECT_EQ(dispatch.wake_at(start), std::nullopt);
  dispatch.resume();
  EXPECT_EQ(dispatch.next_call(start).size(), 1U);
}

TEST(Dispatch, ThrottlingUsesUpNoAttempt) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1), start);
  const Outcome slower{.kind = Kind::throttled, .reason = "429", .retry_after = seconds{9}};
  const auto settled = settle(dispatch, dispatch.next_call(start), slower);
  EXPECT_EQ(settled[0].item.attempts, 0U);
  EXPECT_EQ(settled[0].item.attempts_made, 1U);
  EXPECT_EQ(settled[0].due, start + seconds{9});
  dispatch.add(item(2, 2), start);
  EXPECT_TRUE(dispatch.next_call(start + seconds{8}).empty()) << "the connection waits too";
}

TEST(Dispatch, PatienceIsCountedFromPlanning) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1), start);
  const auto call = dispatch.next_call(start);
  const auto settled =
      dispatch.settle(call, trouble, {all_parts(call[0], trouble)}, start, planned_at + hours{73});
  EXPECT_EQ(settled[0].next, Next::park);
  EXPECT_TRUE(settled[0].out_of_patience);
}

DispatchSettings quick_breaker() {
  DispatchSettings made = settings();
  made.breaker = {.failures = 1, .open_first = seconds{1}, .open_max = seconds{1}};
  made.parts_per_call_max = 1;
  return made;
}

TEST(Dispatch, ALateFailureIsNotTakenForTheProbes) {
  Dispatch dispatch = dispatch_with(quick_breaker());
  for (std::uint64_t n = 1; n <= 4; ++n) dispatch.add(item(n, n), start);
  const auto first = dispatch.next_call(start);
  const auto slow = dispatch.next_call(start);
  const auto unmade = dispatch.next_call(start);
  settle(dispatch, first, down);
  const Tick later = start + seconds{1};
  const auto probe = dispatch.next_call(later);
  ASSERT_EQ(probe.size(), 1U);
  settle(dispatch, slow, down, later);
  dispatch.give_back(unmade, later);
  EXPECT_EQ(dispatch.breaker().state(), Breaker::State::probing);
  EXPECT_TRUE(dispatch.next_call(later + seconds{30}).empty());
  settle(dispatch, probe, down, later);
  EXPECT_EQ(dispatch.breaker().state(), Breaker::State::open);
}

TEST(Dispatch, AProbeThatWasGivenBackIsMadeAgain) {
  Dispatch dispatch = dispatch_with(quick_breaker());
  dispatch.add(item(1, 1), start);
  dispatch.add(item(2, 2), start);
  settle(dispatch, dispatch.next_call(start), down);
  const Tick later = start + seconds{1};
  dispatch.give_back(dispatch.next_call(later), later);
  EXPECT_EQ(dispatch.next_call(later).size(), 1U);
}

TEST(Dispatch, AThrottledProbeClosesTheBreaker) {
  Dispatch dispatch = dispatch_with(quick_breaker());
  dispatch.add(item(1, 1), start);
  dispatch.add(item(2, 2), start);
  settle(dispatch, dispatch.next_call(start), down);
  const Tick later = start + seconds{1};
  const Outcome slower{.kind = Kind::throttled, .reason = "429", .connection_at_fault = true};
  settle(dispatch, dispatch.next_call(later), slower, later);
  EXPECT_EQ(dispatch.breaker().state(), Breaker::State::closed);
}

// A week's outage is over: the platform takes what it is given, a call at a time.
TEST(Dispatch, WhatFittedOnlyInPartFollowsHoweverOldItIs) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1, 2), start);
  const auto call = dispatch.next_call(start);
  PartResults first;
  first.parts_sent = 1;
  first.outcomes.push_back(good);
  const auto settled = dispatch.settle(call, good, {first}, start, planned_at + hours{24 * 7});
  ASSERT_EQ(settled.size(), 1U);
  EXPECT_EQ(settled[0].next, Next::again);
  EXPECT_FALSE(settled[0].out_of_patience);
}

// A call that broke off can be carried out after its repetition was answered.
TEST(Dispatch, WhatFollowsABrokenCallWaitsUntilItsEchoIsOver) {
  Dispatch dispatch = dispatch_with();
  dispatch.add(item(1, 1), start);
  dispatch.add(item(2, 1), start);
  dispatch.add(item(3, 2), start);
  const Outcome broken{.kind = Kind::ambiguous, .reason = "time-out"};
  auto call = dispatch.next_call(start);
  ASSERT_EQ(call.size(), 2U);
  const auto lost = settle(dispatch, call, broken);
  dispatch.apply(lost);
  const Tick again = lost.front().due;
  call = dispatch.next_call(again + seconds{60});
  ASSERT_EQ(call.size(), 2U);
  EXPECT_TRUE(call.front().echo);
  const Tick answered = again + seconds{60};
  dispatch.apply(settle(dispatch, call, good, answered));
  dispatch.add(item(4, 2), answered);  // its lane was empty for a moment
  dispatch.add(item(5, 3), answered);
  call = dispatch.next_call(answered);
  ASSERT_EQ(call.size(), 1U) << "only the lane that no call broke off in";
  EXPECT_EQ(call.front().lane, 3U);
  const Tick over = answered + settings().echo_window;
  EXPECT_TRUE(dispatch.next_call(over - std::chrono::milliseconds{1}).empty());
  EXPECT_EQ(dispatch.next_call(over).size(), 2U);
}

TEST(Dispatch, ABlockedDeliveryKeepsItsDoneParts) {
  Dispatch dispatch = dispatch_with();
  Item made = item(1, 1, 2);
  made.on_reject = journal::OnReject::block;
  dispatch.add(made, start);
  const Outcome refused{.kind = Kind::rejected, .reason = "no"};
  const PartResults mixed{true, 0b11, {good, refused}};
  const auto settled = dispatch.settle(dispatch.next_call(start), good, {mixed}, start, planned_at);
  ASSERT_EQ(settled[0].next, Next::block);
  dispatch.apply(settled);
  EXPECT_EQ(dispatch.lanes().blocked_count(), 1U);
  dispatch.lanes().release_blocked(settled[0].item, start);
  EXPECT_EQ(dispatch.next_call(start).at(0).parts_done, 0b01U);
}

}  // namespace
}  // namespace tillbridge::engine
