#pragma once
// Of several hubs on one journal, in each one's metrics: does it lead, and do its leases hold? Any
// thread.

#include <cstddef>

#include "base/clock.h"
#include "telemetry/metrics.h"

namespace tillbridge::app {

struct LeaseFigures {
  bool leads = false;
  std::size_t shards = 0;  // leased, of 256
  Duration left{0};        // until they run out, unless they are renewed
};

void show_leases(telemetry::Metrics& metrics, const LeaseFigures& figures);
// Of a hub that has no others beside it: no leases.
void show_alone(telemetry::Metrics& metrics);

}  // namespace tillbridge::app
