#include "app/stock/stock_keeping.h"

#include <algorithm>

#include "app/stock/catalog_rows.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t doubts_max = 50'000;  // LIMIT: the comparison finds the rest
constexpr std::size_t skus_per_step = 100;
constexpr const char* filled_cursor = "stock/filled";
constexpr Duration look_every = std::chrono::seconds{1};
constexpr Duration first_again = std::chrono::seconds{60};

StockPlanning::Settings planning_settings(const Workspace& workspace, std::uint32_t version) {
  StockPlanning::Settings settings;
  settings.workspace = workspace.name;
  settings.settings_version = version;
  settings.stock = workspace.stock;
  settings.bloomreach = workspace.bloomreach_connected;
  settings.shadow = workspace.bloomreach_mode == Mode::shadow;
  return settings;
}

// A share is kept for what moves now, when a load or a comparison reads as well.
engine::BudgetSettings read_budget(const StockSettings& stock) {
  return {stock.reads_per_second, stock.reads_per_second, 0.5};
}

}  // namespace

StockKeeping::StockKeeping(Surroundings on, Turns& turns, const Workspace& workspace,
                           std::uint32_t settings_version, BloomreachConnection* bloomreach,
                           StockPlanning::Deliver deliver)
    : on_(on),
      workspace_(workspace.name),
      zone_(workspace.zone),
      settings_(workspace.stock),
      client_(on.transport, on.clock, workspace.sitoo),
      gate_(on.clock, read_budget(workspace.stock), workspace.breaker),
      planning_(on, turns, planning_settings(workspace, settings_version), std::move(deliver)),
      observer_(on, workspace.name, workspace.stock, client_, gate_, planning_),
      bloomreach_(bloomreach),
      stop_(on.loop) {
  BloomreachConnection::Stock* catalogs = bloomreach == nullptr ? nullptr : bloomreach->stock();
  if (catalogs == nullptr) return;
  catalogs->no_answer = [this](const std::vector<engine::Parcel>& parcels) { doubt(parcels); };
  comparison_ = std::make_unique<StockComparison>(
      on, workspace.name, workspace.stock,
      StockComparison::Parts{observer_, planning_, catalogs->client, catalogs->reads,
                             catalogs->inventory,
                             catalogs->variants ? &*catalogs->variants : nullptr,
                             [bloomreach](const std::string& flow, const std::string& lane) {
                               return bloomreach->has_waiting(flow, lane);
                             }});
  observer_.on_places_changed([this] { compare_soon(); });
}

void StockKeeping::start(TaskGroup& tasks) {
  tasks.start(observer_.run());
  if (!comparison_) return;
  tasks.start(run_confirmations());
  tasks.start(run_comparisons());
}

void StockKeeping::request_stop() {
  stopping_ = true;
  observer_.request_stop();
  stop_.notify();
}

void StockKeeping::doubt(const std::vector<engine::Parcel>& parcels) {
  const Tick again_at = on_.clock.tick() + settings_.confirm_after;
  for (const engine::Parcel& parcel : parcels) {
    if (doubts_.size() >= doubts_max) return;
    const auto row = row_of_part(parcel.parts.front(), settings_.bloomreach);
    if (row) doubts_[{row->sku, row->place}] = again_at;
  }
}

// What got no answer may still be applied, after something newer: the newest is said once more.
Task<void> StockKeeping::run_confirmations() {
  while (!stopping_) {
    co_await stop_.wait(look_every);
    const Tick now = on_.clock.tick();
    std::map<std::string, std::vector<std::string>> due;
    for (const auto& [row, at] : doubts_) {
      if (at <= now && (due.size() < skus_per_step || due.contains(row.first)))
        due[row.first].push_back(row.second);
    }
    if (due.empty() || stopping_) continue;
    std::vector<SkuObservation> batch;
    for (const auto& [sku, places] : due) {
      SkuObservation one;
      one.moved.sku = sku;
      one.send_again = places;
      batch.push_back(std::move(one));
    }
    const auto taken = co_await planning_.take_in(std::move(batch), {});
    if (!taken) continue;
    for (const auto& [sku, places] : due) {
      for (const std::string& place : places) {
        const auto found = doubts_.find({sku, place});
        if (found != doubts_.end() && found->second <= now) doubts_.erase(found);
      }
    }
  }
}

