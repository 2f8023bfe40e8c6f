#pragma once
// Everything that a seed decides before the first event: who buys what and when, the engine's
// settings, and how badly source, platform and process behave. Times count from the start.

#include <cstdint>
#include <vector>

#include "engine/dispatch.h"
#include "engine/reads.h"

namespace tillbridge::sim {

enum class Poison { none, transient, rejected, blocked };

constexpr Duration never = std::chrono::hours{1'000'000};

struct Order {
  std::uint32_t customer = 0;
  Duration announced_at{0};
  Duration announced_again_at = never;
  Duration settling{0};
  Duration known_at{0};  // the source answers 404 until then
  std::uint8_t parts = 1;
  bool rejected = false;      // the platform refuses its last part for good
  bool poison_read = false;   // a read call with it in it is refused as a whole
  bool poison_sends = false;  // of the poison customer
};

struct Outage {
  Duration from{0};
  Duration to{0};
};

// Chances per call, while faults last.
struct CallFaults {
  double throttled = 0;  // half of them without a time
  double server_error = 0;
  double ambiguous_before = 0;
  double ambiguous_after = 0;
  double hang = 0;
  double part_transient = 0;  // per part of a good call
  std::vector<Outage> outages = {};
};

struct Scenario {
  std::uint64_t seed = 0;
  std::uint32_t customers = 1;
  Poison poison = Poison::none;
  std::vector<Order> orders;
  engine::ReadsSettings reads;
  engine::DispatchSettings dispatch;
  Duration sequencer_wait{0};
  Duration not_found_for{0};
  CallFaults read_faults;
  CallFaults send_faults;
  Duration faults_end{0};
  Duration operator_at{0};  // the reason for blocking is mended, blocked heads are sent again
  std::vector<std::uint32_t> crash_after_events;
  Duration healthy_lanes_done_by{0};
  Duration all_done_by{0};
};

Scenario make_scenario(std::uint64_t seed);

}  // namespace tillbridge::sim
