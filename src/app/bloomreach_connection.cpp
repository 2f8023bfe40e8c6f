#include "app/bloomreach_connection.h"

#include "app/bloomreach_channel.h"

namespace tillbridge::app {
namespace {

constexpr const char* bloomreach = "bloomreach";

engine::CourierSettings courier_settings(const Workspace& workspace) {
  engine::CourierSettings settings;
  settings.workspace = workspace.name;
  settings.connection = bloomreach;
  settings.dispatch.budget = {workspace.bloomreach.requests_per_second,
                              workspace.bloomreach.requests_per_second, 0.0};
  settings.dispatch.breaker = workspace.breaker;
  settings.dispatch.retry = workspace.retry;
  settings.dispatch.calls_in_flight_max = workspace.bloomreach.requests_in_flight_max;
  settings.dispatch.parts_per_call_max = workspace.bloomreach.commands_per_batch_max;
  return settings;
}

}  // namespace

BloomreachConnection::BloomreachConnection(Surroundings on, const Workspace& workspace,
                                           engine::LagBoard& lag)
    : TargetConnection(bloomreach, workspace.bloomreach_mode) {
  Carrier all;
  all.channel = std::make_unique<BloomreachChannel>(on.transport, on.clock, workspace.bloomreach);
  all.courier = std::make_unique<engine::Courier>(on.loop, on.clock, on.journal, on.ids, on.metrics,
                                                  lag, courier_settings(workspace), *all.channel);
  carriers_.push_back(std::move(all));
  take_up_mode();
}

}  // namespace tillbridge::app
