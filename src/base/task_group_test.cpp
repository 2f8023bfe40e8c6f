#include "base/task_group.h"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace tillbridge {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Runs a loop until everything in it has ended; what waits for longer than the deadline has failed.
struct LoopRun {
  Loop loop{1};
  std::vector<std::string> failures;
  TaskGroup group{loop, [this](const std::string& what) { failures.push_back(what); }};

  void until_done() {
    loop.run_for(std::chrono::seconds{20});
    ASSERT_EQ(group.running(), 0U) << "a task did not end";
  }
};

Task<void> wait_and_count(Signal& signal, Duration at_most, int& woken) {
  co_await signal.wait(at_most);
  ++woken;
}
Task<void> notify_after(Loop& loop, Signal& signal, Duration delay) {
  co_await sleep_for(loop, delay);
  signal.notify();
}
Task<void> work_until_stopped(Loop& loop, TaskGroup& group, int& rounds) {
  while (!group.stopping()) {
    ++rounds;
    co_await yield_now(loop);
  }
}
Task<void> stop_and_join(Loop& loop, TaskGroup& group, bool& joined) {
  co_await sleep_for(loop, milliseconds{5});
  group.request_stop();
  co_await group.join();
  joined = true;
}
Task<void> throw_later(Loop& loop) {
  co_await yield_now(loop);
  throw std::runtime_error("broken on purpose");
}
Task<Result<int>> answer(bool works) {
  if (!works) co_return fail(Error::Kind::retry, "not now");
  co_return 42;
}
Task<Result<int>> pass_on(bool works) {
  TB_CO_TRY(const int value, co_await answer(works));
  TB_CO_CHECK(co_await answer(works));
  co_return value + 1;
}
Task<void> keep(bool works, Result<int>& kept) {
  kept = co_await pass_on(works);
}

TEST(Signal, WakesAllWaitersAtOnce) {
  LoopRun run;
  Signal signal{run.loop};
  int woken = 0;
  for (int i = 0; i < 3; ++i) run.group.start(wait_and_count(signal, hours{1}, woken));
  run.group.start(notify_after(run.loop, signal, milliseconds{2}));
  run.until_done();
  EXPECT_EQ(woken, 3);
}

TEST(Signal, ReturnsWithoutANotify) {
  LoopRun run;
  Signal signal{run.loop};
  int woken = 0;
  // The short one shares the timer with the long one and must not be held up by it.
  run.group.start(wait_and_count(signal, milliseconds{40}, woken));
  run.group.start(wait_and_count(signal, milliseconds{2}, woken));
  run.group.start(wait_and_count(signal, Duration{-5}, woken));
  run.until_done();
  EXPECT_EQ(woken, 3);
}

TEST(Signal, AShortWaitDoesNotEndALongOne) {
  LoopRun run;
  Signal signal{run.loop};
  int long_woken = 0;
  int short_woken = 0;
  run.group.start(wait_and_count(signal, Duration::max(), long_woken));
  run.group.start(wait_and_count(signal, milliseconds{1}, short_woken));
  while (short_woken == 0) ASSERT_EQ(run.loop.run_one_for(std::chrono::seconds{20}), 1U);
  run.loop.poll();
  EXPECT_EQ(long_woken, 0);
  signal.notify();
  run.until_done();
  EXPECT_EQ(long_woken, 1);
}

TEST(TaskGroup, JoinsWhatItStarted) {
  LoopRun run;
  TaskGroup workers{run.loop, [](const std::string& what) { FAIL() << what; }};
  int rounds = 0;
  bool joined = false;
  for (int i = 0; i < 4; ++i) workers.start(work_until_stopped(run.loop, workers, rounds));
  EXPECT_EQ(workers.running(), 4U);
  run.group.start(stop_and_join(run.loop, workers, joined));
  run.until_done();
  EXPECT_TRUE(joined);
  EXPECT_EQ(workers.running(), 0U);
  EXPECT_GT(rounds, 4);
}

TEST(TaskGroup, TellsOfAnExceptionAndGoesOn) {
  LoopRun run;
  int woken = 0;
  Signal signal{run.loop};
  run.group.start(throw_later(run.loop));
  run.group.start(wait_and_count(signal, milliseconds{1}, woken));
  run.until_done();
  EXPECT_EQ(run.failures, std::vector<std::string>{"broken on purpose"});
  EXPECT_EQ(woken, 1);
}

TEST(TaskGroup, ErrorsPassThroughCoroutines) {
  LoopRun run;
  Result<int> good = 0;
  Result<int> bad = 0;
  run.group.start(keep(true, good));
  run.group.start(keep(false, bad));
  run.until_done();
  EXPECT_EQ(good.value(), 43);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "not now");
}

}  // namespace
}  // namespace tillbridge
