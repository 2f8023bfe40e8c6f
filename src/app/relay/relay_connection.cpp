#include "app/relay/relay_connection.h"

#include <algorithm>

#include "base/assert.h"
#include "flows/order_to_relay.h"

namespace tillbridge::app {
namespace {

engine::CourierSettings courier_settings(const Workspace& workspace, const RelaySettings& relay) {
  engine::CourierSettings settings;
  settings.workspace = workspace.name;
  settings.connection = relay.endpoint.name;
  settings.shared = relay.mode == Mode::live;
  // So many calls may begin at once after a quiet time.
  const double burst = std::max<double>(relay.calls_per_second, relay.calls_in_flight_max);
  settings.dispatch.budget = {relay.calls_per_second, burst, 0.0};
  settings.dispatch.breaker = workspace.breaker;
  settings.dispatch.retry = workspace.retry;
  settings.dispatch.retry.patience = relay.patience;
  settings.dispatch.calls_in_flight_max = relay.calls_in_flight_max;
  settings.dispatch.parts_per_call_max = 1;
  return settings;
}

}  // namespace

RelayChannel::RelayChannel(outbound::Transport& transport, const Clock& clock,
                           const connectors::relay::Config& endpoint)
    : client_(transport, clock, endpoint) {}

Task<engine::Channel::Answer> RelayChannel::send(std::vector<engine::Parcel> parcels,
                                                 engine::Route /*route*/) {
  TB_ASSERT(parcels.size() == 1 && parcels.front().parts.size() == 1);
  Answer answer;
  answer.call = co_await client_.post(std::move(parcels.front().parts.front()));
  engine::PartResults results;
  results.parts_sent = 1;
  results.outcomes.push_back(answer.call);
  answer.results.push_back(std::move(results));
  co_return answer;
}

RelayConnection::RelayConnection(Surroundings on, const Workspace& workspace,
                                 const RelaySettings& relay, engine::LagBoard& lag)
    : TargetConnection(relay.endpoint.name, relay.mode) {
  Carrier all;
  all.channel = std::make_unique<RelayChannel>(on.transport, on.clock, relay.endpoint);
  all.courier =
      std::make_unique<engine::Courier>(on.loop, on.clock, on.journal, on.ids, on.metrics, lag,
                                        courier_settings(workspace, relay), *all.channel);
  carriers_.push_back(std::move(all));
  take_up_mode();
}

std::vector<std::string> RelayConnection::flows() const {
  return {std::string(flows::order_to_relay_flow)};
}

}  // namespace tillbridge::app
