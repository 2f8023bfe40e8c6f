#pragma once
// What a pause does among the connections of one workspace, in whichever hub they are. Core thread.

#include <memory>
#include <string>
#include <vector>

#include "app/target_connection.h"

namespace tillbridge::app {

using TargetConnections = std::vector<std::unique_ptr<TargetConnection>>;

// A store's or a flow's part of each of them waits, or goes on.
void pause_part(const TargetConnections& connections, const PausedPart& part, bool paused);
// As Reader::pauses() names it: "store/<name>", "flow/<name>", or one connection. False: none of
// them has that name.
bool pause_named(const TargetConnections& connections, const std::string& what, bool paused);

}  // namespace tillbridge::app
