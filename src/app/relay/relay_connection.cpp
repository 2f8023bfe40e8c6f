#include "app/relay/relay_connection.h"

#include <algorithm>

#include "app/relay/rewritten.h"
#include "base/assert.h"
#include "flows/order_to_relay.h"

namespace tillbridge::app {
namespace {

using connectors::relay::Written;

journal::PutFact forgotten(std::string key) {
  journal::PutFact fact;
  fact.key = std::move(key);
  return fact;
}

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

RelayChannel::RelayChannel(Surroundings on, std::string workspace,
                           const connectors::relay::Config& endpoint)
    : journal_(on.journal),
      workspace_(std::move(workspace)),
      client_(on.transport, on.clock, endpoint) {}

Task<engine::Channel::Answer> RelayChannel::send(std::vector<engine::Parcel> parcels,
                                                 engine::Route /*route*/) {
  TB_ASSERT(parcels.size() == 1 && parcels.front().parts.size() == 1);
  engine::Parcel& parcel = parcels.front();
  Answer answer;
  engine::PartResults results;
  results.parts_sent = 1;
  const auto written = co_await who_wrote(parcel.item);
  if (written) {
    answer.call = co_await client_.post(std::move(parcel.parts.front()), *written);
  } else {
    answer.call.kind = Outcome::Kind::transient;  // after a pause, as if it had been made
    answer.call.reason = "not called: " + written.error().what;
  }
  if (answer.call.kind == Outcome::Kind::delivered && *written == Written::by_person)
    answer.facts.push_back(forgotten(rewritten_fact(parcel.item.id)));
  results.outcomes.push_back(answer.call);
  answer.results.push_back(std::move(results));
  co_return answer;
}

// Nobody writes another document before the first one was refused or waited for too long.
Task<Result<Written>> RelayChannel::who_wrote(engine::Item item) {
  if (item.next_trigger == journal::Trigger::first) co_return Written::planned;
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace = workspace_,
                                                           connection = client_.config().name,
                                                           id = item.id](journal::Reader& reader) {
    const std::vector<std::string> keys{rewritten_fact(id)};
    return reader.facts(workspace, connection, keys);
  };
  const auto values = co_await journal_.read<Values>(std::move(query));
  if (!values) co_return fail(values.error());
  co_return values->front() ? Written::by_person : Written::planned;
}

RelayConnection::RelayConnection(Surroundings on, const Workspace& workspace,
                                 const RelaySettings& relay, engine::LagBoard& lag)
    : TargetConnection(relay.endpoint.name, relay.mode) {
  Carrier all;
  all.channel = std::make_unique<RelayChannel>(on, workspace.name, relay.endpoint);
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
