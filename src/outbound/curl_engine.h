#pragma once
// Inside of the transport: libcurl's multi interface on a thread of its own, with queues per place
// and in all. Core thread, unless said otherwise inside.

#include <memory>

#include "outbound/call.h"
#include "telemetry/metrics.h"

namespace tillbridge::outbound {

class CurlEngine {
 public:
  // in_flight shows the calls under way.
  CurlEngine(Loop& loop, telemetry::Metrics& metrics, CurlSettings settings,
             telemetry::Gauge in_flight);
  ~CurlEngine();  // cancels what is in flight, joins the thread
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  Task<Result<HttpAnswer>> ask(std::unique_ptr<Call> call);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::outbound
