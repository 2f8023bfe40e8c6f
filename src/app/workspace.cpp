#include "app/workspace.h"

#include <fmt/format.h>

#include "app/index_target.h"
#include "app/pausing.h"
#include "app/redemption_target.h"
#include "app/relay/relay_connection.h"
#include "flows/stock_to_bloomreach.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::string_view sitoo = "sitoo";

ResolutionSettings resolution_settings(const Workspace& workspace) {
  ResolutionSettings settings;
  settings.workspace = workspace.name;
  // Half is for what is sold now, when a backfill reads beside it.
  settings.reads.budget = {workspace.sitoo.requests_per_second, workspace.sitoo.requests_per_second,
                           0.5};
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
  settings.sitoo = workspace.sitoo;
  settings.complete_within = workspace.complete_within;
  settings.incomplete_again = workspace.incomplete_again;
  settings.late_event_grace = workspace.late_event_grace;
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

BackfillSettings backfill_settings(const Workspace& workspace) {
  BackfillSettings settings;
  settings.workspace = workspace.name;
  settings.zone = workspace.zone;
  settings.limits = workspace.backfill;
  settings.late_event_grace = workspace.late_event_grace;
  return settings;
}

ReceiverSettings receiver_settings(const Workspace& workspace) {
  ReceiverSettings settings;
  settings.workspace = workspace.name;
  settings.sitoo = workspace.sitoo;
  settings.settling = workspace.settling;
  return settings;
}

std::vector<PlannedTarget> planning_targets(const Workspace& workspace) {
  std::vector<PlannedTarget> targets = targets_of(workspace);
  if (!workspace.crm_served) return targets;
  PlannedTarget index;
  index.target = make_index_target(workspace.name);
  index.learns_only = true;
  targets.push_back(std::move(index));
  if (workspace.crm.promotions.empty()) return targets;
  PlannedTarget redemptions;
  redemptions.target = make_redemption_target();
  redemptions.learns_only = true;
  targets.push_back(std::move(redemptions));
  return targets;
}

ConsentDeskSettings consent_desk_settings(const Workspace& workspace, std::uint32_t version) {
  ConsentDeskSettings settings;
  settings.workspace = workspace.name;
  settings.flows = workspace.klaviyo_flows;
  settings.shadow = workspace.klaviyo_mode == Mode::shadow;
  settings.double_opt_in = workspace.klaviyo_double_opt_in;
  settings.settings_version = version;
  return settings;
}

// The record of stock is its SKU's, in all stores; whose level a delivery is says its lane only,
// "stock/<place>/<sku>".
std::string store_of(const journal::OpenDelivery& delivery) {
  if (delivery.flow != flows::stock_level_flow) return delivery.store;
  const auto begin = delivery.lane.find('/') + 1;
  return delivery.lane.substr(begin, delivery.lane.find('/', begin) - begin);
}

}  // namespace

WorkspaceRuntime::WorkspaceRuntime(Surroundings on, const Workspace& settings,
                                   std::uint32_t settings_version, const std::string& data_dir)
    : on_(on),
      settings_(settings),
      lag_({settings.lag_alert, settings.lag_recover}),
      turns_(on.loop),
      consents_(on.loop, on.clock, on.journal, on.ids, settings.name),
      sitoo_(on.transport, on.clock, settings.sitoo),
      planning_(
          on.loop, on.clock, on.journal, on.ids, on.metrics,
          planning_settings(settings, settings_version), planning_targets(settings), sitoo_,
          [this](const journal::AddDelivery& delivery, const std::string& store) {
            deliver(delivery, store);
          },
          [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }),
      resolution_(on.loop, on.clock, on.journal, on.ids, on.metrics, resolution_settings(settings),
                  sitoo_, planning_),
      receiver_(on.clock, on.journal, on.ids, on.metrics, receiver_settings(settings),
                [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }),
      safety_net_(on.loop, on.clock, on.journal, on.ids, on.metrics, safety_net_settings(settings),
                  sitoo_, [this](const journal::AddArrival& arrival) { resolution_.add(arrival); }),
      backfill_(on, backfill_settings(settings), sitoo_, resolution_),
      lag_watch_(on, settings.name, lag_) {
  planning_.share_learning(turns_);
  if (settings.bloomreach_connected) {
    auto bloomreach = std::make_unique<BloomreachConnection>(on, settings_, lag_);
    bloomreach_ = bloomreach.get();
    connections_.push_back(std::move(bloomreach));
  }
  if (settings.klaviyo_connected) {
    auto klaviyo = std::make_unique<KlaviyoConnection>(
        on, settings_, lag_, consents_,
        fmt::format("{}/klaviyo-{}.token", data_dir, settings_.name));
    klaviyo_ = klaviyo.get();
    connections_.push_back(std::move(klaviyo));
    consent_desk_ = std::make_unique<ConsentDesk>(
        on, consent_desk_settings(settings, settings_version), consents_, *klaviyo_);
    klaviyo_webhooks_ =
        std::make_unique<KlaviyoWebhooks>(on, settings_.name, klaviyo_->account(), consents_);
  }
  if (settings_.crm_served) serve_tills(on, settings_version);
  if (settings_.stock.on) keep_stock(on, settings_version);
  if (settings_.feed.on) take_order_events(on, settings_version);
  if (settings_.sitoo_mode == Mode::paused) {
    resolution_.pause();
    if (stock_) stock_->pause();
  }
}

