#include "journal/journal.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/task_group.h"
#include "journal/memory/memory_store.h"
#include "journal/sqlite/sqlite_store.h"

namespace tillbridge::journal {
namespace {

// What the tests may know and do about the writer's thread.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;  // apply() waits while closed
  int applies = 0;      // begun
  int steps = 0;        // in successful applies
  int retires = 0;
  bool disk_full = false;

  void close() {
    const std::lock_guard lock(mutex);
    closed = true;
  }
  void open() {
    const std::lock_guard lock(mutex);
    closed = false;
    changed.notify_all();
  }
  bool wait_for_applies(int n) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds{20}, [&] { return applies >= n; });
  }
  bool wait_for_retires(int n) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds{20}, [&] { return retires >= n; });
  }
};

class GatedWriter final : public Writer {
 public:
  GatedWriter(std::unique_ptr<Writer> inner, Gate& gate) : inner_(std::move(inner)), gate_(gate) {}
  Result<std::vector<Receipt>> apply(std::span<const Step> steps) override {
    {
      std::unique_lock lock(gate_.mutex);
      ++gate_.applies;
      gate_.changed.notify_all();
      gate_.changed.wait(lock, [&] { return !gate_.closed; });
      if (gate_.disk_full) return fail(Error::Kind::unavailable, "disk full");
    }
    auto receipts = inner_->apply(steps);
    const std::lock_guard lock(gate_.mutex);
    if (receipts) gate_.steps += static_cast<int>(steps.size());
    return receipts;
  }
  void maintain() override { inner_->maintain(); }
  Result<std::uint64_t> retire(const Retention& retention, Instant now,
                               std::uint64_t rows_max) override {
    const std::lock_guard lock(gate_.mutex);
    ++gate_.retires;
    gate_.changed.notify_all();
    return inner_->retire(retention, now, rows_max);
  }
  Result<void> backup(const std::string& target, std::function<void(double)> progress) override {
    return inner_->backup(target, std::move(progress));
  }

 private:
  std::unique_ptr<Writer> inner_;
  Gate& gate_;
};

class GatedStore final : public Store {
 public:
  GatedStore(std::unique_ptr<Store> inner, Gate& gate) : inner_(std::move(inner)), gate_(gate) {}
  Result<std::unique_ptr<Writer>> open_writer() override {
    TB_TRY(auto writer, inner_->open_writer());
    return std::make_unique<GatedWriter>(std::move(writer), gate_);
  }
  Result<std::unique_ptr<Reader>> open_reader() override { return inner_->open_reader(); }

 private:
  std::unique_ptr<Store> inner_;
  Gate& gate_;
};

Step arrival_step(std::uint64_t id) {
  AddArrival a;
  a.id = ArrivalId{id};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = std::to_string(id);
  a.payload = "body";
  Step step;
  step.arrivals.push_back(std::move(a));
  return step;
}

