#include "app/stock/stock_observer.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "app/stock/stock_load.h"
#include "app/under_way.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* feed_cursor = "stock/feed";
constexpr std::int64_t overlap_ids = 200;
constexpr Duration virtual_overlap = std::chrono::seconds{60};  // sitoo.md 12
constexpr std::size_t pending_max = 100'000;  // LIMIT: levels; beyond it the feed waits
constexpr std::size_t pending_plenty = 5'000;
constexpr std::size_t skus_per_batch = 100;
constexpr std::size_t feed_num_max = 1'000;
constexpr std::size_t moves_per_page_plenty = 5'000;
constexpr Duration trouble_pause = std::chrono::milliseconds{500};
constexpr Duration idle_wait = std::chrono::seconds{5};

std::int64_t number(std::string_view text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

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

bool StockObserver::idle() const {
  return !working_ && !hinted_ && !feed_more_ && pending_.empty() && to_read_.empty() &&
         planning_.loaded() && !planning_.busy();
}

Task<void> StockObserver::breathe(const Outcome& outcome) {
  trouble_ = outcome.reason;
  co_await wake_.wait(outcome.retry_after.value_or(trouble_pause));
}

Task<void> StockObserver::run() {
  while (!stopping_ && !co_await learn_places()) co_await wake_.wait(trouble_pause * 4);
  while (!stopping_ && !co_await find_cursor()) co_await wake_.wait(trouble_pause * 4);
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
    if (!to_read_.empty()) co_await read_some();
    if (now - asked_virtual_ >= settings_.virtual_every) {
      asked_virtual_ = now;
      for (const model::Warehouse& one : warehouses_) {
        if (!one.has_movements && planning_.places().place_of(one.id) != nullptr && !stopping_)
          co_await read_virtual(one.id);
      }
    }
    if (!pending_.empty()) co_await plan_some();
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
  warehouses_ = std::move(answer.warehouses);
  planning_.set_places(flows::StockPlaces(warehouses_, settings_.places));
  for (const std::string& what : planning_.places().unknown()) {
    telemetry::log(telemetry::Level::warning, "stock_warehouse_unknown",
                   {{"workspace", workspace_},
                    {"what", what},
                    {"do", "compare [[workspace.stock.places]] with the warehouses at Sitoo"}});
  }
  co_return co_await store_unmapped();
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
    feed_next_ = stored_cursor_ = number(*stored->first);
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
    if (done) break;
    telemetry::log(telemetry::Level::warning, "stock_not_loaded",
                   {{"workspace", workspace_}, {"what", done.error().what}});
    co_await wake_.wait(trouble_pause * 10);
  }
  if (stopping_) co_return;
  planning_.set_loaded();
  // Sums of what moved meanwhile were left out.
  std::vector<SkuObservation> sums;
  for (const std::string& sku : moved_before_load_) {
    SkuObservation one;
    one.moved.sku = sku;
    one.send_again = {""};
    sums.push_back(std::move(one));
  }
  moved_before_load_.clear();
  if (!sums.empty()) co_await take_in(std::move(sums), {});
  if (loaded_) loaded_();
}

Duration StockObserver::wait_time(Tick now) const {
  if (paused_) return idle_wait;
  if (feed_due(now) || !pending_.empty() || !to_read_.empty()) return Duration{0};
  const auto until = [&](Tick last, Duration every) {
    return std::max(Duration{0}, last + every - now);
  };
  Duration wait = std::min(idle_wait, until(polled_feed_, settings_.poll_every));
  wait = std::min(wait, until(asked_virtual_, settings_.virtual_every));
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
    const Outcome why = *refused;
    co_await breathe(why);
    co_return;
  }
  asked_feed_ = now;
  hinted_ = false;  // what is announced from here on may be missing in the answer
  const bool overlap = poll || overlap_wanted_;
  const std::int64_t from =
      overlap ? std::max<std::int64_t>(0, feed_next_ - overlap_ids) : feed_next_;
  feed_calls_.add();
  const auto page = co_await client_.movements_from(from, feed_num_ + (overlap ? overlap_ids : 0));
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
    if (planning_.places().place_of(movement.warehouse) != nullptr || !fresh)
      pending_.add(movement, fresh);
    if (!planning_.loaded()) moved_before_load_.insert(movement.sku);
  }
  for (const std::string& what : page.unreadable) {
    telemetry::log(telemetry::Level::warning, "stock_movement_unreadable",
                   {{"workspace", workspace_},
                    {"what", what},
                    {"do", "tillbridge compare stock finds what it changed"}});
  }
  feed_next_ = std::max(feed_next_, page.newest + 1);
  feed_more_ = page.more;
  if (page.movements.size() > moves_per_page_plenty)
    feed_num_ = std::max<std::size_t>(1, feed_num_ / 2);
  else if (page.more)
    feed_num_ = std::min(feed_num_max, feed_num_ * 2);
}

// All below is planned.
std::optional<journal::SetCursor> StockObserver::cursor_to_store() {
  const std::int64_t reached = std::min(feed_next_, pending_.lowest().value_or(feed_next_));
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

Task<bool> StockObserver::take_in(std::vector<SkuObservation> batch, StockPlanning::How how) {
  const auto taken = co_await planning_.take_in(std::move(batch), std::move(how));
  if (!taken) {
    trouble_ = taken.error().what;
    telemetry::log(telemetry::Level::error, "stock_not_stored",
                   {{"workspace", workspace_}, {"what", taken.error().what}});
    co_return false;
  }
  note(*taken);
  co_return true;
}

void StockObserver::note(const TakenIn& taken) {
  for (const auto& [warehouse, sku] : taken.read_again) to_read_[warehouse].insert(sku);
}

Task<StockObserver::AskedLevels> StockObserver::ask(connectors::sitoo::LevelQuery query,
                                                    bool urgent) {
  AskedLevels asked;
  while (!stopping_) {
    const auto refused = gate_.refusal(urgent);
    if (!refused) break;
    const Outcome why = *refused;
    trouble_ = why.reason;
    co_await sleep_for(on_.loop, std::chrono::milliseconds{20});
  }
  asked.moment.mark = on_.ids.next<NoteId>().value;
  asked.moment.cursor = std::max<std::int64_t>(0, feed_next_);
  level_calls_.add();
  asked.page = co_await client_.levels(std::move(query));
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

Task<void> StockObserver::read_virtual(std::string warehouse) {
  const Instant began = on_.clock.now();
  const auto known_to = virtual_read_to_.find(warehouse);
  connectors::sitoo::LevelQuery query;
  query.warehouse = warehouse;
  if (known_to != virtual_read_to_.end()) query.changed_since = known_to->second - virtual_overlap;
  std::optional<Instant> answered;
  for (;;) {
    const auto asked = co_await ask(query, false);
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
  virtual_read_to_[warehouse] = answered.value_or(began);
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
  std::size_t reads = 0;
  for (const auto& [warehouse, skus] : to_read_) reads += skus.size();
  out["levels_to_read"] = reads;
  out["breaker"] = engine::name(gate_.breaker().state());
  out["paused"] = paused_;
  out["trouble"] = trouble_;
  return out;
}

}  // namespace tillbridge::app