// The first load is not over before the catalog holds it: also when the process ended in between.
Task<bool> StockKeeping::filled() {
  std::function<Result<std::optional<std::string>>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) {
        return reader.cursor(workspace, filled_cursor);
      };
  const auto kept = co_await on_.journal.read<std::optional<std::string>>(std::move(query));
  co_return kept && kept->has_value();
}

Task<void> StockKeeping::note_filled() {
  journal::Step step;
  step.cursors.push_back(
      {workspace_, filled_cursor, std::to_string(to_unix_seconds(on_.clock.now()))});
  co_await on_.journal.commit(std::move(step));
}

// Everything that is known is compared and sent: after the first load, and after warehouses came to
// count for other places.
void StockKeeping::compare_soon() {
  compare_now_ = true;
  compare_now_from_ = on_.clock.tick() + settings_.visible_after;
}

std::optional<Duration> StockKeeping::until_comparison(Duration at_least) const {
  if (!settings_.compare_at) return std::nullopt;
  return at_least + zone_.until_time_of_day(on_.clock.now() + at_least, *settings_.compare_at);
}

Task<void> StockKeeping::run_comparisons() {
  // Counted in ticks, so that a step of the wall clock starts none.
  auto due = until_comparison(Duration{0});
  Tick since = on_.clock.tick();
  bool fill = settings_.compare_after_load;
  while (!stopping_) {
    co_await stop_.wait(look_every);
    if (fill && planning_.loaded() && !stopping_) {
      fill = false;
      if (!co_await filled()) compare_soon();
    }
    const bool scheduled = due && on_.clock.tick() - since >= *due;
    const bool first = compare_now_ && on_.clock.tick() >= compare_now_from_;
    if (stopping_ || (!scheduled && !first)) continue;
    api::StockComparisonAsked asked;
    asked.repair = settings_.repair || compare_now_;
    asked.automatic = true;
    asked.remove = settings_.repair;
    asked.by = "schedule";
    compare_now_ = false;
    const auto report = co_await compare(asked);
    if (!report) {
      telemetry::log(telemetry::Level::warning, "stock_not_compared",
                     {{"workspace", workspace_}, {"what", report.error().what}});
      compare_now_ = first;  // nothing of what was loaded is shown before
      compare_now_from_ = on_.clock.tick() + first_again;
    } else if (first) {
      co_await note_filled();
    }
    // That the wall clock is put back a little begins no second one.
    due = until_comparison(std::chrono::hours{1});
    since = on_.clock.tick();
  }
}

Task<Result<json::Object>> StockKeeping::compare(api::StockComparisonAsked asked) {
  if (!comparison_)
    co_return fail(Error::Kind::rejected, "stock is published nowhere: connect Bloomreach");
  if (asked.repair && !bloomreach_->sends()) {
    asked.repair = false;
    telemetry::log(telemetry::Level::info, "stock_not_repaired",
                   {{"workspace", workspace_}, {"why", "Bloomreach is paused or in shadow mode"}});
  }
  auto report = co_await comparison_->compare(std::move(asked));
  last_trouble_ = report ? std::string{} : report.error().what;
  if (report) {
    last_report_ = *report;
    last_report_.erase("findings");
    last_report_.erase("by_place");
  }
  co_return report;
}

Task<Result<void>> StockKeeping::send_again(std::string sku) {
  SkuObservation one;
  one.moved.sku = std::move(sku);
  one.send_again.push_back("");
  for (const auto& [place, warehouses] : planning_.places().places())
    one.send_again.push_back(place);
  std::vector<SkuObservation> batch{std::move(one)};
  const auto taken = co_await planning_.take_in(std::move(batch), {});
  if (!taken) co_return fail(taken.error());
  co_return Result<void>{};
}

json::Object StockKeeping::status() const {
  json::Object out = observer_.status();
  out["rows_in_doubt"] = doubts_.size();
  if (comparison_) {
    json::Object comparison = comparison_->progress();
    comparison["last"] = last_report_;
    comparison["trouble"] = last_trouble_;
    out["comparison"] = std::move(comparison);
  }
  return out;
}

}  // namespace tillbridge::app
