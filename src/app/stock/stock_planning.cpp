#include "app/stock/stock_planning.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/stock/catalog_rows.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* bloomreach = "bloomreach";

std::string record_key(const std::string& sku) {
  return "stock/" + sku;
}

journal::Priority priority_of(flows::StockUrgency urgency) {
  switch (urgency) {
    case flows::StockUrgency::at_once:
      return journal::Priority::money;
    case flows::StockUrgency::soon:
      return journal::Priority::sale;
    case flows::StockUrgency::when_quiet:
      break;
  }
  return journal::Priority::maintenance;
}

bool at_a_till(const model::StockMovement& movement) {
  return movement.kind == model::MovementKind::sale || movement.kind == model::MovementKind::refund;
}

using Rows = std::vector<std::optional<journal::RecordRow>>;

// In the order asked, with what is known; nullopt where there is no record.
Task<Result<Rows>> records_of(journal::Journal& journal, std::string workspace,
                              std::vector<std::string> skus) {
  std::vector<std::string> keys;
  keys.reserve(skus.size());
  for (const std::string& sku : skus) keys.push_back(record_key(sku));
  std::function<Result<Rows>(journal::Reader&)> query = [workspace, keys](journal::Reader& reader) {
    return reader.records_by_key(workspace, keys, true);
  };
  co_return co_await journal.read<Rows>(std::move(query));
}

struct InHand {
  explicit InHand(int& count) : count_(count) { ++count_; }
  ~InHand() { --count_; }
  InHand(const InHand&) = delete;
  InHand& operator=(const InHand&) = delete;
  int& count_;
};

}  // namespace

StockPlanning::StockPlanning(Surroundings on, Turns& turns, Settings settings, Deliver deliver)
    : on_(on), turns_(turns), settings_(std::move(settings)), deliver_(std::move(deliver)) {
  const telemetry::Labels labels{{"workspace", settings_.workspace}};
  changes_ = on.metrics.counter("tillbridge_stock_changes_total",
                                "Levels of a SKU in a warehouse that changed", labels);
  rows_ = on.metrics.counter("tillbridge_stock_rows_planned_total",
                             "Catalog rows planned because a level changed", labels);
}

Task<Result<TakenIn>> StockPlanning::take_in(std::vector<SkuObservation> batch, How how) {
  const InHand in_hand(busy_);
  const auto turn = co_await turns_.take(std::string("stock"));
  std::vector<std::string> skus;
  skus.reserve(batch.size());
  for (const SkuObservation& one : batch) skus.push_back(one.moved.sku);
  const auto rows = co_await records_of(on_.journal, settings_.workspace, std::move(skus));
  if (!rows) co_return fail(rows.error());
  Batch made;
  for (std::size_t i = 0; i < batch.size(); ++i) take_in_one(batch[i], (*rows)[i], how, made);
  if (how.cursor) made.step.cursors.push_back(*how.cursor);
  if (made.step.records.empty() && made.step.cursors.empty()) co_return std::move(made.taken);
  for (const auto& [delivery, place] : made.deliveries) made.step.deliveries.push_back(delivery);
  const auto stored = co_await on_.journal.commit(std::move(made.step));
  if (!stored) co_return fail(stored.error());
  changes_.add(static_cast<double>(made.taken.changed));
  rows_.add(static_cast<double>(made.deliveries.size()));
  for (const auto& [delivery, place] : made.deliveries) {
    if (delivery.state == journal::DeliveryState::waiting) deliver_(delivery, place);
  }
  co_return std::move(made.taken);
}

// True when the record has to be written.
bool StockPlanning::learn(const SkuObservation& observed, model::SkuStock& stock,
                          TakenIn& taken) const {
  bool learned = false;
  const auto note = [&](model::Observed what, const std::string& warehouse, std::int64_t movement) {
    learned = learned || what == model::Observed::changed || what == model::Observed::same;
    if (what == model::Observed::changed) ++taken.changed;
    if (what == model::Observed::read_again && places_.place_of(warehouse) != nullptr)
      taken.read_again.push_back({warehouse, stock.sku, movement});
  };
  for (const ReadLevel& read : observed.read) {
    const model::WarehouseStock* before = stock.find(read.level.warehouse);
    const Decimal was = before == nullptr ? Decimal{} : before->available;
    const bool known = before != nullptr;
    const model::Observed what = stock.observe(read.level, read.moment);
    note(what, read.level.warehouse, 0);
    if (what == model::Observed::changed && known) {
      const model::WarehouseStock& now = stock.warehouses.at(read.level.warehouse);
      taken.missed.push_back({read.level.warehouse, stock.sku, was, now.available, now.changed_at});
    }
  }
  for (const model::StockMovement& movement : observed.moved.newest)
    note(stock.observe(movement), movement.warehouse, movement.id);
  if (!observed.moved.sold.is_zero()) {
    stock.speed.sold(observed.moved.sold, observed.moved.sold_at);
    learned = true;
  }
  return learned;
}

