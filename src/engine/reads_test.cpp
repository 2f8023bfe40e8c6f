#include "engine/reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Outcome::Kind;
using Subjects = std::vector<std::string>;

constexpr Tick start{seconds{100}};
const Outcome good{.kind = Kind::delivered, .reason = ""};
const Outcome down{.kind = Kind::transient, .reason = "503", .connection_at_fault = true};
const Outcome refused{.kind = Kind::rejected, .reason = "400"};

ReadsSettings settings() {
  ReadsSettings made;
  made.budget = {.calls_per_second = 1'000, .burst = 1'000};
  return made;
}
Reads reads_with(const ReadsSettings& made = settings()) {
  return Reads(made, Entropy{1}, start);
}

TEST(Reads, ManyArrivalsShareAReadAndManySubjectsACall) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  reads.add(ArrivalId{2}, "order/2", start);
  reads.add(ArrivalId{3}, "order/1", start);
  EXPECT_EQ(reads.waiting(), 2U);
  const auto call = reads.next_call(start);
  EXPECT_THAT(call, ElementsAre("order/1", "order/2"));
  EXPECT_THAT(reads.next_call(start), IsEmpty()) << "a subject is in one call at a time";
  reads.answered(good, call, start);
  EXPECT_THAT(reads.found("order/1"), ElementsAre(ArrivalId{1}, ArrivalId{3}));
  EXPECT_THAT(reads.found("order/2"), ElementsAre(ArrivalId{2}));
  EXPECT_EQ(reads.waiting(), 0U);
}

TEST(Reads, AnArrivalDuringTheCallNeedsAReadOfItsOwn) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  const auto call = reads.next_call(start);
  reads.add(ArrivalId{2}, "order/1", start);
  reads.answered(good, call, start);
  EXPECT_THAT(reads.found("order/1"), ElementsAre(ArrivalId{1}));
  EXPECT_THAT(reads.next_call(start), ElementsAre("order/1"));
}

TEST(Reads, EachArrivalSettlesForItself) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  reads.add(ArrivalId{2}, "order/1", start + seconds{3});
  reads.answered(good, reads.next_call(start), start);
  EXPECT_THAT(reads.found("order/1"), ElementsAre(ArrivalId{1}));
  EXPECT_THAT(reads.next_call(start + seconds{2}), IsEmpty());
  EXPECT_EQ(reads.wake_at(start), start + seconds{3});
  reads.answered(good, reads.next_call(start + seconds{3}), start + seconds{3});
  EXPECT_THAT(reads.found("order/1"), ElementsAre(ArrivalId{2}));
}

TEST(Reads, WhatIsNotFoundIsReadAgainLaterAndLater) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  Tick now = start;
  Duration least = milliseconds{100};
  for (std::uint32_t tries = 1; tries <= 5; ++tries) {
    reads.answered(good, reads.next_call(now), now);
    const auto missing = reads.not_found("order/1", now);
    EXPECT_EQ(missing.tries, tries);
    EXPECT_THAT(missing.arrivals, ElementsAre(ArrivalId{1}));
    EXPECT_GT(missing.again_at - now, least);
    EXPECT_LE(missing.again_at - now, least * 2);
    EXPECT_THAT(reads.next_call(missing.again_at - Duration{1}), IsEmpty());
    now = missing.again_at;
    least *= 2;
  }
}

TEST(Reads, AGivenUpSubjectIsGone) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  reads.add(ArrivalId{2}, "order/1", start);
  reads.answered(good, reads.next_call(start), start);
  (void)reads.not_found("order/1", start);
  EXPECT_THAT(reads.drop("order/1"), ElementsAre(ArrivalId{1}, ArrivalId{2}));
  EXPECT_THAT(reads.drop("order/1"), IsEmpty());
  EXPECT_EQ(reads.wake_at(start), std::nullopt);
}

