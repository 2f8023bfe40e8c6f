#pragma once
// Business order out of parallel reads (DESIGN 4 "Lanes and sequencing"): arrivals of one source
// connection are handed on in the order in which they arrived, although they become ready in any
// order. An arrival that stays behind holds the others up for a bounded time only; then the
// sequencer moves on and says so. Pure; one thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace tillbridge::engine {

struct Release {
  ArrivalId id;
  bool passed_over = false;           // it had been given up waiting for; it goes on late
  std::vector<ArrivalId> moved_past;  // those that this release did not wait for any longer
};

class Sequencer {
 public:
  // wait_max: how long a ready arrival waits at most for earlier ones that are not, however many
  // of them there are.
  explicit Sequencer(Duration wait_max) : wait_max_(wait_max) {}

  void expect(ArrivalId id);  // ids rise
  void ready(ArrivalId id, Tick now);
  void drop(ArrivalId id);  // it will never be ready (closed as a case, ignored)

  // Everything that may go on now, in order.
  std::vector<Release> release(Tick now);
  // When release() has something to do although nothing became ready.
  std::optional<Tick> wake_at() const;

  std::size_t waiting() const { return open_.size(); }
  std::size_t ready_and_waiting() const { return ready_.size(); }

 private:
  struct Entry {
    bool ready = false;
    bool passed_over = false;
    Tick ready_at{};
  };
  std::map<ArrivalId, Entry> open_;
  std::set<std::pair<Tick, ArrivalId>> ready_;  // longest wait first
  Duration wait_max_;
};

}  // namespace tillbridge::engine
