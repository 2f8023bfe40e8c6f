#include "ledger/stock_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "ledger/stock_history.h"
#include "ledger/stock_item_id.h"
#include "text_pool.h"

namespace sandbox {
namespace {

using Milli = std::int64_t;
using Number = std::uint32_t;  // of a place, a SKU, a warehouse

// Cells of the tables below that hold no quantity.
constexpr Milli none = std::numeric_limits<Milli>::min();
constexpr Milli removed_row = none + 1;  // stood there once
constexpr Milli no_quantity = none + 2;  // the row is there, its quantity is none
constexpr std::size_t findings_max = 20;

bool is_quantity(Milli cell) {
  return cell > no_quantity;
}

// By SKU number; grows with the assortment.
class Cells {
 public:
  Milli at(Number sku) const { return sku < cells_.size() ? cells_[sku] : none; }
  void set(Number sku, Milli milli) {
    if (sku >= cells_.size()) cells_.resize(std::size_t{sku} + 1, none);
    cells_[sku] = milli;
  }

 private:
  std::vector<Milli> cells_;
};

std::string words(Milli cell) {
  if (cell == none) return "nothing";
  if (cell == removed_row) return "removed";
  if (cell == no_quantity) return "no quantity";
  return fmt::format("{:g}", static_cast<double>(cell) / 1000);
}

Milli quantity_of(const boost::json::value& value) {
  if (!value.is_number()) return no_quantity;
  const double milli = value.to_number<double>() * 1000;
  constexpr double sane_max = 1e15, three_decimals = 1e-4;
  if (!(std::abs(milli) < sane_max)) return no_quantity;
  const double whole = std::round(milli);
  return std::abs(milli - whole) > three_decimals ? no_quantity : static_cast<Milli>(whole);
}

struct Place {
  std::string code;
  std::vector<Number> warehouses;
  Cells rows;
};

struct Lane {  // of a row that moved, or differs
  std::optional<StockHistory> history;
  std::optional<std::int64_t> differs_since_us;
};

}  // namespace

struct StockLedger::State {
  StockExpectations expectations;
  TextPool skus;
  boost::unordered_flat_map<int, Number> warehouse_numbers;
  std::vector<Cells> levels;                    // by warehouse
  std::vector<std::optional<Number>> place_of;  // by warehouse
  std::vector<Place> places;
  boost::unordered_flat_map<std::string, Number> place_numbers;
  Cells sum_rows;
  std::map<std::string, Milli, std::less<>> strays;  // rows of places that are none

  boost::unordered_flat_map<std::uint64_t, Lane> lanes;  // by place and SKU
  boost::unordered_flat_map<Number, Lane> sum_lanes;
  std::uint64_t changes = 0, calls = 0, rows = 0, invented = 0, backwards = 0;
  std::vector<float> stale_ms;
  std::vector<std::string> findings;

  static std::uint64_t key(Number place, Number sku) { return (std::uint64_t{place} << 32) | sku; }

  Number warehouse_number(int warehouse) {
    const auto [entry, added] =
        warehouse_numbers.try_emplace(warehouse, static_cast<Number>(levels.size()));
    if (added) {
      levels.emplace_back();
      place_of.emplace_back();
    }
    return entry->second;
  }
  Number place_number(const std::string& code) {
    const auto [entry, added] = place_numbers.try_emplace(code, static_cast<Number>(places.size()));
    if (added) places.push_back({code, {}, {}});
    return entry->second;
  }

  Milli published(Number place, Number sku) const {
    Milli sum = none;
    for (const Number warehouse : places[place].warehouses) {
      const Milli level = levels[warehouse].at(sku);
      if (level != none) sum = (sum == none ? 0 : sum) + level;
    }
    return sum == none ? none : std::max<Milli>(sum, 0);
  }
  Milli published_sum(Number sku) const {
    Milli sum = none;
    for (Number place = 0; place < places.size(); ++place) {
      const Milli here = published(place, sku);
      if (here != none) sum = (sum == none ? 0 : sum) + here;
    }
    return sum;
  }

  // The row's place and SKU; the SKU may be new. nullopt: no such place.
  struct Position {
    Number place;
    std::string sku;
  };
  std::optional<Position> position_of(std::string_view item_id) const {
    for (std::size_t at = item_id.find("__"); at != std::string_view::npos;
         at = item_id.find("__", at + 1)) {
      const auto place = place_numbers.find(stock_id_unescaped(item_id.substr(0, at)));
      if (place != place_numbers.end())
        return Position{place->second, stock_id_unescaped(item_id.substr(at + 2))};
    }
    return std::nullopt;
  }