// One subject that makes every call with it fail ends up alone; all others are read.
TEST(Reads, APoisonSubjectEndsUpAlone) {
  Reads reads = reads_with();
  constexpr std::uint64_t subjects = 64;
  for (std::uint64_t id = 0; id < subjects; ++id)
    reads.add(ArrivalId{id + 1}, "order/" + std::to_string(id), start);
  const std::string poison = "order/33";
  Tick now = start;
  bool alone = false;
  for (int calls = 0; calls < 400 && (reads.waiting() > 1 || !alone); ++calls) {
    const auto wake_at = reads.wake_at(now);
    ASSERT_TRUE(wake_at);
    now = std::max(now, *wake_at);
    const auto call = reads.next_call(now);
    const bool fails = std::find(call.begin(), call.end(), poison) != call.end();
    reads.answered(fails ? refused : good, call, now);
    if (fails) {
      alone = call.size() == 1;
      if (alone) EXPECT_THAT(reads.not_found(poison, now).arrivals, SizeIs(1));
    } else {
      for (const std::string& subject : call) reads.found(subject);
    }
  }
  EXPECT_TRUE(alone);
  EXPECT_EQ(reads.waiting(), 1U);
  EXPECT_LT(now - start, seconds{60});
}

TEST(Reads, ACallRefusedForItsOnlySubjectIsAMissingSubject) {
  Reads reads = reads_with();
  reads.add(ArrivalId{1}, "order/1", start);
  reads.answered(refused, reads.next_call(start), start);
  const auto missing = reads.not_found("order/1", start);
  EXPECT_EQ(missing.tries, 1U);
  EXPECT_THAT(reads.next_call(missing.again_at), ElementsAre("order/1"));
}

TEST(Reads, AFailedCallIsRetriedAndOpensTheBreaker) {
  ReadsSettings made = settings();
  made.breaker = {.failures = 1, .open_first = seconds{5}, .open_max = seconds{5}};
  Reads reads = reads_with(made);
  reads.add(ArrivalId{1}, "order/1", start);
  reads.answered(down, reads.next_call(start), start);
  EXPECT_EQ(reads.wake_at(start), start + seconds{5});
  EXPECT_THAT(reads.next_call(start + seconds{4}), IsEmpty());
  EXPECT_THAT(reads.next_call(start + seconds{5}), ElementsAre("order/1"));
  EXPECT_EQ(reads.wake_at(start + seconds{5}), std::nullopt) << "the probe's answer is awaited";
}

TEST(Reads, ALateFailureIsNotTakenForTheProbes) {
  ReadsSettings made = settings();
  made.breaker = {.failures = 1, .open_first = seconds{1}, .open_max = seconds{1}};
  made.subjects_per_call_max = 1;
  made.calls_in_flight_max = 3;
  Reads reads = reads_with(made);
  for (std::uint64_t id = 1; id <= 4; ++id)
    reads.add(ArrivalId{id}, "order/" + std::to_string(id), start);
  const Subjects first = reads.next_call(start);
  const Subjects slow = reads.next_call(start);
  reads.answered(down, first, start);
  const Subjects probe = reads.next_call(start + seconds{1});
  ASSERT_THAT(probe, SizeIs(1));
  reads.answered(down, slow, start + seconds{1});
  EXPECT_EQ(reads.breaker().state(), Breaker::State::probing);
  EXPECT_THAT(reads.next_call(start + seconds{30}), IsEmpty());
  reads.answered(good, probe, start + seconds{30});
  EXPECT_EQ(reads.breaker().state(), Breaker::State::closed);
}

TEST(Reads, ThrottlingWaitsAsToldAndKeepsTheProbeFromHanging) {
  ReadsSettings made = settings();
  made.breaker = {.failures = 1, .open_first = seconds{1}, .open_max = seconds{1}};
  Reads reads = reads_with(made);
  reads.add(ArrivalId{1}, "order/1", start);
  reads.answered(down, reads.next_call(start), start);
  const Tick later = start + seconds{1};
  const Outcome slower{.kind = Kind::throttled,
                       .reason = "429",
                       .retry_after = seconds{9},
                       .connection_at_fault = true};
  reads.answered(slower, reads.next_call(later), later);
  EXPECT_EQ(reads.wake_at(later), later + seconds{9});
}

