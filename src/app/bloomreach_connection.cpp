#include "app/bloomreach_connection.h"

#include <algorithm>

#include "app/bloomreach_channel.h"
#include "base/hash.h"
#include "flows/customer_to_bloomreach.h"

namespace tillbridge::app {
namespace {

constexpr const char* bloomreach = "bloomreach";

engine::CourierSettings courier_settings(const Workspace& workspace) {
  engine::CourierSettings settings;
  settings.workspace = workspace.name;
  settings.connection = bloomreach;
  settings.shared = workspace.bloomreach_mode == Mode::live;
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

engine::CourierSettings stock_courier_settings(const Workspace& workspace, std::string duty) {
  engine::CourierSettings settings = courier_settings(workspace);
  settings.duty = std::move(duty);
  settings.shared = false;  // what was sent to a catalog is known to the hub that compares it
  settings.dispatch.budget = {workspace.stock.calls_per_second, workspace.stock.calls_per_second,
                              0.0};
  settings.dispatch.calls_in_flight_max = 1;  // calls beside each other could arrive in any order
  settings.dispatch.parts_per_call_max = workspace.stock.rows_per_call;
  settings.dispatch.newest_wins = true;
  settings.dispatch.call_gap = workspace.stock.call_every;
  return settings;
}

std::vector<connectors::bloomreach::CatalogColumn> inventory_columns(const StockSettings& stock) {
  if (!stock.create_catalog) return {};
  const flows::StockToBloomreachSettings& names = stock.bloomreach;
  return {{names.store_column, "string", true},
          {names.sku_column, "string", true},
          {names.quantity_column, "number", false},
          {names.updated_column, "datetime", false}};
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
  if (workspace.stock.on) carry_stock(on, workspace, lag);
  take_up_mode();
}

// Each catalog has its own courier: a call goes to one catalog.
void BloomreachConnection::carry_stock(Surroundings on, const Workspace& workspace,
                                       engine::LagBoard& lag) {
  const flows::StockToBloomreachSettings& names = workspace.stock.bloomreach;
  const double calls = workspace.stock.calls_per_second;
  connectors::bloomreach::CatalogClient client(on.transport, on.clock, workspace.bloomreach);
  ReadGate reads(on.clock, {calls, calls, 0.0}, workspace.breaker);
  stock_ = std::make_unique<Stock>(Stock{
      std::move(client), std::move(reads),
      NamedCatalog(names.inventory_catalog, inventory_columns(workspace.stock)), std::nullopt});
  if (!names.variants_catalog.empty())
    stock_->variants.emplace(NamedCatalog(names.variants_catalog, {}));
  const auto no_answer = [this](const std::vector<engine::Parcel>& parcels) {
    if (stock_->no_answer) stock_->no_answer(parcels);
  };
  const auto carry = [&](const char* flow, const char* duty, NamedCatalog& catalog) {
    Carrier carrier;
    carrier.flows = {flow};
    carrier.channel = std::make_unique<CatalogChannel>(stock_->client, catalog, no_answer);
    carrier.courier = std::make_unique<engine::Courier>(
        on.loop, on.clock, on.journal, on.ids, on.metrics, lag,
        stock_courier_settings(workspace, duty), *carrier.channel);
    carriers_.push_back(std::move(carrier));
  };
  carry(flows::stock_level_flow, "stock levels", stock_->inventory);
  if (stock_->variants) carry(flows::stock_sum_flow, "stock sums", *stock_->variants);
}

bool BloomreachConnection::carries(const std::string& flow) const {
  if (flow != flows::stock_level_flow && flow != flows::stock_sum_flow) return true;
  return std::any_of(carriers_.begin(), carriers_.end(), [&](const Carrier& carrier) {
    return std::find(carrier.flows.begin(), carrier.flows.end(), flow) != carrier.flows.end();
  });
}

std::vector<std::string> BloomreachConnection::flows() const {
  std::vector<std::string> all{
      "sale_to_bloomreach",     "return_to_bloomreach",          "cancellation_to_bloomreach",
      "customer_to_bloomreach", "customer_update_to_bloomreach", "consent_to_bloomreach"};
  for (const Carrier& carrier : carriers_)
    all.insert(all.end(), carrier.flows.begin(), carrier.flows.end());
  return all;
}

bool BloomreachConnection::sends() const {
  return mode() != Mode::shadow && !carriers_.front().courier->dispatch().paused() &&
         !holds_part({engine::PauseKind::flow, flows::stock_level_flow});
}

bool BloomreachConnection::has_waiting(const std::string& flow, const std::string& lane) {
  const engine::Courier& courier = carrier_of(flow);
  return courier.taking_up() || courier.dispatch().lanes().contains(stable_hash(lane));
}

}  // namespace tillbridge::app
