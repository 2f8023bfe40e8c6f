#include "engine/body_reads.h"

#include <future>

#include <gtest/gtest.h>

#include "base/assert.h"
#include "base/task_group.h"
#include "journal/memory/memory_store.h"

namespace tillbridge::engine {
namespace {

class BodyReadsTest : public testing::Test {
 protected:
  BodyReadsTest()
      : journal_(loop_, clock_, metrics_, journal::memory::open(), {.readers = 1}, nullptr),
        reads_(loop_, journal_),
        tasks_(loop_, [](const std::string& what) { ADD_FAILURE() << what; }) {
    TB_ASSERT(journal_.start());
  }
  ~BodyReadsTest() override {
    journal_.stop();
    loop_.run();
  }

  static std::string bytes_of(std::uint64_t id) { return "body " + std::to_string(id); }

  Task<void> store(std::uint64_t last) {
    journal::Step step;
    for (std::uint64_t id = 1; id <= last; ++id) {
      journal::AddDelivery d;
      d.id = DeliveryId{id};
      d.record = RecordId{1'000'000};
      d.workspace = "shop";
      d.connection = "target";
      d.effect = std::to_string(id);
      d.lane = "lane";
      d.parts = {bytes_of(id)};
      step.deliveries.push_back(std::move(d));
    }
    EXPECT_TRUE(co_await journal_.commit(std::move(step)));
  }

  Task<void> read_and_check(std::vector<std::uint64_t> wanted) {
    std::vector<DeliveryId> ids;
    for (const auto id : wanted) ids.push_back(DeliveryId{id});
    const auto bodies = co_await reads_.read(std::move(ids));
    if (!bodies) {
      ++failed_;
      co_return;
    }
    EXPECT_EQ(bodies->size(), wanted.size());
    for (std::size_t at = 0; at < wanted.size() && at < bodies->size(); ++at) {
      EXPECT_EQ((*bodies)[at].id.value, wanted[at]);
      EXPECT_EQ((*bodies)[at].parts, std::vector{bytes_of(wanted[at])});
    }
    ++read_;
  }

  Task<void> keep_the_reader_busy(std::promise<void>& begun, std::shared_future<void> until) {
    std::function<Result<bool>(journal::Reader&)> query = [&begun, until](journal::Reader&) {
      begun.set_value();
      until.wait();
      return Result<bool>(true);
    };
    EXPECT_TRUE(co_await journal_.read<bool>(std::move(query)));
  }

  void run(Task<void> task) {
    tasks_.start(std::move(task));
    run();
  }
  void run() {
    loop_.restart();
    while (tasks_.running() > 0) loop_.run_one();
  }

  Loop loop_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  journal::Journal journal_;
  BodyReads reads_;
  TaskGroup tasks_;
  int read_ = 0;
  int failed_ = 0;
};

TEST_F(BodyReadsTest, EachCallGetsItsOwnInItsOrder) {
  run(store(300));
  for (std::uint64_t id = 1; id + 2 <= 300; id += 3) tasks_.start(read_and_check({id + 2, id}));
  tasks_.start(read_and_check({7}));
  run();
  EXPECT_EQ(read_, 101);
  EXPECT_EQ(failed_, 0);
}

TEST_F(BodyReadsTest, OneThatIsGoneFailsNobodyElse) {
  run(store(10));
  for (const std::uint64_t id : {1U, 2U, 99U, 3U}) tasks_.start(read_and_check({id}));
  run();
  EXPECT_EQ(read_, 3);
  EXPECT_EQ(failed_, 1);
  run(read_and_check({99}));
  EXPECT_EQ(failed_, 2);
}

// The journal refuses the 10,001st query that waits.
TEST_F(BodyReadsTest, WhatOneTurnAsksForIsAFewQueries) {
  run(store(100));
  std::promise<void> begun;
  std::promise<void> may_end;
  loop_.restart();
  tasks_.start(keep_the_reader_busy(begun, may_end.get_future().share()));
  loop_.poll();
  begun.get_future().wait();
  for (std::uint64_t n = 0; n < 12'000; ++n) tasks_.start(read_and_check({n % 100 + 1}));
  loop_.poll();
  may_end.set_value();
  run();
  EXPECT_EQ(read_, 12'000);
  EXPECT_EQ(failed_, 0);
}

}  // namespace
}  // namespace tillbridge::engine
