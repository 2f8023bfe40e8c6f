#include "app/bloomreach_connection.h"

#include "app/bloomreach_channel.h"
#include "flows/customer_to_bloomreach.h"

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

BloomreachSourceSettings source_settings(const Workspace& workspace) {
  BloomreachSourceSettings settings;
  settings.connection = bloomreach;
  settings.hard_id = workspace.bloomreach_flows.hard_id;
  settings.mapping = flows::customer_mapping_of(workspace.bloomreach_flows);
  settings.categories = workspace.crm.categories;
  settings.country = workspace.sitoo.country;
  settings.sync_segmentation = workspace.crm_sync_segmentation;
  return settings;
}

// A share is kept for tills when others read as well.
engine::BudgetSettings read_budget(const Workspace& workspace) {
  return {workspace.crm_reads_per_second, workspace.crm_reads_per_second, 0.5};
}

}  // namespace

BloomreachConnection::BloomreachConnection(Surroundings on, const Workspace& workspace,
                                           engine::LagBoard& lag)
    : TargetConnection(bloomreach, workspace.bloomreach_mode),
      customers_(on.transport, on.clock, workspace.bloomreach),
      reads_(on.clock, read_budget(workspace), workspace.breaker),
      source_(customers_, reads_, source_settings(workspace)) {
  Carrier all;
  all.channel = std::make_unique<BloomreachChannel>(
      on.transport, workspace.bloomreach,
      BloomreachLookUps{on.clock, on.ids, workspace.name, customers_, reads_});
  all.courier = std::make_unique<engine::Courier>(on.loop, on.clock, on.journal, on.ids, on.metrics,
                                                  lag, courier_settings(workspace), *all.channel);
  carriers_.push_back(std::move(all));
  take_up_mode();
}

}  // namespace tillbridge::app
