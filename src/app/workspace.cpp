#include "app/workspace.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr std::string_view sitoo = "sitoo";
constexpr std::string_view bloomreach = "bloomreach";

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

ResolutionSettings resolution_settings(const Workspace& workspace) {
  ResolutionSettings settings;
  settings.workspace = workspace.name;
  settings.reads.budget = {workspace.sitoo.requests_per_second, workspace.sitoo.requests_per_second,
                           0.0};
  settings.reads.breaker = workspace.breaker;
  settings.reads.calls_in_flight_max = workspace.sitoo.requests_in_flight_max;
  settings.reads.subjects_per_call_max = workspace.sitoo.orders_per_list_max;
  settings.settling = workspace.settling;
  settings.sequencer_wait = workspace.sequencer_wait;
  settings.not_found_for = workspace.complete_within;
  return settings;
}

PlanningSettings planning_settings(const Workspace& workspace, std::uint32_t version) {
  PlanningSettings settings;
  settings.workspace = workspace.name;
  settings.zone = workspace.zone;
  settings.settings_version = version;
  settings.flows = workspace.bloomreach_flows;
  settings.sitoo = workspace.sitoo;
  settings.complete_within = workspace.complete_within;
  settings.incomplete_again = workspace.incomplete_again;
  settings.late_event_grace = workspace.late_event_grace;
  settings.profile_window = workspace.profile_window;
  settings.shadow = workspace.bloomreach_mode == Mode::shadow;
  return settings;
}

SafetyNetSettings safety_net_settings(const Workspace& workspace) {
  SafetyNetSettings settings;
  settings.workspace = workspace.name;
  settings.poll_every = workspace.poll.every;
  settings.overlap_orders = workspace.poll.overlap;
  settings.late_event_grace = workspace.late_event_grace;
  settings.open_orders_every = workspace.poll.open_orders_every;
  return settings;
}

ReceiverSettings receiver_settings(const Workspace& workspace) {
  ReceiverSettings settings;
  settings.workspace = workspace.name;
  settings.sitoo = workspace.sitoo;
  settings.settling = workspace.settling;
  return settings;
}

}  // namespace

WorkspaceRuntime::WorkspaceRuntime(Surroundings on, const Workspace& settings,
                                   std::uint32_t settings_version)
    : settings_(settings),
      channel_(on.transport, on.clock, settings.bloomreach),
      courier_(on.loop, on.clock, on.journal, on.ids, on.metrics, courier_settings(settings),
               channel_),
      sitoo_(on.transport, on.clock, settings.sitoo),
      planning_(on.loop, on.clock, on.journal, on.ids, on.metrics,
                planning_settings(settings, settings_version), sitoo_, courier_,
                [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }),
      resolution_(on.loop, on.clock, on.journal, on.ids, on.metrics, resolution_settings(settings),
                  sitoo_, planning_),
      receiver_(on.clock, on.journal, on.ids, on.metrics, receiver_settings(settings),
                [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }),
      safety_net_(on.loop, on.clock, on.journal, on.ids, on.metrics, safety_net_settings(settings),
                  sitoo_,
                  [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }) {
  if (settings_.bloomreach_mode == Mode::paused) courier_.pause();
  if (settings_.sitoo_mode == Mode::paused) resolution_.pause();
}

void WorkspaceRuntime::adopt(const journal::OpenArrival& arrival) {
  resolution_.adopt(arrival);
}
void WorkspaceRuntime::adopt(const journal::OpenDelivery& delivery) {
  courier_.adopt(delivery);
}

void WorkspaceRuntime::start(TaskGroup& tasks) {
  tasks.start(courier_.run());
  tasks.start(resolution_.run_reads());
  tasks.start(resolution_.run_releases());
  tasks.start(safety_net_.run_poll());
  tasks.start(safety_net_.run_sweep());
}

void WorkspaceRuntime::request_stop() {
  safety_net_.request_stop();
  resolution_.request_stop();
  planning_.request_stop();
  courier_.request_stop();
}

Result<void> WorkspaceRuntime::pause(const std::string& connection) {
  if (connection == bloomreach) {
    courier_.pause();
  } else if (connection == sitoo) {
    resolution_.pause();
  } else {
    return fail(Error::Kind::not_found,
                fmt::format("workspace {} has no connection '{}'; it has {} and {}", name(),
                            connection, sitoo, bloomreach));
  }
  return {};
}

Result<void> WorkspaceRuntime::resume(const std::string& connection) {
  if (connection == bloomreach) {
    courier_.resume();
  } else if (connection == sitoo) {
    resolution_.resume();
  } else {
    return fail(Error::Kind::not_found,
                fmt::format("workspace {} has no connection '{}'; it has {} and {}", name(),
                            connection, sitoo, bloomreach));
  }
  return {};
}

bool WorkspaceRuntime::idle() const {
  return resolution_.idle() && courier_.idle();
}

json::Object WorkspaceRuntime::status() const {
  json::Object source;
  source["workspace"] = settings_.name;
  source["connection"] = sitoo;
  source["paused"] = resolution_.reads().paused();
  source["waiting"] = resolution_.waiting();
  source["breaker"] = engine::name(resolution_.reads().breaker().state());
  source["breaker_reason"] = resolution_.reads().breaker().reason();
  const engine::Dispatch& dispatch = courier_.dispatch();
  json::Object target;
  target["workspace"] = settings_.name;
  target["connection"] = bloomreach;
  target["mode"] = app::name(settings_.bloomreach_mode);
  target["paused"] = dispatch.paused();
  target["waiting"] = dispatch.lanes().size();
  target["customers_waiting"] = dispatch.lanes().lane_count();
  target["blocked"] = dispatch.lanes().blocked_count();
  target["calls_in_flight"] = dispatch.calls_in_flight();
  target["calls_per_second_max"] = dispatch.budget().rate();
  target["breaker"] = engine::name(dispatch.breaker().state());
  target["breaker_reason"] = dispatch.breaker().reason();
  json::Object out;
  out["name"] = settings_.name;
  out["idle"] = idle();
  json::Array connections;
  connections.push_back(std::move(source));
  connections.push_back(std::move(target));
  out["connections"] = std::move(connections);
  return out;
}

}  // namespace tillbridge::app
