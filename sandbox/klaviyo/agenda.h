#pragma once
// What the account still has to do behind its 202s. Core thread; nothing runs by itself, the
// simulator does what is due at each call and in its own task.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace sandbox::klaviyo {

class Agenda {
 public:
  using Work = std::function<void()>;

  // Events and consent: in order of acceptance, whatever their delays.
  void write(tillbridge::Tick due, Work work) {
    if (!writes_.empty()) due = std::max(due, writes_.back().first);
    writes_.emplace_back(due, std::move(work));
  }
  // Jobs, merges, deletions: each at its own time.
  void at(tillbridge::Tick due, Work work) { timed_.emplace(due, std::move(work)); }

  void run_due(tillbridge::Tick now) {
    while (!writes_.empty() && writes_.front().first <= now) run_first_write();
    while (!timed_.empty() && timed_.begin()->first <= now) {
      const auto next = timed_.extract(timed_.begin());
      next.mapped()();
    }
  }
  void run_all_writes() {
    while (!writes_.empty()) run_first_write();
  }
  std::optional<tillbridge::Tick> next_due() const {
    std::optional<tillbridge::Tick> next;
    if (!writes_.empty()) next = writes_.front().first;
    if (!timed_.empty())
      next = std::min(next.value_or(timed_.begin()->first), timed_.begin()->first);
    return next;
  }
  std::size_t waiting_writes() const { return writes_.size(); }

 private:
  void run_first_write() {
    const Work work = std::move(writes_.front().second);
    writes_.pop_front();
    work();
  }

  std::deque<std::pair<tillbridge::Tick, Work>> writes_;
  std::multimap<tillbridge::Tick, Work> timed_;
};

}  // namespace sandbox::klaviyo
