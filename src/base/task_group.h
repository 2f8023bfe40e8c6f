#pragma once
// A TaskGroup owns the coroutines that a component started: nothing is detached, stop() is a
// promise. Core thread only.

#include <functional>
#include <memory>
#include <string>

#include "base/async.h"

namespace tillbridge {

// An event that coroutines of the core thread wait for: set() wakes all current waiters.
class Signal {
 public:
  explicit Signal(Loop& loop);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify();
  // Returns at the next notify() or after at most this long.
  Task<void> wait(Duration at_most);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class TaskGroup {
 public:
  // on_failure is told of an exception that escaped a task (a defect: it is logged, the task is
  // gone).
  TaskGroup(Loop& loop, std::function<void(const std::string& what)> on_failure);
  ~TaskGroup();  // must be empty
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void start(Task<void> task);
  std::size_t running() const { return running_; }

  // Asks tasks to end; they look at stopping() after each await.
  void request_stop();
  bool stopping() const { return stopping_; }

  // Returns when all tasks have ended.
  Task<void> join();

 private:
  Loop& loop_;
  std::function<void(const std::string&)> on_failure_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  Signal ended_;
};

}  // namespace tillbridge
