#pragma once
// One seed's run: virtual time, the source and the platform with their faults, the durable store,
// and a process (the pure engine with its drivers) that may die after any event. One thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "engine/sequencer.h"
#include "oracle.h"
#include "scenario.h"

namespace tillbridge::sim {

// Mistakes built into the drivers, to see that the oracle notices them.
enum class Sabotage {
  none,
  early_release,     // the next head goes before the outcome of this one is known
  swapped_releases,  // two releases of the sequencer change places
  forgotten_retry,   // what should be tried again is taken as done
  sent_again,        // what is done is queued once more
  generous_budget,   // the engine's bucket is twice the size
  generous_flight,   // one call too many at a time
  deaf_breaker,      // never opens
  shared_lane,       // all customers in one
  hasty_planning,    // what is planned does not wait until everything found is taken up
};

// What survives a crash.
struct Durable {
  enum class ArrivalState { received, resolved, in_case };
  struct Arrival {
    std::size_t order = 0;
    ArrivalState state = ArrivalState::received;
    Duration received_at{0};
  };
  enum class DeliveryState { waiting, delivered, parked, blocked };
  struct Delivery {
    engine::Item item;
    std::size_t order = 0;
    DeliveryState state = DeliveryState::waiting;
    Tick due;
  };
  std::map<ArrivalId, Arrival> arrivals;
  std::set<std::pair<std::size_t, int>> events;  // order and which announcement: duplicates
  std::map<DeliveryId, Delivery> deliveries;
  std::map<std::size_t, DeliveryId> by_order;  // an effect exists once
  std::set<ArrivalId> moved_past;
};

class Process;

class World {
 public:
  World(std::uint64_t seed, Sabotage sabotage);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Verdict& run();

 private:
  friend class Process;
  using Action = std::function<void()>;

  void at(Duration delay, Action action);          // happens whatever becomes of the process
  void in_process(Duration delay, Action action);  // dies with the process
  // Durable first, then the process is told; it may die before, between and after.
  void commit(Action durable, Action then);
  void announce(std::size_t order, int which);
  void send_again_blocked();
  void crash();
  void start_process();
  void check_end();
  void check_order(std::size_t order);

  Duration now() const { return now_; }
  Tick tick() const { return Tick{now_}; }
  Instant wall() const { return start_ + now_; }
  Duration random(Duration low, Duration high);
  bool outage(const CallFaults& faults) const;

  struct Event {
    Duration at{0};
    std::uint64_t number = 0;
    std::uint32_t life = 0;  // 0: not the process's
    Action action;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  Scenario scenario_;
  Sabotage sabotage_;
  Entropy entropy_;
  Verdict verdict_;
  PlatformLog log_;
  Durable durable_;
  std::priority_queue<Event> events_;
  std::uint64_t event_number_ = 0;
  Duration now_{0};
  Instant start_ = Instant{std::chrono::seconds{1'767'225'600}};
  std::uint32_t life_ = 1;
  std::unique_ptr<Process> process_;
  std::uint64_t last_id_ = 0;
  Duration committed_until_{0};
  std::set<std::pair<std::size_t, int>> acknowledged_;
  std::set<std::size_t> under_way_;  // orders in a call whose outcome is not durable yet
  bool mended_ = false;
};

}  // namespace tillbridge::sim
