#include "app/stock/stock_observer.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/stock/stock_load.h"
#include "app/under_way.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* feed_cursor = "stock/feed";
constexpr const char* places_cursor = "stock/places";
constexpr std::int64_t overlap_ids = 200;
constexpr std::size_t pending_max = 100'000;  // LIMIT: levels; beyond it the feed waits
constexpr std::size_t pending_plenty = 5'000;
constexpr std::size_t skus_per_batch = 100;
constexpr std::size_t feed_num_first = 200;
constexpr std::size_t feed_num_max = 1'000;
constexpr std::size_t moves_per_page_plenty = 5'000;
constexpr Duration trouble_pause = std::chrono::milliseconds{500};
constexpr Duration gate_pause = std::chrono::milliseconds{50};
constexpr Duration idle_wait = std::chrono::seconds{5};

}  // namespace

StockObserver::StockObserver(Surroundings on, std::string workspace, StockSettings settings,
                             connectors::sitoo::StockClient& client, ReadGate& gate,
                             StockPlanning& planning)
    : on_(on),
      workspace_(std::move(workspace)),
      settings_(std::move(settings)),
      client_(client),
      gate_(gate),
      planning_(planning),
      wake_(on.loop),
      reads_(on.loop, [](const std::string& what) {
        telemetry::log(telemetry::Level::error, "stock_read_failed", {{"what", what}});
      }) {
  const telemetry::Labels labels{{"workspace", workspace_}};
  feed_calls_ = on.metrics.counter("tillbridge_stock_feed_calls_total",
                                   "Pages of stock transactions asked for", labels);
  level_calls_ = on.metrics.counter("tillbridge_stock_level_calls_total",
                                    "Pages of stock levels asked for", labels);
}

void StockObserver::request_stop() {
  stopping_ = true;
  wake_.notify();
}

void StockObserver::resume() {
  paused_ = false;
  wake_.notify();
}

void StockObserver::hint() {
  if (hinted_) return;
  hinted_ = true;
  wake_.notify();
}

bool StockObserver::idle() const {
  return !working_ && !hinted_ && !feed_more_ && pending_.empty() && to_read_.empty() &&
         !reading_changed_ && planning_.loaded() && !planning_.busy();
}

Task<void> StockObserver::breathe(const Outcome& outcome) {
  trouble_ = outcome.reason;
  co_await wake_.wait(outcome.retry_after.value_or(trouble_pause));
}

Task<void> StockObserver::run() {
  while (!stopping_ && !co_await learn_places()) co_await wake_.wait(trouble_pause * 4);
  while (!stopping_ && !co_await recall_hints()) co_await wake_.wait(trouble_pause * 4);
  while (!stopping_ && !co_await find_cursor()) co_await wake_.wait(trouble_pause * 4);
  while (!stopping_ && !co_await recall_reads()) co_await wake_.wait(trouble_pause * 4);
  if (!stopping_ && !planning_.loaded()) reads_.start(load());
  while (!stopping_) {
    const Tick now = on_.clock.tick();
    const Duration wait = wait_time(now);
    if (wait > Duration{0}) {
      co_await wake_.wait(wait);
      continue;
    }
    const UnderWay working(working_);
    if (feed_due(now)) co_await ask_feed();
    if (!pending_.empty()) co_await plan_some();
    start_reads();
    if (!reading_changed_ && changed_due(now)) reads_.start(read_changed_where_due());
    co_await yield_now(on_.loop);  // a sale's turn comes before the next batch
  }
  co_await reads_.join();
}

