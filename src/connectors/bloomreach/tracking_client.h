#pragma once
// Bloomreach's tracking API (bloomreach.md 3 to 5): one call per function call, no retries of its
// own. Limits: 50 commands a batch, 100 requests/s per source IP by default; no request
// compression; HTTP 200 is not success.

#include <string>
#include <vector>

#include "base/outcome.h"
#include "connectors/bloomreach/commands.h"
#include "connectors/bloomreach/config.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

struct BatchAnswer {
  Outcome call;  // what became of the call as a whole
  std::vector<Outcome>
      commands;  // one per command, in the order sent (all equal to `call` when the call failed)
};

// What an answer to a batch of these commands means. Pure: the whole error knowledge of
// bloomreach.md 3 is here. Results are matched by command_id, then by position; a 200 whose results
// are missing is ambiguous.
BatchAnswer classify_batch(const Result<outbound::HttpAnswer>& answer,
                           const std::vector<Command>& commands);

class TrackingClient {
 public:
  TrackingClient(outbound::Transport& transport, const Clock& clock, Config config);
  // The parts behind the commands' views must outlive the call.
  Task<BatchAnswer> send_batch(std::vector<Command> commands);
  // GET system/time with the credentials: for `tillbridge check` and the breaker's probe.
  Task<Outcome> ping();

 private:
  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
};

}  // namespace tillbridge::connectors::bloomreach