Step bad_step() {
  Step step;
  step.arrival_updates.push_back(
      UpdateArrival{ArrivalId{999'999}, ArrivalState::resolved, "", {}, {}, 0});
  return step;
}

struct Tally {
  int stored = 0;
  int unavailable = 0;
  int corrupt = 0;
};

Task<void> commit_one(Journal& journal, Step step, Tally& tally) {
  const auto receipt = co_await journal.commit(std::move(step));
  if (receipt) {
    ++tally.stored;
  } else if (receipt.error().kind == Error::Kind::corrupt) {
    ++tally.corrupt;
  } else {
    ++tally.unavailable;
  }
}

Task<void> write_and_read_back(Journal& journal, std::uint64_t first, int times, Tally& tally) {
  for (int at = 0; at < times; ++at) {
    const auto id = first + static_cast<std::uint64_t>(at);
    const auto receipt = co_await journal.commit(arrival_step(id));
    if (!receipt) continue;
    std::function<Result<std::vector<ArrivalRow>>(Reader&)> query = [id](Reader& r) {
      return r.search_arrivals("shop", std::to_string(id), 1000);
    };
    const auto rows = co_await journal.read<std::vector<ArrivalRow>>(std::move(query));
    if (!rows) continue;
    for (const auto& row : *rows) {
      if (row.id.value == id) ++tally.stored;
    }
  }
}

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~JournalTest() override {
    gate_.open();
    journal_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start(std::unique_ptr<Store> store, JournalSettings settings = {}) {
    journal_ = std::make_unique<Journal>(
        loop_, clock_, metrics_, std::make_unique<GatedStore>(std::move(store), gate_), settings,
        [this](const std::string& what) { fatal_ = what; });
    const auto started = journal_->start();
    ASSERT_TRUE(started) << started.error().what;
  }
  std::unique_ptr<Store> sqlite_store() {
    auto store = sqlite::open({.file = folder_ + "/test.journal"}, true);
    EXPECT_TRUE(store) << store.error().what;
    return std::move(*store);
  }
  void run() {
    loop_.restart();
    loop_.run_for(std::chrono::seconds{60});
  }
  void poll() {
    loop_.restart();
    loop_.poll();
  }

  Loop loop_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  Gate gate_;
  TaskGroup tasks_{loop_, [](const std::string& what) { ADD_FAILURE() << what; }};
  std::unique_ptr<Journal> journal_;
  std::string folder_;
  std::string fatal_;
};

TEST_F(JournalTest, CommitsThatWaitShareOneSync) {
  start(memory::open());
  gate_.close();
  Tally tally;
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  poll();
  ASSERT_TRUE(gate_.wait_for_applies(1));
  for (std::uint64_t id = 2; id <= 101; ++id) {
    tasks_.start(commit_one(*journal_, arrival_step(id), tally));
  }
  poll();
  EXPECT_EQ(journal_->queued(), 100U);
  EXPECT_EQ(tally.stored, 0) << "answered before it was durable";
  gate_.open();
  run();
  EXPECT_EQ(tally.stored, 101);
  EXPECT_EQ(gate_.applies, 2);
  EXPECT_NE(metrics_.prometheus_text().find("tillbridge_journal_steps_per_commit_count 2"),
            std::string::npos);
}

TEST_F(JournalTest, ACommitTakesNoMoreThanItsShare) {
  start(memory::open(), {.steps_per_commit_max = 10});
  gate_.close();
  Tally tally;
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  poll();
  ASSERT_TRUE(gate_.wait_for_applies(1));
  for (std::uint64_t id = 2; id <= 26; ++id) {
    tasks_.start(commit_one(*journal_, arrival_step(id), tally));
  }
  poll();
  gate_.open();
  run();
  EXPECT_EQ(tally.stored, 26);
  EXPECT_EQ(gate_.applies, 4);
}

TEST_F(JournalTest, AFullQueueAnswersAtOnce) {
  start(memory::open(), {.steps_queued_max = 5});
  gate_.close();
  Tally tally;
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  poll();
  ASSERT_TRUE(gate_.wait_for_applies(1));
  for (std::uint64_t id = 2; id <= 9; ++id) {
    tasks_.start(commit_one(*journal_, arrival_step(id), tally));
  }
  poll();
  EXPECT_EQ(tally.unavailable, 3);
  gate_.open();
  run();
  EXPECT_EQ(tally.stored, 6);
  EXPECT_EQ(tally.unavailable, 3);
}

TEST_F(JournalTest, AWrongStepDoesNotFailItsNeighbours) {
  start(memory::open());
  gate_.close();
  Tally tally;
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  poll();
  ASSERT_TRUE(gate_.wait_for_applies(1));
  tasks_.start(commit_one(*journal_, arrival_step(2), tally));
  tasks_.start(commit_one(*journal_, bad_step(), tally));
  tasks_.start(commit_one(*journal_, arrival_step(3), tally));
  poll();
  gate_.open();
  run();
  EXPECT_EQ(tally.stored, 3);
  EXPECT_EQ(tally.corrupt, 1);
  EXPECT_EQ(gate_.steps, 3);
}

TEST_F(JournalTest, AFullDiskFailsTheWholeCommitAndPasses) {
  start(memory::open());
  gate_.disk_full = true;
  Tally tally;
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  run();
  EXPECT_EQ(tally.unavailable, 1);
  {
    const std::lock_guard lock(gate_.mutex);
    gate_.disk_full = false;
  }
  tasks_.start(commit_one(*journal_, arrival_step(1), tally));
  run();
  EXPECT_EQ(tally.stored, 1);
}

Task<void> commit_and_write_down(Journal& journal, std::uint64_t id,
                                 std::vector<std::string>& log) {
  const auto receipt = co_await journal.commit(arrival_step(id));
  log.push_back((receipt ? "answered " : "refused ") + std::to_string(id));
}

TEST_F(JournalTest, WhoListensHearsOfADurableStepBeforeItsAnswer) {
  std::vector<std::string> log;
  start(memory::open());
  journal_->on_committed([&log](const Step& step) {
    log.push_back("told " + (step.arrivals.empty() ? "" : step.arrivals[0].external_id));
  });
  gate_.close();
  tasks_.start(commit_and_write_down(*journal_, 1, log));
  poll();
  ASSERT_TRUE(gate_.wait_for_applies(1));
  Tally tally;
  tasks_.start(commit_and_write_down(*journal_, 2, log));
  tasks_.start(commit_one(*journal_, bad_step(), tally));
  tasks_.start(commit_and_write_down(*journal_, 3, log));
  poll();
  EXPECT_EQ(log, std::vector<std::string>{}) << "told before it was durable";
  gate_.open();
  run();
  EXPECT_EQ(log, (std::vector<std::string>{"told 1", "answered 1", "told 2", "answered 2", "told 3",
                                           "answered 3"}));
  EXPECT_EQ(tally.corrupt, 1);
}

TEST_F(JournalTest, NobodyIsToldOfAStepThatWasRefused) {
  std::vector<std::string> log;
  start(memory::open());
  journal_->on_committed([&log](const Step&) { log.emplace_back("told"); });
  gate_.disk_full = true;
  tasks_.start(commit_and_write_down(*journal_, 1, log));
  run();
  EXPECT_EQ(log, std::vector<std::string>{"refused 1"});
}

TEST_F(JournalTest, ManyWritersReadTheirOwnCommitsOnSqlite) {
  start(sqlite_store());
  constexpr int writers = 40;
  constexpr int times = 10;
  Tally tally;
  for (int at = 0; at < writers; ++at) {
    const auto first = 100'000U + static_cast<std::uint64_t>(at) * 1'000U;
    tasks_.start(write_and_read_back(*journal_, first, times, tally));
  }
  run();
  EXPECT_EQ(tally.stored, writers * times);
  EXPECT_EQ(gate_.steps, writers * times);
  EXPECT_LT(gate_.applies, writers * times) << "nothing was grouped";
  EXPECT_EQ(fatal_, "");
}

TEST_F(JournalTest, StopFinishesWhatIsQueuedAndRefusesMore) {
  start(memory::open());
  Tally tally;
  for (std::uint64_t id = 1; id <= 50; ++id) {
    tasks_.start(commit_one(*journal_, arrival_step(id), tally));
  }
  poll();
  journal_->stop();
  EXPECT_EQ(gate_.steps, 50);
  tasks_.start(commit_one(*journal_, arrival_step(51), tally));
  run();
  EXPECT_EQ(tally.stored, 50);
  EXPECT_EQ(tally.unavailable, 1);
  journal_->stop();  // twice is fine
}

TEST_F(JournalTest, AnswersToALoopThatEndedAreDropped) {
  auto loop = std::make_unique<Loop>();
  auto journal = std::make_unique<Journal>(*loop, clock_, metrics_,
                                           std::make_unique<GatedStore>(memory::open(), gate_),
                                           JournalSettings{}, nullptr);
  ASSERT_TRUE(journal->start());
  Tally tally;
  boost::asio::co_spawn(loop->get_executor(), commit_one(*journal, arrival_step(1), tally),
                        [](std::exception_ptr) {});
  gate_.close();  // no answer before the loop has ended
  loop->poll();
  loop->stop();
  gate_.open();
  journal->stop();
  EXPECT_EQ(gate_.steps, 1);
  EXPECT_EQ(tally.stored, 0);
  journal.reset();
  loop.reset();  // destroys the coroutine with its answer
}

TEST_F(JournalTest, RetentionRunsByItself) {
  start(memory::open(), {.retire_every = std::chrono::milliseconds{5}});
  EXPECT_TRUE(gate_.wait_for_retires(3));
}

Task<void> back_up(Journal& journal, std::string target, bool& done) {
  Tally tally;
  co_await commit_one(journal, arrival_step(1), tally);
  const auto outcome = co_await journal.backup(std::move(target));
  done = outcome.has_value();
}

TEST_F(JournalTest, BackupRunsBesideTheLoop) {
  start(sqlite_store());
  bool done = false;
  tasks_.start(back_up(*journal_, folder_ + "/copy.journal", done));
  run();
  ASSERT_TRUE(done);
  auto copy = sqlite::open({.file = folder_ + "/copy.journal", .read_only = true}, true);
  ASSERT_TRUE(copy);
  EXPECT_EQ((*(*copy)->open_reader())->counts()->arrivals, 1U);
}

}  // namespace
}  // namespace tillbridge::journal
