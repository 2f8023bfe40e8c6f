#pragma once
// A workspace's Bloomreach project. Core thread.

#include "app/target_connection.h"

namespace tillbridge::app {

class BloomreachConnection final : public TargetConnection {
 public:
  BloomreachConnection(Surroundings on, const Workspace& workspace, engine::LagBoard& lag);
};

}  // namespace tillbridge::app