void WorkspaceRuntime::keep_stock(Surroundings on, std::uint32_t settings_version) {
  stock_ = std::make_unique<StockKeeping>(
      on, turns_, settings_, settings_version, bloomreach_,
      [this](const journal::AddDelivery& delivery, const std::string& place) {
        deliver(delivery, place);
      });
  receiver_.on_events([this] { stock_->observer().hint(); });
  planning_.on_order([this](const model::Order& order) { return stock_->observer().saw(order); });
}

void WorkspaceRuntime::take_order_events(Surroundings on, std::uint32_t settings_version) {
  for (const RelaySettings& relay : settings_.relays)
    connections_.push_back(std::make_unique<RelayConnection>(on, settings_, relay, lag_));
  order_feed_ =
      std::make_unique<OrderFeed>(on, settings_, settings_version,
                                  [this](const journal::AddDelivery& delivery,
                                         const std::string& store) { deliver(delivery, store); });
}

void WorkspaceRuntime::serve_tills(Surroundings on, std::uint32_t settings_version) {
  crm::ProfileSource* source = nullptr;
  if (bloomreach_ != nullptr && settings_.crm_source == bloomreach_->name())
    source = &bloomreach_->source();
  if (klaviyo_ != nullptr && settings_.crm_source == klaviyo_->name()) source = &klaviyo_->source();
  const auto into_lanes = [this](const journal::AddDelivery& delivery, const std::string& store) {
    deliver(delivery, store);
  };
  till_register_ = std::make_unique<TillRegister>(
      on, settings_, settings_version,
      TillRegister::Parts{turns_, source, consents_, consent_desk_.get(), into_lanes});
}

TargetConnection* WorkspaceRuntime::connection(const std::string& name) const {
  for (const auto& one : connections_) {
    if (one->name() == name) return one.get();
  }
  return nullptr;
}

void WorkspaceRuntime::deliver(const journal::AddDelivery& delivery, const std::string& store) {
  if (TargetConnection* found = connection(delivery.connection)) found->add(delivery, store);
}

void WorkspaceRuntime::adopt(const journal::OpenArrival& arrival) {
  resolution_.adopt(arrival);
}

void WorkspaceRuntime::begin_take_up() {
  for (const auto& one : connections_) one->begin_take_up();
}

void WorkspaceRuntime::end_take_up() {
  for (const auto& one : connections_) one->end_take_up();
}

void WorkspaceRuntime::adopt(const journal::OpenDelivery& delivery) {
  TargetConnection* found = connection(delivery.connection);
  if (found != nullptr && found->carries(delivery.flow)) {
    journal::OpenDelivery adopted = delivery;
    adopted.store = store_of(delivery);
    found->adopt(adopted);
    return;
  }
  telemetry::log(telemetry::Level::warning, "delivery_of_unknown_connection",
                 {{"workspace", name()},
                  {"connection", delivery.connection},
                  {"delivery", delivery.id.value},
                  {"do", "connect the platform again; nothing of it is lost"}});
}

void WorkspaceRuntime::carry(const engine::ShardSet& shards) {
  for (const auto& one : connections_) one->carry(shards);
}

bool WorkspaceRuntime::under_way_in(const engine::ShardSet& shards) const {
  for (const auto& one : connections_) {
    if (one->under_way_in(shards)) return true;
  }
  return false;
}

bool WorkspaceRuntime::changed_elsewhere(const journal::OpenDelivery& delivery) {
  constexpr bool adds_here = true;
  TargetConnection* found = connection(delivery.connection);
  return found == nullptr || found->changed_elsewhere(delivery, adds_here);
}

void WorkspaceRuntime::tell_breakers(const std::function<void(const engine::BreakerNews&)>& tell) {
  for (const auto& one : connections_) one->tell_breakers(tell);
}

