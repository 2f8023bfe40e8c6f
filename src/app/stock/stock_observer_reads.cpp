// What the observer reads beside the feed: levels by SKU, levels that changed, a page for others.

#include <algorithm>

#include "app/stock/stock_load.h"
#include "app/stock/stock_observer.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration read_overlap = std::chrono::seconds{60};  // sitoo.md 12
constexpr Duration places_usually = std::chrono::hours{1};
constexpr Duration places_again = std::chrono::minutes{1};  // for one that is still not listed
constexpr Duration gate_pause = std::chrono::milliseconds{20};

std::vector<SkuObservation> observations_of(const StockObserver::AskedLevels& asked) {
  std::vector<SkuObservation> batch;
  batch.reserve(asked.page.levels.size());
  for (const model::StockLevel& level : asked.page.levels) {
    SkuObservation one;
    one.moved.sku = level.sku;
    one.read.push_back({level, asked.moment});
    batch.push_back(std::move(one));
  }
  return batch;
}

}  // namespace

void StockObserver::read_soon(const std::string& warehouse, const std::string& sku) {
  if (planning_.places().place_of(warehouse) == nullptr) return;
  to_read_[warehouse].insert(sku);
  wake_.notify();
}

void StockObserver::saw(const model::Order& order) {
  const bool may_reserve =
      order.state != model::OrderState::closed || order.type != model::OrderType::order;
  if (!may_reserve) return;
  std::vector<std::string> where;
  if (!order.place.warehouse.empty())
    where.push_back(order.place.warehouse);
  else
    where = planning_.places().warehouses_of(order.place.store_code);
  for (const std::string& warehouse : where) {
    for (const model::OrderLine& line : order.lines) {
      if (!line.sku.empty()) read_soon(warehouse, line.sku);
    }
  }
}

Task<StockObserver::AskedLevels> StockObserver::ask(connectors::sitoo::LevelQuery query,
                                                    bool urgent) {
  AskedLevels asked;
  while (!stopping_) {
    const auto refused = gate_.refusal(urgent);
    if (!refused) break;
    const Outcome why = *refused;
    trouble_ = why.reason;
    co_await sleep_for(on_.loop, gate_pause);
  }
  asked.moment.mark = on_.ids.next<NoteId>().value;
  asked.moment.cursor = std::max<std::int64_t>(0, feed_next_);
  level_calls_.add();
  asked.page = co_await client_.levels(std::move(query));
  asked.moment.done = on_.ids.next<NoteId>().value;
  gate_.answered(asked.page.outcome);
  asked.moment.answered_at = asked.page.answered_at.value_or(on_.clock.now());
  co_return asked;
}

Task<void> StockObserver::read_some() {
  TaskGroup group(on_.loop, [](const std::string& what) {
    telemetry::log(telemetry::Level::error, "stock_read_failed", {{"what", what}});
  });
  std::uint32_t started = 0;
  auto queue = std::move(to_read_);
  to_read_.clear();
  for (auto& [warehouse, skus] : queue) {
    std::vector<std::string> some;
    for (const std::string& sku : skus) {
      if (started < settings_.reads_in_flight_max &&
          some.size() < connectors::sitoo::level_skus_max)
        some.push_back(sku);
      else
        to_read_[warehouse].insert(sku);
    }
    if (some.empty()) continue;
    ++started;
    group.start(read_warehouse(warehouse, std::move(some)));
  }
  co_await group.join();
}

Task<void> StockObserver::read_warehouse(std::string warehouse, std::vector<std::string> skus) {
  connectors::sitoo::LevelQuery query;
  query.warehouse = warehouse;
  query.skus = skus;
  query.num = connectors::sitoo::level_skus_max;
  const auto asked = co_await ask(std::move(query), true);
  if (asked.page.outcome.kind != Outcome::Kind::delivered) {
    for (const std::string& sku : skus) to_read_[warehouse].insert(sku);
    const Outcome why = asked.page.outcome;
    if (!stopping_) co_await breathe(why);
    co_return;
  }
  trouble_.clear();
  if (!asked.page.not_asked.empty()) {
    telemetry::log(telemetry::Level::warning, "stock_level_not_readable",
                   {{"workspace", workspace_},
                    {"warehouse", warehouse},
                    {"skus", asked.page.not_asked.size()},
                    {"do", "SKUs with a comma are read by the comparison only"}});
  }
  const bool stored = co_await take_in(observations_of(asked), {});
  if (stored || stopping_) co_return;
  for (const std::string& sku : skus) to_read_[warehouse].insert(sku);
}

