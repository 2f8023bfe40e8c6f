#pragma once
// What every running part of a hub stands on. References outlive the parts. Core thread.

#include "base/async.h"
#include "base/ids.h"
#include "journal/journal.h"
#include "outbound/transport.h"
#include "telemetry/metrics.h"

namespace tillbridge::app {

struct Surroundings {
  Loop& loop;
  const Clock& clock;
  journal::Journal& journal;
  IdSource& ids;
  telemetry::Metrics& metrics;
  outbound::Transport& transport;
};

}  // namespace tillbridge::app
