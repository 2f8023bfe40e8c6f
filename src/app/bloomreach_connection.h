#pragma once
// A workspace's Bloomreach project. Core thread.

#include "app/bloomreach_source.h"
#include "app/target_connection.h"

namespace tillbridge::app {

class BloomreachConnection final : public TargetConnection {
 public:
  BloomreachConnection(Surroundings on, const Workspace& workspace, engine::LagBoard& lag);

  connectors::bloomreach::CustomerClient& customers() { return customers_; }
  BloomreachSource& source() { return source_; }  // the tills' customer register, where it is

 private:
  connectors::bloomreach::CustomerClient customers_;
  ReadGate reads_;
  BloomreachSource source_;
};

}  // namespace tillbridge::app