  void find(std::string what) {
    if (findings.size() < findings_max) findings.push_back(std::move(what));
  }
  // Begins or ends a span in which the row differs.
  void judge(std::optional<std::int64_t>& since, bool differs, std::int64_t at_us) {
    if (differs && !since) since = at_us;
    if (differs || !since) return;
    stale_ms.push_back(static_cast<float>(std::max<std::int64_t>(at_us - *since, 0)) / 1000.0F);
    since.reset();
  }
  // A row that never was is missing only when its level moved.
  static bool differs(Milli row, Milli truth, bool has_moved) {
    if (row == none) return truth != none && has_moved;
    if (row == removed_row) return truth != none;
    return row != truth;
  }
  void judge_sum(Number sku, std::int64_t at_us) {
    const Milli row = sum_rows.at(sku);
    if (!is_quantity(row)) return;  // an unknown SKU stays unknown
    judge(sum_lanes[sku].differs_since_us, row != published_sum(sku), at_us);
  }

  void took_row(std::string_view item_id, const boost::json::value& value, std::int64_t at_us);
  void took_sum(std::string_view item_id, const boost::json::value& value, std::int64_t at_us);
  void compare(StockFigures& figures) const;
};

StockLedger::StockLedger(StockExpectations expectations) : state_(std::make_unique<State>()) {
  state_->expectations = std::move(expectations);
}
StockLedger::~StockLedger() = default;

void StockLedger::set_expectations(StockExpectations expectations) {
  state_->expectations = std::move(expectations);
}

void StockLedger::set_places(std::map<int, std::string> place_of_warehouse) {
  for (Place& place : state_->places) place.warehouses.clear();
  std::fill(state_->place_of.begin(), state_->place_of.end(), std::nullopt);
  for (const auto& [warehouse, code] : place_of_warehouse) {
    const Number number = state_->warehouse_number(warehouse);
    const Number place = state_->place_number(code);
    state_->place_of[number] = place;
    state_->places[place].warehouses.push_back(number);
  }
  // What was published until now was another sum: nothing can be said about it any longer.
  state_->lanes.clear();
  state_->sum_lanes.clear();
}

void StockLedger::opening(int warehouse, std::string_view sku, Milli available_milli) {
  const Number number = state_->warehouse_number(warehouse);
  state_->levels[number].set(state_->skus.number_of(sku), available_milli);
}

void StockLedger::moved(int warehouse, std::string_view sku_text, Milli available_milli,
                        std::int64_t at_us) {
  State& state = *state_;
  const Number number = state.warehouse_number(warehouse);
  const Number sku = state.skus.number_of(sku_text);
  const auto place = state.place_of[number];
  const Milli before = place ? state.published(*place, sku) : none;
  state.levels[number].set(sku, available_milli);
  if (!place) return;
  const Milli after = state.published(*place, sku);
  if (after == before) return;
  ++state.changes;
  Lane& lane = state.lanes[State::key(*place, sku)];
  if (!lane.history)
    lane.history.emplace(before == none ? std::nullopt : std::optional<Milli>(before));
  lane.history->moved(at_us, after);
  const Milli row = state.places[*place].rows.at(sku);
  state.judge(lane.differs_since_us, State::differs(row, after, true), at_us);
  state.judge_sum(sku, at_us);
}

void StockLedger::stood(std::string_view catalog, std::string_view item_id,
                        const boost::json::object& properties) {
  State& state = *state_;
  const StockExpectations& expected = state.expectations;
  const bool sum = catalog == expected.variants_catalog;
  if (!sum && catalog != expected.inventory_catalog) return;
  const auto* value = properties.if_contains(sum ? expected.sum_column : expected.quantity_column);
  const Milli quantity = value == nullptr ? no_quantity : quantity_of(*value);
  if (sum) {
    state.sum_rows.set(state.skus.number_of(stock_id_unescaped(item_id)), quantity);
  } else if (const auto position = state.position_of(item_id)) {
    state.places[position->place].rows.set(state.skus.number_of(position->sku), quantity);
  } else {
    state.strays[std::string(item_id)] = quantity;
  }
}

void StockLedger::State::took_row(std::string_view item_id, const boost::json::value& value,
                                  std::int64_t at_us) {
  const Milli quantity = quantity_of(value);
  const auto position = position_of(item_id);
  if (!position) {
    ++invented;
    strays[std::string(item_id)] = quantity;
    return find(fmt::format("{}: a row of a place that is none", item_id));
  }
  const Number sku = skus.number_of(position->sku);
  const Milli truth = published(position->place, sku);
  const auto lane = lanes.find(key(position->place, sku));
  const bool moved = lane != lanes.end() && lane->second.history;
  auto verdict =
      truth == quantity ? StockHistory::Verdict::in_order : StockHistory::Verdict::invented;
  if (moved) verdict = lane->second.history->took(at_us, quantity);
  if (verdict == StockHistory::Verdict::backwards) {
    ++backwards;
    find(fmt::format("{}: back to {}", item_id, words(quantity)));
  } else if (verdict == StockHistory::Verdict::invented) {
    ++invented;
    find(fmt::format("{}: {} was never true", item_id, words(quantity)));
  }
  places[position->place].rows.set(sku, quantity);
  const bool now_differs = differs(quantity, truth, moved);
  if (lane != lanes.end()) {
    judge(lane->second.differs_since_us, now_differs, at_us);
  } else if (now_differs) {
    judge(lanes[key(position->place, sku)].differs_since_us, true, at_us);
  }
}

void StockLedger::State::took_sum(std::string_view item_id, const boost::json::value& value,
                                  std::int64_t at_us) {
  const Number sku = skus.number_of(stock_id_unescaped(item_id));
  const Milli quantity = quantity_of(value);
  sum_rows.set(sku, quantity);
  judge(sum_lanes[sku].differs_since_us, quantity != published_sum(sku), at_us);
}

void StockLedger::published(std::string_view catalog, std::string_view item_id,
                            const boost::json::object& properties, std::int64_t at_us) {
  const StockExpectations& expected = state_->expectations;
  if (catalog == expected.inventory_catalog) {
    if (const auto* value = properties.if_contains(expected.quantity_column))
      state_->took_row(item_id, *value, at_us);
  } else if (catalog == expected.variants_catalog) {
    if (const auto* value = properties.if_contains(expected.sum_column))
      state_->took_sum(item_id, *value, at_us);
  }
}

void StockLedger::removed(std::string_view catalog, std::string_view item_id) {
  State& state = *state_;
  if (catalog == state.expectations.variants_catalog) {
    const auto sku = state.skus.find(stock_id_unescaped(item_id));
    if (sku && state.sum_rows.at(*sku) != none) state.sum_rows.set(*sku, removed_row);
  }
  if (catalog != state.expectations.inventory_catalog) return;
  if (const auto stray = state.strays.find(item_id); stray != state.strays.end())
    state.strays.erase(stray);
  const auto position = state.position_of(item_id);
  const auto sku = position ? state.skus.find(position->sku) : std::nullopt;
  if (!sku) return;
  Cells& rows = state.places[position->place].rows;
  if (rows.at(*sku) != none) rows.set(*sku, removed_row);
}

void StockLedger::took_call(std::size_t rows) {
  ++state_->calls;
  state_->rows += rows;
}

std::map<std::string, Milli> StockLedger::rows_now_milli() const {
  std::map<std::string, Milli> rows;
  for (Number place = 0; place < state_->places.size(); ++place) {
    for (Number sku = 0; sku < state_->skus.size(); ++sku) {
      const Milli milli = state_->published(place, sku);
      if (milli == none) continue;
      rows[stock_row_item_id(state_->places[place].code, state_->skus.text(sku))] = milli;
    }
  }
  return rows;
}

std::map<std::string, Milli> StockLedger::sums_now_milli() const {
  std::map<std::string, Milli> sums;
  for (Number sku = 0; sku < state_->skus.size(); ++sku) {
    const Milli milli = state_->published_sum(sku);
    if (milli != none) sums[stock_sum_item_id(state_->skus.text(sku))] = milli;
  }
  return sums;
}

std::optional<Milli> StockLedger::row_now_milli(std::string_view item_id) const {
  const auto position = state_->position_of(item_id);
  const auto sku = position ? state_->skus.find(position->sku) : std::nullopt;
  const Milli milli = sku ? state_->published(position->place, *sku) : none;
  if (milli == none) return std::nullopt;
  return milli;
}

void StockLedger::State::compare(StockFigures& figures) const {
  const auto wrong = [&figures](std::string_view item_id, Milli row, Milli truth) {
    ++figures.wrong_at_end;
    if (figures.findings.size() < findings_max)
      figures.findings.push_back(
          fmt::format("{}: {}, must be {}", item_id, words(row), words(truth)));
  };
  for (Number place = 0; place < places.size(); ++place) {
    for (Number sku = 0; sku < skus.size(); ++sku) {
      const Milli row = places[place].rows.at(sku), truth = published(place, sku);
      if (row == truth) continue;
      const auto lane = lanes.find(key(place, sku));
      const bool moved = lane != lanes.end() && lane->second.history;
      if (differs(row, truth, moved))
        wrong(stock_row_item_id(places[place].code, skus.text(sku)), row, truth);
    }
  }
  for (const auto& [item_id, row] : strays) wrong(item_id, row, none);
  if (expectations.variants_catalog.empty()) return;
  for (Number sku = 0; sku < skus.size(); ++sku) {
    const Milli row = sum_rows.at(sku), truth = published_sum(sku);
    if (is_quantity(row) && truth != none && row != truth)
      wrong("sum " + stock_sum_item_id(skus.text(sku)), row, truth);
  }
}

StockFigures StockLedger::figures() const {
  StockFigures figures;
  figures.changes = state_->changes;
  figures.calls = state_->calls;
  figures.rows = state_->rows;
  figures.invented = state_->invented;
  figures.backwards = state_->backwards;
  figures.findings = state_->findings;
  std::vector<float> spans = state_->stale_ms;
  if (!spans.empty()) {
    std::sort(spans.begin(), spans.end());
    // The smallest span that at least this share of all is not above.
    const auto quantile = [&spans](double share) {
      const auto rank = std::ceil(share * static_cast<double>(spans.size()));
      return static_cast<double>(spans[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
    };
    figures.stale_p50_ms = quantile(0.5);
    figures.stale_p99_ms = quantile(0.99);
    figures.stale_max_ms = static_cast<double>(spans.back());
  }
  state_->compare(figures);
  return figures;
}

}  // namespace sandbox
