// What the observer reads beside the feed: levels by SKU, levels that changed, a page for others.

#include <algorithm>

#include "app/stock/stock_load.h"
#include "app/stock/stock_observer.h"
#include "app/under_way.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration read_overlap = std::chrono::seconds{60};  // sitoo.md 12
constexpr Duration places_usually = std::chrono::hours{1};
constexpr Duration places_again = std::chrono::minutes{1};  // for one that is still not listed
constexpr Duration gate_pause = std::chrono::milliseconds{20};
constexpr const char* hints_connection = "sitoo";
constexpr const char* hints_key = "stock/hints";
constexpr std::size_t hints_max = 5'000;  // LIMIT: the comparison finds the rest
constexpr Duration failure_pause = std::chrono::milliseconds{500};
constexpr Duration changed_again = std::chrono::seconds{5};  // after a read that failed

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
  to_read_.add(warehouse, sku);
  wake_.notify();
}

std::optional<journal::PutFact> StockObserver::saw(const model::Order& order) {
  const bool may_reserve =
      order.state != model::OrderState::closed || order.type != model::OrderType::order;
  if (!may_reserve) return std::nullopt;
  std::vector<std::string> where = planning_.places().warehouses_of(order.place.store_code);
  if (!order.place.warehouse.empty()) where = {order.place.warehouse};
  for (const std::string& warehouse : where) {
    const bool counts = planning_.places().place_of(warehouse) != nullptr;
    if (!warehouses_.empty() && !counts) continue;
    for (const model::OrderLine& line : order.lines) {
      if (line.sku.empty() || hints_.size() >= hints_max) continue;
      hints_.emplace(warehouse, line.sku);
      read_soon(warehouse, line.sku);
    }
  }
  if (hints_.empty()) return std::nullopt;
  hints_stored_ = true;
  return hints_fact();
}

journal::PutFact StockObserver::hints_fact() const {
  json::Array all;
  for (const auto& [warehouse, sku] : hints_) all.push_back(json::Array{warehouse, sku});
  return {workspace_, hints_connection, hints_key, all.empty() ? std::string{} : json::to_text(all),
          on_.clock.now()};
}

// Those of before the start, and those that came before the places were known.
Task<bool> StockObserver::recall_hints() {
  using Kept = std::vector<std::optional<std::string>>;
  std::function<Result<Kept>(journal::Reader&)> query = [workspace =
                                                             workspace_](journal::Reader& reader) {
    const std::vector<std::string> keys{hints_key};
    return reader.facts(workspace, hints_connection, keys);
  };
  const auto kept = co_await on_.journal.read<Kept>(std::move(query));
  if (!kept) co_return false;
  const auto parsed = kept->front() ? json::parse(*kept->front()) : Result<json::Value>{};
  const json::Array* all = parsed ? parsed->if_array() : nullptr;
  if (all != nullptr) {
    hints_stored_ = true;
    for (const json::Value& one : *all) {
      const json::Array* pair = one.if_array();
      if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() ||
          !(*pair)[1].is_string())
        continue;
      hints_.emplace(std::string((*pair)[0].as_string()), std::string((*pair)[1].as_string()));
    }
  }
  std::erase_if(
      hints_, [&](const auto& hint) { return planning_.places().place_of(hint.first) == nullptr; });
  for (const auto& [warehouse, sku] : hints_) read_soon(warehouse, sku);
  co_return true;
}

// Once all of them are read. One that came meanwhile is stored with its order, later.
Task<void> StockObserver::forget_hints() {
  if (!hints_.empty() || !hints_stored_) co_return;
  hints_stored_ = false;
  journal::Step step;
  step.facts.push_back(hints_fact());
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) hints_stored_ = true;
}