void WorkspaceRuntime::heard(const engine::BreakerNews& news) {
  for (const auto& one : connections_) one->heard(news);
}

void WorkspaceRuntime::start(TaskGroup& tasks) {
  for (const auto& one : connections_) one->start(tasks);
  tasks.start(resolution_.run_reads());
  tasks.start(resolution_.run_releases());
  tasks.start(safety_net_.run_poll());
  tasks.start(safety_net_.run_sweep());
  tasks.start(backfill_.run());
  tasks.start(lag_watch_.run());
  if (till_register_) till_register_->start(tasks);
  if (stock_) stock_->start(tasks);
}

void WorkspaceRuntime::request_stop() {
  if (stock_) stock_->request_stop();
  if (till_register_) till_register_->request_stop();
  lag_watch_.request_stop();
  backfill_.request_stop();
  safety_net_.request_stop();
  resolution_.request_stop();
  planning_.request_stop();
  for (const auto& one : connections_) one->request_stop();
}

Error WorkspaceRuntime::no_such(const std::string& connection) const {
  std::string names(sitoo);
  for (const auto& one : connections_) names += ", " + one->name();
  return {Error::Kind::not_found,
          fmt::format("workspace {} has no connection '{}'; it has {}", name(), connection, names)};
}

Result<void> WorkspaceRuntime::check_flow(const std::string& flow) const {
  std::string names;
  for (const auto& one : connections_) {
    for (const std::string& known : one->flows()) {
      if (known == flow) return {};
      names += (names.empty() ? "" : ", ") + known;
    }
  }
  return fail(Error::Kind::not_found,
              fmt::format("workspace {} has no flow '{}'; it has {}", name(), flow, names));
}

Result<void> WorkspaceRuntime::pause_part(const PausedPart& part, bool paused) {
  if (part.kind == engine::PauseKind::flow && !paused_parts_.contains(part))
    TB_CHECK(check_flow(part.name));
  if (paused) {
    paused_parts_.insert(part);
  } else {
    paused_parts_.erase(part);
  }
  app::pause_part(connections_, part, paused);
  return {};
}

std::vector<std::string> WorkspaceRuntime::target_names() const {
  std::vector<std::string> names;
  for (const auto& one : connections_) names.push_back(one->name());
  return names;
}

Result<void> WorkspaceRuntime::pause(const std::string& connection) {
  if (const auto part = parse_paused_part(connection)) return pause_part(*part, true);
  if (pause_named(connections_, connection, true)) return {};
  if (connection != sitoo) return tl::unexpected(no_such(connection));
  resolution_.pause();
  if (stock_) stock_->pause();
  return {};
}

Result<void> WorkspaceRuntime::resume(const std::string& connection) {
  if (const auto part = parse_paused_part(connection)) return pause_part(*part, false);
  if (pause_named(connections_, connection, false)) return {};
  if (connection != sitoo) return tl::unexpected(no_such(connection));
  resolution_.resume();
  if (stock_) stock_->resume();
  return {};
}

bool WorkspaceRuntime::idle() const {
  if (!resolution_.idle() || !backfill_.idle()) return false;
  if (stock_ && !stock_->idle()) return false;
  for (const auto& one : connections_) {
    if (!one->idle()) return false;
  }
  return true;
}

json::Object WorkspaceRuntime::status() {
  json::Object source;
  source["workspace"] = settings_.name;
  source["connection"] = sitoo;
  source["paused"] = resolution_.reads().paused();
  source["waiting"] = resolution_.waiting();
  source["breaker"] = engine::name(resolution_.reads().breaker().state());
  source["breaker_reason"] = resolution_.reads().breaker().reason();
  json::Array connections;
  connections.push_back(std::move(source));
  for (const auto& one : connections_) {
    json::Object target = one->status();
    target["workspace"] = settings_.name;
    connections.push_back(std::move(target));
  }
  json::Array paused_parts;
  for (const PausedPart& part : paused_parts_)
    paused_parts.push_back(json::Object{{"kind", app::name(part.kind)}, {"name", part.name}});
  json::Object out;
  out["name"] = settings_.name;
  out["idle"] = idle();
  out["paused_parts"] = std::move(paused_parts);
  out["connections"] = std::move(connections);
  if (till_register_ && till_register_->sync() != nullptr)
    out["customers"] = till_register_->sync()->status();
  if (stock_) out["stock"] = stock_->status();
  out["lag"] = lag_watch_.status();
  out["backfill"] = backfill_.state();
  return out;
}

}  // namespace tillbridge::app
