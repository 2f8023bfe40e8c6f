#pragma once
// Tracked effects -> Bloomreach command bytes (bloomreach.md 5.2, 5.3, 5.5). Pure and
// deterministic: the same effect gives the same bytes on every day and node, because identical
// resends are how ambiguity is settled (5.6). Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "model/tracking.h"

namespace tillbridge::connectors::bloomreach {

// One part of a delivery: {"name":"customers/events","data":{...}} without command_id, which is
// added per call.
std::string part_bytes(const model::TrackedEffect& effect);

struct Command {
  std::string command_id;  // unique in the call, echoed in its result
  std::string_view part;   // part_bytes
};
// The body of POST .../batch.
std::string batch_body(const std::vector<Command>& commands);

}  // namespace tillbridge::connectors::bloomreach
