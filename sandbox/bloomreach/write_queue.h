#pragma once
// Accepted writes on their way to the profiles: reads see them only after the project's delay
// (contract 5.7). Core thread; nothing runs by itself, the simulator applies what is due at each
// call.

#include <cstddef>
#include <map>

#include "base/clock.h"
#include "bloomreach/command.h"
#include "bloomreach/profile_store.h"

namespace sandbox::bloomreach {

class WriteQueue {
 public:
  void push(Command command, tillbridge::Tick due) { waiting_.emplace(due, std::move(command)); }
  void apply_due(ProfileStore& store, const Settings& settings, tillbridge::Tick now,
                 double now_s) {
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
      const auto next = waiting_.extract(waiting_.begin());
      store.apply(next.mapped(), settings, now_s);
    }
  }
  std::size_t size() const { return waiting_.size(); }

 private:
  std::multimap<tillbridge::Tick, Command> waiting_;  // equal times keep the order of acceptance
};

}  // namespace sandbox::bloomreach