Task<bool> StockObserver::learn_places() {
  if (const auto refused = gate_.refusal(false)) {
    trouble_ = refused->reason;
    co_return false;
  }
  auto answer = co_await client_.warehouses();
  gate_.answered(answer.outcome);
  if (answer.outcome.kind != Outcome::Kind::delivered) {
    trouble_ = answer.outcome.reason;
    co_return false;
  }
  flows::StockPlaces places(answer.warehouses, settings_.places);
  if (places.places().empty() && !planning_.places().places().empty()) {
    // More likely a right that was taken away than a chain without a shop.
    trouble_ =
        "Sitoo lists no warehouse that counts any more: check the API user's rights, the "
        "stores' external ids and the warehouses' sellable";
    telemetry::log(telemetry::Level::warning, "stock_places_kept",
                   {{"workspace", workspace_}, {"what", trouble_}});
    learned_places_ = on_.clock.tick();
    co_return true;
  }
  warehouses_ = std::move(answer.warehouses);
  learned_places_ = on_.clock.tick();
  warehouse_unknown_ = false;
  known_warehouses_.clear();
  for (const model::Warehouse& one : warehouses_) known_warehouses_.insert(one.id);
  planning_.set_places(std::move(places));
  for (const std::string& what : planning_.places().unknown()) {
    telemetry::log(telemetry::Level::warning, "stock_warehouse_unknown",
                   {{"workspace", workspace_},
                    {"what", what},
                    {"do", "compare [[workspace.stock.places]] with the warehouses at Sitoo"}});
  }
  co_return co_await store_unmapped() && co_await note_places();
}

// Rows of a place that got or lost a warehouse are wrong until they are compared.
Task<bool> StockObserver::note_places() {
  std::string text;
  for (const auto& [place, warehouses] : planning_.places().places()) {
    text += place + "=";
    for (const std::string& warehouse : warehouses) text += warehouse + ",";
    text += planning_.places().publishes(place, "bloomreach") ? ";" : "-;";
  }
  std::function<Result<std::optional<std::string>>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) {
        return reader.cursor(workspace, places_cursor);
      };
  const auto kept = co_await on_.journal.read<std::optional<std::string>>(std::move(query));
  if (!kept) co_return false;
  if (*kept && **kept == text) co_return true;
  journal::Step step;
  step.cursors.push_back({workspace_, places_cursor, text});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return false;
  if (*kept && places_changed_) places_changed_();
  co_return true;
}

Task<bool> StockObserver::store_unmapped() {
  journal::Step step;
  for (const model::Warehouse& one : planning_.places().unmapped()) {
    step.cases.push_back(engine::open_case(
        on_.ids.next<CaseId>(), engine::CaseType::unmapped_place, workspace_, "warehouse/" + one.id,
        on_.clock.now(),
        fmt::format(
            "Warehouse {} ({}) at Sitoo belongs to no place, so its stock is shown nowhere. "
            "Name it in [[workspace.stock.places]], or make it not sellable at Sitoo.",
            one.id, one.name)));
  }
  if (step.cases.empty()) co_return true;
  const auto stored = co_await on_.journal.commit(std::move(step));
  co_return stored.has_value();
}

// A new installation's feed begins at the newest transaction; what is there before it is loaded.
Task<bool> StockObserver::find_cursor() {
  using Stored = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::function<Result<Stored>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) -> Result<Stored> {
    TB_TRY(auto feed, reader.cursor(workspace, feed_cursor));
    TB_TRY(auto loaded, reader.cursor(workspace, stock_loaded_cursor));
    return Stored{std::move(feed), std::move(loaded)};
  };
  const auto stored = co_await on_.journal.read<Stored>(std::move(query));
  if (!stored) co_return false;
  if (stored->second) planning_.set_loaded();
  if (stored->first) {
    feed_next_ = stored_cursor_ = cursor_number(*stored->first);
    co_return feed_next_ >= 0;
  }
  const auto newest = co_await client_.newest_movement();
  if (newest.outcome.kind != Outcome::Kind::delivered) {
    trouble_ = newest.outcome.reason;
    co_return false;
  }
  journal::Step step;
  step.cursors.push_back({workspace_, feed_cursor, std::to_string(newest.newest + 1)});
  const auto kept = co_await on_.journal.commit(std::move(step));
  if (!kept) co_return false;
  feed_next_ = stored_cursor_ = newest.newest + 1;
  co_return true;
}

