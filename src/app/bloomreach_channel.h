#pragma once
// Joins the engine's parcels with Bloomreach's batches: the one place that knows both. Core thread.

#include "connectors/bloomreach/tracking_client.h"
#include "engine/courier.h"

namespace tillbridge::app {

class BloomreachChannel final : public engine::Channel {
 public:
  BloomreachChannel(outbound::Transport& transport, const Clock& clock,
                    connectors::bloomreach::Config config);
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  connectors::bloomreach::Config config_;
  connectors::bloomreach::TrackingClient client_;
};

}  // namespace tillbridge::app
