#include "journal/journal.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "telemetry/log.h"

namespace tillbridge::journal {
namespace asio = boost::asio;

namespace {

using Executor = Loop::executor_type;
constexpr asio::use_awaitable_t<Executor> awaiting;

constexpr std::size_t reads_queued_max = 10'000;      // LIMIT: beyond it read() answers unavailable
constexpr std::uint64_t retire_rows_per_slice = 500;  // a slice is a commit of a few milliseconds
// Measured with 64 senders: more at a time leaves the journal thread without work for too long,
// fewer cost more syncs than they save waiting.
constexpr std::size_t handed_over_at = 16;
constexpr int retire_overdue_factor =
    10;  // under load without a pause, retention still gets a slice

// A waiting coroutine. On the heap and never moved into: assigning an any_completion_handler of
// Boost 1.81 recurses (chriskohlhoff/asio issue 1180). Keeps the loop alive until it is answered.
template <typename Answer>
struct Waiter {
  template <typename Handler>
  Waiter(Handler&& handler, const Executor& executor)
      : complete(std::forward<Handler>(handler)), work(executor) {}
  asio::any_completion_handler<void(Answer)> complete;
  asio::executor_work_guard<Executor> work;
};
using ReadWaiter = std::unique_ptr<Waiter<bool>>;

// A step on its way to the journal thread, and back with its answer. One piece, handed on by its
// pointer: a Step is too large to be moved from hand to hand.
struct Commit {
  template <typename Handler>
  Commit(Step&& work, Handler&& handler, const Executor& executor)
      : step(std::move(work)), waiter(std::forward<Handler>(handler), executor) {}
  Step step;
  Waiter<Result<Receipt>> waiter;
  Result<Receipt> answer = Receipt{};
};
using CommitPtr = std::unique_ptr<Commit>;

struct Read {
  std::function<void(Reader&)> work;
  ReadWaiter waiter;
};

}  // namespace

struct Journal::State : std::enable_shared_from_this<State> {
  State(Loop& l, const Clock& c, telemetry::Metrics& metrics, std::unique_ptr<Store> s,
        JournalSettings js, std::function<void(const std::string&)> fatal);

  void commit_soon(CommitPtr commit);  // core thread
  void hand_over();                    // core thread, or whoever stops
  void read_soon(std::function<void(Reader&)> work, ReadWaiter waiter);
  void write_until_stopped();               // journal thread
  void read_until_stopped(Reader& reader);  // reader threads
  void write(std::vector<CommitPtr> batch);
  void retire_if_due(bool idle);
  void tell_fatal(const std::string& what);
  void stop();

  Loop& loop;
  const Clock& clock;
  const JournalSettings settings;
  const std::function<void(const std::string&)> on_fatal;

  telemetry::Histogram commit_seconds;
  telemetry::Histogram steps_per_commit;
  telemetry::Gauge queued_gauge;
  telemetry::Counter failed_unavailable;
  telemetry::Counter failed_corrupt;

  std::unique_ptr<Store> store;
  std::unique_ptr<Writer> writer;                // journal thread, but for backup()
  std::vector<std::unique_ptr<Reader>> readers;  // one per reader thread

  // Commits of this turn of the loop: they go to the journal thread together, at its end or when
  // there are enough. To hand over each by itself costs more, and makes commits of one.
  std::vector<CommitPtr> gathered;  // core thread

  std::mutex mutex;  // guards all below
  std::condition_variable commits_wait;
  std::condition_variable reads_wait;
  std::deque<CommitPtr> commits;
  std::deque<Read> reads;
  bool stopping = false;
  bool started = false;

  // Set on the core thread before the first commit, whose way through the queue shows it here.
  std::shared_ptr<const std::function<void(const Step&)>> on_committed;

  Tick retired_at;        // journal thread
  bool retiring = false;  // journal thread: the last slice removed something
  std::vector<std::thread> threads;
};

Journal::State::State(Loop& l, const Clock& c, telemetry::Metrics& metrics,
                      std::unique_ptr<Store> s, JournalSettings js,
                      std::function<void(const std::string&)> fatal)
    : loop(l),
      clock(c),
      settings(js),
      on_fatal(std::move(fatal)),
      commit_seconds(metrics.histogram(
          "tillbridge_journal_commit_seconds", "Time of one commit with its sync.",
          {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2})),
      steps_per_commit(metrics.histogram("tillbridge_journal_steps_per_commit",
                                         "Steps that shared one sync.",
                                         {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000})),
      queued_gauge(metrics.gauge("tillbridge_journal_queued", "Steps that wait for a commit.")),
      failed_unavailable(metrics.counter("tillbridge_journal_failures_total",
                                         "Commits that failed, by kind.",
                                         {{"kind", "unavailable"}})),
      failed_corrupt(metrics.counter("tillbridge_journal_failures_total",
                                     "Commits that failed, by kind.", {{"kind", "corrupt"}})),
      store(std::move(s)) {}

void Journal::State::commit_soon(CommitPtr commit) {
  gathered.push_back(std::move(commit));
  if (gathered.size() >= handed_over_at) return hand_over();
  if (gathered.size() > 1) return;
  asio::post(loop, [told = weak_from_this()] {
    if (const auto self = told.lock()) self->hand_over();
  });
}

void Journal::State::hand_over() {
  if (gathered.empty()) return;
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex);
    commits.insert(commits.end(), std::move_iterator(gathered.begin()),
                   std::move_iterator(gathered.end()));
    waiting = commits.size();
  }
  gathered.clear();
  queued_gauge.set(static_cast<double>(waiting));
  commits_wait.notify_one();
}