void StockPlanning::take_in_one(const SkuObservation& observed,
                                const std::optional<journal::RecordRow>& row, const How& how,
                                Batch& batch) {
  std::optional<model::SkuStock> before;
  if (row && !row->payload.empty()) {
    auto parsed = model::SkuStock::parse(row->payload);
    if (parsed) {
      before = std::move(*parsed);
    } else {
      telemetry::log(telemetry::Level::error, "stock_record_unreadable",
                     {{"workspace", settings_.workspace},
                      {"record", row->key},
                      {"what", parsed.error().what},
                      {"do", "its levels are read again; run tillbridge compare stock"}});
    }
  }
  model::SkuStock after = before.value_or(model::SkuStock{});
  after.sku = observed.moved.sku;
  const bool learned = learn(observed, after, batch.taken);
  // Without a level there is nothing to be sent again.
  if (!learned && (observed.send_again.empty() || after.warehouses.empty())) return;

  journal::PutRecord put;
  put.id = row ? row->id : on_.ids.next<RecordId>();
  put.workspace = settings_.workspace;
  put.kind = "stock";
  put.key = record_key(after.sku);
  put.version = row ? row->version + 1 : 1;
  put.state = journal::RecordState::planned;
  put.settings_version = settings_.settings_version;
  put.changed_at = on_.clock.now();
  for (const auto& [warehouse, stock] : after.warehouses)
    put.happened_at = std::max(put.happened_at, stock.changed_at);
  put.search_keys = {"sku:" + after.sku};
  put.payload = after.document();

  // What was known is gone: the other warehouses are read before anything is said about all of
  // them.
  const bool forgotten = row && !before;
  if (forgotten) {
    for (const auto& [place, warehouses] : places_.places()) {
      for (const std::string& warehouse : warehouses) {
        if (after.find(warehouse) == nullptr)
          batch.taken.read_again.push_back({warehouse, after.sku, 0});
      }
    }
  }
  if (settings_.bloomreach && how.publish) {
    flows::StockChange change;
    change.before = before ? &*before : nullptr;
    change.after = &after;
    change.version = put.version;
    change.sums = loaded_ && !forgotten;
    change.at_a_till =
        std::any_of(observed.moved.newest.begin(), observed.moved.newest.end(), at_a_till);
    change.send_again = observed.send_again;
    change.now = put.changed_at;
    for (const flows::StockPlan& plan : flows::plan_stock_for_bloomreach(
             change, places_, settings_.stock.buffers, settings_.stock.bloomreach)) {
      batch.deliveries.emplace_back(delivery_of(plan, put.id), plan.level.place);
      ++batch.taken.deliveries;
    }
  }
  batch.step.records.push_back(std::move(put));
}

journal::AddDelivery StockPlanning::delivery_of(const flows::StockPlan& plan,
                                                RecordId record) const {
  journal::AddDelivery delivery;
  delivery.id = on_.ids.next<DeliveryId>();
  delivery.workspace = settings_.workspace;
  delivery.record = record;
  delivery.connection = bloomreach;
  delivery.flow = plan.flow;
  delivery.effect = plan.effect;
  delivery.lane = plan.lane;
  delivery.priority = priority_of(plan.urgency);
  delivery.happened_at = plan.level.changed_at;
  delivery.due_at = on_.clock.now();
  delivery.settings_version = settings_.settings_version;
  delivery.parts.push_back(row_bytes(plan.level, settings_.stock.bloomreach));
  if (settings_.shadow) {
    delivery.state = journal::DeliveryState::skipped;
    delivery.reason = "shadow mode: planned, not sent";
  }
  return delivery;
}

Task<Result<std::vector<std::optional<StockPlanning::Known>>>> StockPlanning::known(
    std::vector<std::string> skus) {
  const auto rows = co_await records_of(on_.journal, settings_.workspace, std::move(skus));
  if (!rows) co_return fail(rows.error());
  std::vector<std::optional<Known>> found;
  found.reserve(rows->size());
  for (const auto& row : *rows) {
    found.emplace_back();
    if (!row || row->payload.empty()) continue;
    auto parsed = model::SkuStock::parse(row->payload);
    if (!parsed)
      co_return fail(Error::Kind::corrupt,
                     fmt::format("{} cannot be read: {}", row->key, parsed.error().what));
    found.back() = Known{std::move(*parsed), row->changed_at};
  }
  co_return found;
}

std::optional<flows::PublishedLevel> StockPlanning::expected(const model::SkuStock& stock,
                                                             const std::string& place) const {
  return place.empty()
             ? flows::published_sum(stock, places_, settings_.stock.buffers, bloomreach)
             : flows::published_at(stock, place, places_, settings_.stock.buffers, bloomreach);
}

}  // namespace tillbridge::app