Task<StockObserver::AskedLevels> StockObserver::ask(connectors::sitoo::LevelQuery query,
                                                    bool urgent) {
  AskedLevels asked;
  while (!stopping_) {
    const auto refused = gate_.refusal(urgent);
    if (!refused) break;
    if (refused->kind != Outcome::Kind::throttled) trouble_ = refused->reason;
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

void StockObserver::start_reads() {
  const std::size_t room = settings_.reads_in_flight_max - reads_under_way_;
  for (PendingReads::Read& read : to_read_.next(room, skus_per_read_)) {
    ++reads_under_way_;
    reads_.start(read_skus(std::move(read)));
  }
}

Task<void> StockObserver::read_skus(PendingReads::Read read) {
  connectors::sitoo::LevelQuery query;
  query.warehouse = read.warehouse;
  query.skus = read.skus;
  const bool counts = planning_.places().place_of(read.warehouse) != nullptr;
  bool good = !counts;  // of a warehouse that counts no longer nothing is wanted
  if (counts) {
    const auto asked = co_await ask(std::move(query), true);
    const Outcome outcome = asked.page.outcome;
    good = outcome.kind == Outcome::Kind::delivered && co_await take_in(observations_of(asked), {});
    if (good) {
      trouble_.clear();
      skus_per_read_ = connectors::sitoo::level_skus_max;
      tell_unreadable(asked.page, read.warehouse);
    } else if (outcome.kind == Outcome::Kind::rejected) {
      refused(read, outcome);
      good = read.skus.size() == 1;
    } else if (!stopping_) {
      trouble_ = outcome.reason;
      co_await sleep_for(on_.loop, failure_pause);
    }
  }
  if (good) {
    to_read_.done(read);
    for (const std::string& sku : read.skus) hints_.erase({read.warehouse, sku});
    co_await forget_hints();
  } else {
    to_read_.failed(read);
  }
  --reads_under_way_;
  wake_.notify();
}

// One by one it shows which SKU, or that it is the warehouse; that one is left to the comparison.
void StockObserver::refused(const PendingReads::Read& read, const Outcome& why) {
  skus_per_read_ = 1;
  if (read.skus.size() > 1) return;
  telemetry::log(telemetry::Level::warning, "stock_level_refused",
                 {{"workspace", workspace_},
                  {"warehouse", read.warehouse},
                  {"sku", read.skus.front()},
                  {"what", why.reason},
                  {"do", "tillbridge compare stock reads it with all others"}});
}

void StockObserver::tell_unreadable(const connectors::sitoo::LevelPage& page,
                                    const std::string& warehouse) {
  for (const std::string& what : page.unreadable) {
    telemetry::log(telemetry::Level::warning, "stock_level_unreadable",
                   {{"workspace", workspace_}, {"warehouse", warehouse}, {"what", what}});
  }
  if (page.not_asked.empty()) return;
  telemetry::log(telemetry::Level::warning, "stock_level_not_asked",
                 {{"workspace", workspace_},
                  {"warehouse", warehouse},
                  {"skus", page.not_asked.size()},
                  {"do", "SKUs with a comma are read when all levels are"}});
}

Duration StockObserver::places_every() const {
  return warehouse_unknown_ ? places_again : places_usually;
}

Duration StockObserver::changed_every(const model::Warehouse& warehouse) const {
  return warehouse.has_movements ? settings_.levels_every : settings_.virtual_every;
}

bool StockObserver::changed_due(Tick now) const {
  if (!planning_.loaded()) return false;  // the first load reads everything
  if (now - learned_places_ >= places_every()) return true;
  return std::any_of(warehouses_.begin(), warehouses_.end(), [&](const model::Warehouse& one) {
    if (planning_.places().place_of(one.id) == nullptr) return false;
    const auto asked = levels_asked_.find(one.id);
    return asked == levels_asked_.end() || now - asked->second >= changed_every(one);
  });
}

// Beside the feed: a whole warehouse can take a while.
Task<void> StockObserver::read_changed_where_due() {
  const UnderWay reading(reading_changed_);
  const Tick now = on_.clock.tick();
  if (now - learned_places_ >= places_every()) {
    const bool learned = co_await learn_places() && co_await recall_reads();
    if (!learned) learned_places_ = now - places_every() + places_again;
  }
  const std::vector<model::Warehouse> all = warehouses_;
  for (const model::Warehouse& one : all) {
    if (planning_.places().place_of(one.id) == nullptr || stopping_) continue;
    const auto asked = levels_asked_.find(one.id);
    if (asked != levels_asked_.end() && now - asked->second < changed_every(one)) continue;
    levels_asked_[one.id] = now;
    if (!co_await read_changed(one.id))
      levels_asked_[one.id] =
          now - changed_every(one) + std::min(changed_every(one), changed_again);
  }
  wake_.notify();
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

Task<bool> StockObserver::read_changed(std::string warehouse) {
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
      co_return false;
    }
    if (!answered) answered = asked.page.answered_at;
    const std::size_t got = asked.page.got;
    const std::int64_t total = asked.page.total;
    tell_unreadable(asked.page, warehouse);
    if (!co_await take_in(observations_of(asked), {})) co_return false;
    query.start += got;
    if (got == 0 || static_cast<std::int64_t>(query.start) >= total) break;
  }
  const Instant read_to = answered.value_or(began);
  journal::Step step;
  step.cursors.push_back(
      {workspace_, levels_cursor(warehouse), std::to_string(to_unix_seconds(read_to))});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (stored) levels_read_to_[warehouse] = read_to;
  co_return stored.has_value();
}

}  // namespace tillbridge::app
