#pragma once
// What the engine knows of a waiting delivery: facts only, bodies stay on disk.

#include <cstdint>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/step.h"

namespace tillbridge::engine {

// What can be paused by itself within a connection.
enum class PauseKind : std::uint8_t { store, flow };

struct Item {
  DeliveryId id;
  RecordId record;
  std::uint64_t lane = 0;  // stable_hash of workspace, connection and lane key
  Instant happened_at;     // business time
  std::uint64_t parts_done = 0;
  std::uint32_t attempts = 0;       // that count
  std::uint32_t attempts_made = 0;  // all
  std::uint16_t lag_series = 0;     // of LagBoard, which lets stores share one ...
  std::uint16_t flow = 0;           // numbers of the connection's own: what can be paused
  std::uint32_t store = 0;
  Instant late_from;  // ... which counts it from here
  std::uint8_t parts = 1;
  journal::Priority priority = journal::Priority::sale;
  journal::OnReject on_reject = journal::OnReject::park;
  journal::Settle settle = journal::Settle::resend;
  journal::Trigger next_trigger = journal::Trigger::first;
  bool alone = false;  // a call with others was refused: goes the usual way from now on
  bool echo = false;   // an earlier call of it may still be at work at the platform (dispatch.h)

  std::uint32_t parts_left() const {
    return parts - static_cast<std::uint32_t>(__builtin_popcountll(parts_done));
  }
};

}  // namespace tillbridge::engine
