#pragma once
// The Journal as the hub uses it: a Store on its threads. commit() is durable when it returns; all
// commits queued since the last sync share the next one (group commit, no timer). Reads run on
// reader threads. Call from the core thread; everything resumes there.

#include <functional>
#include <memory>
#include <type_traits>

#include "base/async.h"
#include "journal/store.h"
#include "telemetry/metrics.h"

namespace tillbridge::journal {

struct JournalSettings {
  std::size_t steps_queued_max =
      20'000;  // LIMIT: beyond it commit() answers unavailable at once (503 to senders)
  std::size_t steps_per_commit_max = 2'000;
  int readers = 2;
  Retention retention = {};
  Duration retire_every = std::chrono::minutes{1};
};

class Journal {
 public:
  // The store must be open for nobody else. on_fatal is told when the process must stop (failed
  // sync); core thread.
  Journal(Loop& loop, const Clock& clock, telemetry::Metrics& metrics, std::unique_ptr<Store> store,
          JournalSettings settings, std::function<void(const std::string&)> on_fatal);
  ~Journal();  // waits for queued commits
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  Result<void> start();

  Task<Result<Receipt>> commit(Step step);
  // Told of every step once it is durable and before its commit() resumes; core thread. Set before
  // the first commit.
  void on_committed(std::function<void(const Step&)> then);

  // Runs a query on a reader thread: co_await journal.read<Counts>([](Reader& r) { return
  // r.counts(); }); The query must not touch core state: it captures by value.
  template <typename T>
  Task<Result<T>> read(std::function<Result<T>(Reader&)> query);

  Task<Result<void>> backup(std::string target_file);

  std::size_t queued() const;
  // Stops taking commits, finishes the queued ones, joins the threads.
  void stop();

 private:
  struct State;
  Task<void> run_on_reader(std::function<void(Reader&)> work);
  std::shared_ptr<State> state_;
};

template <typename T>
Task<Result<T>> Journal::read(std::function<Result<T>(Reader&)> query) {
  auto answer = std::make_shared<Result<T>>(
      fail(Error::Kind::unavailable, "the journal is stopping or has too many reads waiting"));
  std::function<void(Reader&)> work = [answer, query = std::move(query)](Reader& reader) {
    *answer = query(reader);
  };
  co_await run_on_reader(std::move(work));
  co_return std::move(*answer);
}

}  // namespace tillbridge::journal