TEST(Reads, LimitsCallsInFlightAndPauses) {
  ReadsSettings made = settings();
  made.subjects_per_call_max = 2;
  Reads reads = reads_with(made);
  for (std::uint64_t id = 1; id <= 9; ++id)
    reads.add(ArrivalId{id}, "order/" + std::to_string(id), start);
  reads.pause();
  EXPECT_THAT(reads.next_call(start), IsEmpty());
  EXPECT_EQ(reads.wake_at(start), std::nullopt);
  reads.resume();
  EXPECT_THAT(reads.next_call(start), SizeIs(2));
  EXPECT_THAT(reads.next_call(start), SizeIs(2));
  EXPECT_THAT(reads.next_call(start), IsEmpty());
  EXPECT_EQ(reads.calls_in_flight(), 2U);
}

TEST(Reads, TheSpareComeAfterTheUrgentAndLeaveThemTheirShare) {
  ReadsSettings made = settings();
  made.budget = {.calls_per_second = 1, .burst = 4, .urgent_share = 0.5};
  made.calls_in_flight_max = 2;
  Reads reads = reads_with(made);
  using Need = Reads::Need;
  reads.add(ArrivalId{1}, "order/1", start, Need::spare);
  reads.add(ArrivalId{2}, "order/2", start);
  const auto first = reads.next_call(start);
  EXPECT_THAT(first, ElementsAre("order/2"));
  EXPECT_THAT(reads.next_call(start), IsEmpty()) << "the last call is for the urgent";
  EXPECT_FALSE(reads.take_spare_call(start));
  EXPECT_EQ(reads.wake_at(start), std::nullopt);
  reads.answered(good, first, start);
  (void)reads.found("order/2");
  const auto second = reads.next_call(start);
  EXPECT_THAT(second, ElementsAre("order/1"));
  reads.answered(good, second, start);
  (void)reads.found("order/1");

  // Two tokens are left: they are the urgent ones'.
  reads.add(ArrivalId{3}, "order/3", start, Need::spare);
  EXPECT_THAT(reads.next_call(start), IsEmpty());
  EXPECT_FALSE(reads.take_spare_call(start));
  EXPECT_EQ(reads.wake_at(start), start + seconds{1});
  reads.add(ArrivalId{4}, "order/4", start);
  const auto third = reads.next_call(start);
  EXPECT_THAT(third, ElementsAre("order/4"));
  reads.answered(good, third, start);
  EXPECT_TRUE(reads.take_spare_call(start + seconds{2}));
  reads.spare_answered(good, start + seconds{2});
}

TEST(Reads, AnUrgentArrivalMakesItsSubjectUrgent) {
  Reads reads = reads_with();
  using Need = Reads::Need;
  reads.add(ArrivalId{1}, "order/1", start, Need::spare);
  reads.add(ArrivalId{2}, "order/2", start + seconds{1});
  EXPECT_FALSE(reads.overdue(start + seconds{1}));
  reads.add(ArrivalId{3}, "order/1", start);
  EXPECT_TRUE(reads.overdue(start + seconds{1}));
  EXPECT_FALSE(reads.take_spare_call(start + seconds{1}));
  EXPECT_THAT(reads.next_call(start + seconds{1}), ElementsAre("order/1", "order/2"));
  EXPECT_EQ(reads.wake_at(start + seconds{1}), std::nullopt);
}

TEST(Reads, ASpareCallCountsForBudgetAndBreaker) {
  ReadsSettings made = settings();
  made.breaker.failures = 1;
  Reads reads = reads_with(made);
  ASSERT_TRUE(reads.take_spare_call(start));
  EXPECT_EQ(reads.calls_in_flight(), 1U);
  reads.spare_answered(down, start);
  EXPECT_EQ(reads.breaker().state(), Breaker::State::open);
  EXPECT_FALSE(reads.take_spare_call(start));
  EXPECT_EQ(reads.calls_in_flight(), 0U);
}

}  // namespace
}  // namespace tillbridge::engine
