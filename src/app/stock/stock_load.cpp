#include "app/stock/stock_load.h"

#include <charconv>

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {
constexpr std::size_t skus_per_step = 100;
constexpr int tries_max = 20;  // per page; in a row without a good answer
constexpr Duration pause = std::chrono::milliseconds{500};
}  // namespace

std::string levels_cursor(const std::string& warehouse) {
  return "stock/levels/" + warehouse;
}

std::int64_t cursor_number(std::string_view text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

StockLoad::StockLoad(Surroundings on, std::string workspace, StockObserver& observer,
                     StockPlanning& planning, std::uint32_t reads_in_flight, LoadProgress& progress)
    : on_(on),
      workspace_(std::move(workspace)),
      observer_(observer),
      planning_(planning),
      reads_in_flight_(std::max(1U, reads_in_flight)),
      progress_(progress) {
  for (const model::Warehouse& one : observer.warehouses()) {
    if (planning.places().place_of(one.id) != nullptr) warehouses_.push_back(one.id);
  }
  progress_ = {};
  progress_.warehouses = warehouses_.size();
}

Task<Result<void>> StockLoad::run() {
  TaskGroup readers(on_.loop, [this](const std::string& what) { trouble_ = what; });
  for (std::size_t first = 0; first < reads_in_flight_; ++first)
    readers.start(read_share(first, reads_in_flight_));
  co_await readers.join();
  if (!trouble_.empty()) co_return fail(Error::Kind::unavailable, trouble_);
  if (observer_.stopping()) co_return fail(Error::Kind::unavailable, "Tillbridge is stopping");
  progress_.skus = skus_.size();
  co_return co_await store();
}

Task<void> StockLoad::read_share(std::size_t first, std::size_t step) {
  for (std::size_t index = first; index < warehouses_.size(); index += step) {
    if (!trouble_.empty() || observer_.stopping()) co_return;
    if (!co_await read_warehouse(static_cast<std::uint32_t>(index))) co_return;
    ++progress_.warehouses_read;
  }
}

Task<bool> StockLoad::read_warehouse(std::uint32_t index) {
  connectors::sitoo::LevelQuery query;
  query.warehouse = warehouses_[index];
  int tries = 0;
  for (;;) {
    const auto asked = co_await observer_.ask(query, false);
    if (observer_.stopping()) co_return false;
    if (asked.page.too_large && query.num > 1) {
      query.num /= 2;
      continue;
    }
    if (asked.page.outcome.kind != Outcome::Kind::delivered) {
      if (asked.page.outcome.kind == Outcome::Kind::rejected) {
        leave_out(query.warehouse, asked.page.outcome.reason);
        co_return true;
      }
      if (++tries >= tries_max) {
        trouble_ = fmt::format("warehouse {} cannot be read: {}", query.warehouse,
                               asked.page.outcome.reason);
        co_return false;
      }
      co_await sleep_for(on_.loop, pause);  // the gate knows of a longer one, and of stopping
      continue;
    }
    tries = 0;
    const auto moment = static_cast<std::uint32_t>(moments_.size());
    moments_.push_back(asked.moment);
    read_to_.try_emplace(query.warehouse, asked.moment.answered_at);
    for (const model::StockLevel& level : asked.page.levels) {
      skus_[level.sku].push_back(
          {index, moment, level.total, level.reserved, level.available, level.moved_at});
    }
    query.start += asked.page.got;
    if (asked.page.got == 0 || static_cast<std::int64_t>(query.start) >= asked.page.total)
      co_return true;
  }
}

SkuObservation StockLoad::observation(const std::string& sku,
                                      const std::vector<Level>& levels) const {
  SkuObservation one;
  one.moved.sku = sku;
  one.read.reserve(levels.size());
  for (const Level& level : levels) {
    ReadLevel read;
    read.level = {warehouses_[level.warehouse],
                  sku,
                  level.total,
                  level.reserved,
                  level.available,
                  level.moved_at};
    read.moment = moments_[level.moment];
    one.read.push_back(std::move(read));
  }
  return one;
}

// It holds nobody up; reading what changed asks for it again.
void StockLoad::leave_out(const std::string& warehouse, const std::string& why) {
  read_to_.erase(warehouse);
  telemetry::log(telemetry::Level::warning, "stock_warehouse_left_out",
                 {{"workspace", workspace_},
                  {"warehouse", warehouse},
                  {"what", why},
                  {"do", "let the API user read it, or make it not sellable at Sitoo"}});
}

Task<Result<void>> StockLoad::store() {
  auto next = skus_.begin();
  while (next != skus_.end()) {
    if (observer_.stopping()) co_return fail(Error::Kind::unavailable, "Tillbridge is stopping");
    std::vector<SkuObservation> batch;
    while (next != skus_.end() && batch.size() < skus_per_step) {
      batch.push_back(observation(next->first, next->second));
      next = skus_.erase(next);
    }
    const std::size_t count = batch.size();
    StockPlanning::How how;
    how.publish = false;
    const auto taken = co_await planning_.take_in(std::move(batch), std::move(how));
    if (!taken) co_return fail(taken.error());
    for (const TakenIn::ReadAgain& one : taken->read_again)
      observer_.read_soon(one.warehouse, one.sku);
    progress_.skus_stored += count;
  }
  journal::Step step;
  step.cursors.push_back(
      {workspace_, stock_loaded_cursor, std::to_string(to_unix_seconds(on_.clock.now()))});
  for (const auto& [warehouse, at] : read_to_) {
    step.cursors.push_back(
        {workspace_, levels_cursor(warehouse), std::to_string(to_unix_seconds(at))});
  }
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::app