void Journal::State::read_soon(std::function<void(Reader&)> work, ReadWaiter waiter) {
  {
    const std::lock_guard lock(mutex);
    reads.push_back(Read{std::move(work), std::move(waiter)});
  }
  reads_wait.notify_one();
}

void Journal::State::write_until_stopped() {
  for (;;) {
    std::vector<CommitPtr> batch;
    bool idle = false;
    {
      std::unique_lock lock(mutex);
      const auto pause = retiring ? Duration{0} : settings.retire_every;
      commits_wait.wait_for(lock, pause, [this] { return stopping || !commits.empty(); });
      if (commits.empty() && stopping) return;
      const auto some =
          static_cast<std::ptrdiff_t>(std::min(commits.size(), settings.steps_per_commit_max));
      batch.assign(std::move_iterator(commits.begin()), std::move_iterator(commits.begin() + some));
      commits.erase(commits.begin(), commits.begin() + some);
      idle = commits.empty();
      queued_gauge.set(static_cast<double>(commits.size()));
    }
    try {
      if (!batch.empty()) write(std::move(batch));
      writer->maintain();
      retire_if_due(idle);
    } catch (const std::exception& e) {
      tell_fatal(std::string("the journal thread failed: ") + e.what());
    }
  }
}

void Journal::State::write(std::vector<CommitPtr> batch) {
  std::vector<Step> steps;
  steps.reserve(batch.size());
  for (const CommitPtr& commit : batch) steps.push_back(std::move(commit->step));
  const auto began = clock.tick();
  auto receipts = writer->apply(steps);
  commit_seconds.observe(std::chrono::duration<double>(clock.tick() - began).count());
  steps_per_commit.observe(static_cast<double>(steps.size()));
  if (receipts) {
    for (std::size_t at = 0; at < batch.size(); ++at)
      batch[at]->answer = std::move((*receipts)[at]);
  } else if (receipts.error().kind == Error::Kind::unavailable || steps.size() == 1) {
    const bool corrupt = receipts.error().kind != Error::Kind::unavailable;
    (corrupt ? failed_corrupt : failed_unavailable).add();
    telemetry::log(
        telemetry::Level::error, "journal_commit_failed",
        {{"steps", static_cast<std::int64_t>(steps.size())}, {"reason", receipts.error().what}});
    for (const CommitPtr& commit : batch) commit->answer = fail(receipts.error());
  } else {
    // One step of the batch is wrong: its neighbours must not fail with it.
    for (std::size_t at = 0; at < batch.size(); ++at) {
      std::vector<CommitPtr> one;
      one.push_back(std::move(batch[at]));
      one.front()->step = std::move(steps[at]);
      write(std::move(one));
    }
    return;
  }
  for (std::size_t at = 0; receipts && on_committed && at < steps.size(); ++at) {
    if (!steps[at].only_if_fresh || batch[at]->answer->duplicate_arrivals.empty()) continue;
    Step stored;
    stored.arrivals = std::move(steps[at].arrivals);
    steps[at] = std::move(stored);
  }
  // The steps travel back only where somebody wants them; who does may be gone before the loop is.
  if (!receipts || !on_committed) steps.clear();
  asio::post(loop, [answered = std::move(batch), done = std::move(steps),
                    told = std::weak_ptr(on_committed)]() mutable {
    const auto tell = done.empty() ? nullptr : told.lock();
    for (std::size_t at = 0; at < answered.size(); ++at) {
      if (tell) (*tell)(done[at]);
      const CommitPtr commit = std::move(answered[at]);
      std::move(commit->waiter.complete)(std::move(commit->answer));
    }
  });
}

void Journal::State::retire_if_due(bool idle) {
  const auto since = clock.tick() - retired_at;
  const bool due = retiring || since >= settings.retire_every;
  const bool overdue = since >= settings.retire_every * retire_overdue_factor;
  if (!(idle && due) && !overdue) return;
  const auto gone = writer->retire(settings.retention, clock.now(), retire_rows_per_slice);
  retiring = gone && *gone > 0;
  if (!retiring || overdue) retired_at = clock.tick();
  if (!gone) {
    telemetry::log(telemetry::Level::error, "journal_retention_failed",
                   {{"reason", gone.error().what}});
  }
}

