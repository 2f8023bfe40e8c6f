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
  ++ready_count_;
}

void Sequencer::drop(ArrivalId id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  if (found->second.ready) --ready_count_;
  open_.erase(found);
}

std::vector<Release> Sequencer::release(Tick now) {
  std::vector<Release> released;
  std::vector<ArrivalId> overtaken;  // not ready, and an arrival behind them has waited long enough
  bool all_ready_so_far = true;
  for (auto it = open_.begin(); it != open_.end() && ready_count_ > 0;) {
    Entry& entry = it->second;
    if (!entry.ready) {
      if (!entry.passed_over) {
        all_ready_so_far = false;
        overtaken.push_back(it->first);
      }
      ++it;
      continue;
    }
    const bool waited_enough = now - entry.ready_at >= wait_max_;
    if (!all_ready_so_far && !entry.passed_over && !waited_enough) break;
    Release release{it->first, entry.passed_over, {}};
    if (!all_ready_so_far && !entry.passed_over) {
      release.moved_past = overtaken;
      for (const ArrivalId passed : overtaken) open_.at(passed).passed_over = true;
      overtaken.clear();
      all_ready_so_far = true;
    }
    released.push_back(std::move(release));
    --ready_count_;
    it = open_.erase(it);
  }
  return released;
}

std::optional<Tick> Sequencer::wake_at() const {
  if (ready_count_ == 0) return std::nullopt;
  for (const auto& [id, entry] : open_) {
    if (entry.ready) return entry.ready_at + wait_max_;
  }
  return std::nullopt;
}

}  // namespace tillbridge::engine
