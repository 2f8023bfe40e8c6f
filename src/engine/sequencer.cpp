#include "engine/sequencer.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {

void Sequencer::expect(ArrivalId id) {
  open_.emplace(id, Entry{});
}

void Sequencer::ready(ArrivalId id, Tick now) {
  const auto found = open_.find(id);
  TB_ASSERT(found != open_.end());
  if (found->second.ready) return;
  found->second.ready = true;
  found->second.ready_at = now;
  ready_.emplace(now, id);
}

void Sequencer::drop(ArrivalId id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  if (found->second.ready) ready_.erase({found->second.ready_at, id});
  open_.erase(found);
}

std::vector<Release> Sequencer::release(Tick now) {
  std::vector<Release> released;
  std::vector<ArrivalId> overtaken;  // not ready, and an arrival behind them has waited long enough
  // Up to the last one whose wait is over, nothing waits: it would hold that one up again.
  ArrivalId over_up_to{};
  for (const auto& [ready_at, id] : ready_) {
    if (now - ready_at < wait_max_) break;
    over_up_to = std::max(over_up_to, id);
  }
  bool all_ready_so_far = true;
  for (auto it = open_.begin(); it != open_.end() && !ready_.empty();) {
    Entry& entry = it->second;
    if (!entry.ready) {
      if (!entry.passed_over) {
        all_ready_so_far = false;
        overtaken.push_back(it->first);
      }
      ++it;
      continue;
    }
    const bool waited_enough = it->first <= over_up_to;
    if (!all_ready_so_far && !entry.passed_over && !waited_enough) break;
    Release release{it->first, entry.passed_over, {}};
    if (!all_ready_so_far && !entry.passed_over) {
      release.moved_past = overtaken;
      for (const ArrivalId passed : overtaken) open_.at(passed).passed_over = true;
      overtaken.clear();
      all_ready_so_far = true;
    }
    released.push_back(std::move(release));
    ready_.erase({entry.ready_at, it->first});
    it = open_.erase(it);
  }
  return released;
}

std::optional<Tick> Sequencer::wake_at() const {
  if (ready_.empty()) return std::nullopt;
  return ready_.begin()->first + wait_max_;
}

}  // namespace tillbridge::engine