Task<void> StockObserver::load() {
  while (!stopping_) {
    StockLoad load(on_, workspace_, *this, planning_, settings_.reads_in_flight_max, load_);
    const auto done = co_await load.run();
    if (done || stopping_) break;
    telemetry::log(telemetry::Level::warning, "stock_not_loaded",
                   {{"workspace", workspace_}, {"what", done.error().what}});
    co_await wake_.wait(trouble_pause * 10);
    while (!stopping_ && !co_await learn_places()) co_await wake_.wait(trouble_pause * 4);
  }
  if (stopping_) co_return;
  while (!stopping_ && !co_await recall_reads()) co_await wake_.wait(trouble_pause);
  planning_.set_loaded();
  // Sums of what moved meanwhile were left out, and of a place with several warehouses not all
  // were known.
  std::vector<SkuObservation> rows;
  for (const auto& [sku, places] : moved_before_load_) {
    SkuObservation one;
    one.moved.sku = sku;
    one.send_again = {""};
    one.send_again.insert(one.send_again.end(), places.begin(), places.end());
    rows.push_back(std::move(one));
  }
  moved_before_load_.clear();
  if (!rows.empty()) co_await take_in(std::move(rows), {});
}

Duration StockObserver::wait_time(Tick now) const {
  if (paused_) return idle_wait;
  if (feed_due(now) || !pending_.empty()) return Duration{0};
  const bool may_read = reads_under_way_ < settings_.reads_in_flight_max;
  if (to_read_.waiting() > 0 && may_read) return Duration{0};
  if (!reading_changed_ && changed_due(now)) return Duration{0};
  const auto until = [&](Tick last, Duration every) {
    return std::max(Duration{0}, last + every - now);
  };
  Duration wait = std::min(idle_wait, until(polled_feed_, settings_.poll_every));
  if (hinted_) wait = std::min(wait, until(asked_feed_, settings_.changes_every));
  return wait;
}

bool StockObserver::feed_due(Tick now) const {
  if (pending_.levels() >= pending_max) return false;
  if (feed_more_ && pending_.levels() < pending_plenty) return true;
  if (now - polled_feed_ >= settings_.poll_every) return true;
  return (hinted_ || feed_more_) && now - asked_feed_ >= settings_.changes_every;
}

Task<void> StockObserver::ask_feed() {
  const Tick now = on_.clock.tick();
  const bool poll = now - polled_feed_ >= settings_.poll_every && !feed_more_;
  if (const auto refused = gate_.refusal(true)) {
    if (refused->kind != Outcome::Kind::throttled) trouble_ = refused->reason;
    co_await wake_.wait(gate_pause);
    co_return;
  }
  asked_feed_ = now;
  hinted_ = false;  // what is announced from here on may be missing in the answer
  const bool overlap = poll || overlap_wanted_;
  if (overlap) feed_from_ = std::max<std::int64_t>(0, feed_next_ - overlap_ids);
  if (feed_from_ < 0) feed_from_ = feed_next_;
  // With room for the overlap, unless pages turned out to be too large.
  const std::size_t room = overlap && feed_num_ >= feed_num_first ? overlap_ids : 0;
  feed_calls_.add();
  const auto page = co_await client_.movements_from(feed_from_, feed_num_ + room);
  gate_.answered(page.outcome);
  if (page.outcome.kind != Outcome::Kind::delivered) {
    hinted_ = true;
    feed_num_ = std::max<std::size_t>(1, feed_num_ / 2);
    const Outcome why = page.outcome;
    co_await breathe(why);
    co_return;
  }
  trouble_.clear();
  overlap_wanted_ = false;
  if (poll) polled_feed_ = now;
  for (const model::StockMovement& movement : page.movements) {
    const bool fresh = movement.id >= feed_next_;
    if (!known_warehouses_.contains(movement.warehouse)) warehouse_unknown_ = true;
    if (planning_.places().place_of(movement.warehouse) != nullptr) pending_.add(movement, fresh);
  }
  for (const std::string& what : page.unreadable) {
    telemetry::log(telemetry::Level::warning, "stock_movement_unreadable",
                   {{"workspace", workspace_},
                    {"what", what},
                    {"do", "tillbridge compare stock finds what it changed"}});
  }
  feed_next_ = std::max(feed_next_, page.newest + 1);
  feed_from_ = page.more ? page.newest + 1 : feed_next_;
  feed_more_ = page.more;
  if (page.movements.size() > moves_per_page_plenty)
    feed_num_ = std::max<std::size_t>(1, feed_num_ / 2);
  else if (page.more)
    feed_num_ = std::min(feed_num_max, feed_num_ * 2);
}