void Journal::State::read_until_stopped(Reader& reader) {
  for (;;) {
    Read read;
    {
      std::unique_lock lock(mutex);
      reads_wait.wait(lock, [this] { return stopping || !reads.empty(); });
      if (reads.empty()) return;
      read.work = std::move(reads.front().work);
      read.waiter = std::move(reads.front().waiter);
      reads.pop_front();
    }
    try {
      read.work(reader);
    } catch (const std::exception& e) {
      telemetry::log(telemetry::Level::error, "journal_read_failed", {{"reason", e.what()}});
    }
    read.work = nullptr;  // what the query captured goes here, not on the core thread
    asio::post(loop, [waiter = std::move(read.waiter)]() mutable {
      const auto mine = std::move(waiter);
      std::move(mine->complete)(true);
    });
  }
}

void Journal::State::tell_fatal(const std::string& what) {
  asio::post(loop, [tell = on_fatal, what] {
    if (tell) tell(what);
  });
}

void Journal::State::stop() {
  hand_over();
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  commits_wait.notify_all();
  reads_wait.notify_all();
  for (auto& thread : threads) thread.join();
  threads.clear();
}

Journal::Journal(Loop& loop, const Clock& clock, telemetry::Metrics& metrics,
                 std::unique_ptr<Store> store, JournalSettings settings,
                 std::function<void(const std::string&)> on_fatal)
    : state_(std::make_shared<State>(loop, clock, metrics, std::move(store), settings,
                                     std::move(on_fatal))) {}

Journal::~Journal() {
  stop();
}

Result<void> Journal::start() {
  TB_ASSERT(!state_->started);
  TB_TRY(auto writer, state_->store->open_writer());
  state_->writer = std::move(writer);
  for (int at = 0; at < std::max(1, state_->settings.readers); ++at) {
    TB_TRY(auto reader, state_->store->open_reader());
    state_->readers.push_back(std::move(reader));
  }
  state_->started = true;
  state_->retired_at = state_->clock.tick();
  auto* state = state_.get();
  state_->threads.emplace_back([state] { state->write_until_stopped(); });
  for (auto& reader : state_->readers) {
    state_->threads.emplace_back([state, r = reader.get()] { state->read_until_stopped(*r); });
  }
  return {};
}

Task<Result<Receipt>> Journal::commit(Step step) {
  const auto state = state_;
  {
    const std::lock_guard lock(state->mutex);
    if (state->stopping || !state->started) {
      co_return fail(Error::Kind::unavailable, "the journal is not running");
    }
    if (state->gathered.size() + state->commits.size() >= state->settings.steps_queued_max) {
      state->failed_unavailable.add();
      co_return fail(Error::Kind::unavailable, "the journal's queue is full; try again later");
    }
  }
  // SAFETY: the step stands in this coroutine's frame, and is taken from there before it waits.
  const auto begin = [](auto&& handler, State* to, Step* work) {
    to->commit_soon(std::make_unique<Commit>(
        std::move(*work), std::forward<decltype(handler)>(handler), to->loop.get_executor()));
  };
  auto waiting = asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<Receipt>)>(
      begin, awaiting, state.get(), &step);
  co_return co_await std::move(waiting);
}

Task<void> Journal::run_on_reader(std::function<void(Reader&)> work) {
  const auto state = state_;
  {
    const std::lock_guard lock(state->mutex);
    if (state->stopping || !state->started || state->reads.size() >= reads_queued_max) co_return;
  }
  const auto begin = [](auto&& handler, State* to, std::function<void(Reader&)> query) {
    to->read_soon(std::move(query),
                  std::make_unique<Waiter<bool>>(std::forward<decltype(handler)>(handler),
                                                 to->loop.get_executor()));
  };
  auto waiting = asio::async_initiate<const asio::use_awaitable_t<Executor>, void(bool)>(
      begin, awaiting, state.get(), std::move(work));
  co_await std::move(waiting);
}

Task<Result<void>> Journal::backup(std::string target_file) {
  // On a reader's thread: the writer's backup() is the one call that may run beside apply().
  auto answer =
      std::make_shared<Result<void>>(fail(Error::Kind::unavailable, "the journal is stopping"));
  std::function<void(Reader&)> work = [answer, state = state_.get(), target_file](Reader&) {
    *answer = state->writer->backup(target_file, nullptr);
  };
  co_await run_on_reader(std::move(work));
  co_return std::move(*answer);
}

void Journal::on_committed(std::function<void(const Step&)> then) {
  state_->on_committed =
      then ? std::make_shared<const std::function<void(const Step&)>>(std::move(then)) : nullptr;
}

std::size_t Journal::queued() const {
  const std::lock_guard lock(state_->mutex);
  return state_->gathered.size() + state_->commits.size();
}

void Journal::stop() {
  state_->stop();
}

}  // namespace tillbridge::journal
