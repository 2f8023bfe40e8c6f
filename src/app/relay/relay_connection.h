#pragma once
// A system of the retailer's own that is told of every order event. Core thread.

#include "app/target_connection.h"
#include "connectors/relay/client.h"

namespace tillbridge::app {

// engine's parcels -> POSTs: a delivery is a call.
class RelayChannel final : public engine::Channel {
 public:
  RelayChannel(Surroundings on, std::string workspace, const connectors::relay::Config& endpoint);
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  Task<Result<connectors::relay::Written>> who_wrote(engine::Item item);

  journal::Journal& journal_;
  const std::string workspace_;
  connectors::relay::Client client_;
};

class RelayConnection final : public TargetConnection {
 public:
  RelayConnection(Surroundings on, const Workspace& workspace, const RelaySettings& relay,
                  engine::LagBoard& lag);
  std::vector<std::string> flows() const override;
};

}  // namespace tillbridge::app