// All below is planned, or read.
std::optional<journal::SetCursor> StockObserver::cursor_to_store() {
  const std::int64_t reached = std::min(
      {feed_next_, pending_.lowest().value_or(feed_next_), to_read_.lowest().value_or(feed_next_)});
  if (reached <= stored_cursor_) return std::nullopt;
  stored_cursor_ = reached;
  return journal::SetCursor{workspace_, feed_cursor, std::to_string(reached)};
}

Task<void> StockObserver::plan_some() {
  std::vector<SkuMovements> batch = pending_.next(skus_per_batch);
  std::vector<SkuObservation> observations;
  observations.reserve(batch.size());
  for (SkuMovements& one : batch) observations.push_back({one, {}, {}});
  const std::int64_t before = stored_cursor_;
  StockPlanning::How how;
  how.cursor = cursor_to_store();
  if (!co_await take_in(std::move(observations), std::move(how))) {
    stored_cursor_ = before;
    pending_.put_back(std::move(batch));
    co_await wake_.wait(trouble_pause);
  }
}

void StockObserver::note_before_load(const std::vector<SkuObservation>& batch) {
  const auto note = [this](const std::string& sku, const std::string& warehouse) {
    if (const std::string* place = planning_.places().place_of(warehouse))
      moved_before_load_[sku].insert(*place);
  };
  for (const SkuObservation& one : batch) {
    for (const model::StockMovement& movement : one.moved.newest)
      note(one.moved.sku, movement.warehouse);
    for (const ReadLevel& read : one.read) note(one.moved.sku, read.level.warehouse);
  }
}

// In steps of a size that nobody else waits long for.
Task<bool> StockObserver::take_in(std::vector<SkuObservation> batch, StockPlanning::How how) {
  if (!planning_.loaded()) note_before_load(batch);
  for (std::size_t from = 0; from == 0 || from < batch.size(); from += skus_per_batch) {
    const std::size_t until = std::min(batch.size(), from + skus_per_batch);
    std::vector<SkuObservation> some(
        std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(from)),
        std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(until)));
    const auto taken = co_await planning_.take_in(std::move(some), how);
    if (!taken) {
      trouble_ = taken.error().what;
      telemetry::log(telemetry::Level::error, "stock_not_stored",
                     {{"workspace", workspace_}, {"what", taken.error().what}});
      co_return false;
    }
    note(*taken);
  }
  co_return true;
}

void StockObserver::note(const TakenIn& taken) {
  for (const TakenIn::ReadAgain& one : taken.read_again)
    to_read_.add(one.warehouse, one.sku, one.movement);
}

json::Object StockObserver::status() const {
  json::Object out;
  out["loaded"] = planning_.loaded();
  if (!planning_.loaded()) {
    out["load"] = json::Object{{"warehouses_read", load_.warehouses_read},
                               {"warehouses", load_.warehouses},
                               {"skus_stored", load_.skus_stored},
                               {"skus", load_.skus}};
  }
  out["places"] = planning_.places().places().size();
  out["unmapped_warehouses"] = planning_.places().unmapped().size();
  out["cursor"] = feed_next_;
  out["levels_to_plan"] = pending_.levels();
  out["levels_to_read"] = to_read_.waiting();
  out["breaker"] = engine::name(gate_.breaker().state());
  out["paused"] = paused_;
  out["trouble"] = trouble_;
  return out;
}

}  // namespace tillbridge::app