Duration StockObserver::places_every() const {
  return warehouse_unknown_ ? places_again : places_usually;
}

Duration StockObserver::changed_every(const model::Warehouse& warehouse) const {
  return warehouse.has_movements ? settings_.levels_every : settings_.virtual_every;
}

// Not before the first load is done: it reads everything.
Task<void> StockObserver::read_changed_where_due(Tick now) {
  if (!planning_.loaded()) co_return;
  if (now - learned_places_ >= places_every() && co_await learn_places() &&
      !co_await recall_reads())
    co_return;
  const std::vector<model::Warehouse> all = warehouses_;
  for (const model::Warehouse& one : all) {
    if (planning_.places().place_of(one.id) == nullptr || stopping_) continue;
    const auto asked = levels_asked_.find(one.id);
    if (asked != levels_asked_.end() && now - asked->second < changed_every(one)) continue;
    levels_asked_[one.id] = now;
    co_await read_changed(one.id);
    if (hinted_ || !to_read_.empty()) co_return;  // what moves now goes before
  }
}

// Where the reading of each warehouse's changes has got to.
Task<bool> StockObserver::recall_reads() {
  std::vector<std::string> wanted;
  for (const model::Warehouse& one : warehouses_) {
    if (planning_.places().place_of(one.id) != nullptr && !levels_read_to_.contains(one.id))
      wanted.push_back(one.id);
  }
  using Kept = std::vector<std::optional<std::string>>;
  std::function<Result<Kept>(journal::Reader&)> query =
      [workspace = workspace_, wanted](journal::Reader& reader) -> Result<Kept> {
    Kept kept;
    for (const std::string& warehouse : wanted) {
      TB_TRY(auto one, reader.cursor(workspace, levels_cursor(warehouse)));
      kept.push_back(std::move(one));
    }
    return kept;
  };
  const auto kept = co_await on_.journal.read<Kept>(std::move(query));
  if (!kept) co_return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!(*kept)[i]) continue;
    levels_read_to_[wanted[i]] = from_unix_seconds(cursor_number(*(*kept)[i]));
    levels_asked_[wanted[i]] = on_.clock.tick();
  }
  co_return true;
}

Task<void> StockObserver::read_changed(std::string warehouse) {
  const Instant began = on_.clock.now();
  const auto known_to = levels_read_to_.find(warehouse);
  connectors::sitoo::LevelQuery query;
  query.warehouse = warehouse;
  if (known_to != levels_read_to_.end()) query.changed_since = known_to->second - read_overlap;
  std::optional<Instant> answered;
  for (;;) {
    const auto asked = co_await ask(query, false);
    if (asked.page.too_large && query.num > 1) {
      query.num /= 2;
      continue;
    }
    if (asked.page.outcome.kind != Outcome::Kind::delivered) {
      trouble_ = asked.page.outcome.reason;
      co_return;
    }
    if (!answered) answered = asked.page.answered_at;
    const std::size_t got = asked.page.got;
    const std::int64_t total = asked.page.total;
    if (!co_await take_in(observations_of(asked), {})) co_return;
    query.start += got;
    if (got == 0 || static_cast<std::int64_t>(query.start) >= total) break;
  }
  const Instant read_to = answered.value_or(began);
  journal::Step step;
  step.cursors.push_back(
      {workspace_, levels_cursor(warehouse), std::to_string(to_unix_seconds(read_to))});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (stored) levels_read_to_[warehouse] = read_to;
}

}  // namespace tillbridge::app
