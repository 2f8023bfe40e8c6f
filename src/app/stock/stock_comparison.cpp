#include "app/stock/stock_comparison.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/stock/catalog_rows.h"
#include "app/under_way.h"
#include "base/hash.h"

namespace tillbridge::app {
namespace {

using Kind = desk::StockDifference;
using connectors::bloomreach::CatalogRow;
using connectors::bloomreach::RowQuery;

constexpr const char* bloomreach = "bloomreach";
constexpr std::size_t rows_per_page = 1'000;
constexpr int tries_max = 20;
constexpr Duration pause = std::chrono::milliseconds{500};

std::string text_of(const std::optional<desk::ShownLevel>& shown) {
  return shown && shown->quantity ? shown->quantity->to_text() : std::string{};
}

}  // namespace

StockComparison::StockComparison(Surroundings on, std::string workspace, StockSettings settings,
                                 Parts parts)
    : on_(on), workspace_(std::move(workspace)), settings_(std::move(settings)), parts_(parts) {}

void StockComparison::at(const char* phase, std::size_t done, std::size_t total) {
  phase_ = phase;
  done_ = done;
  total_ = total;
}

json::Object StockComparison::progress() const {
  return {{"running", running_}, {"phase", phase_}, {"done", done_}, {"total", total_}};
}

Task<Result<json::Object>> StockComparison::compare(api::StockComparisonAsked asked) {
  if (running_)
    co_return fail(Error::Kind::unavailable, "stock is being compared already; see its progress");
  if (!parts_.planning.loaded())
    co_return fail(Error::Kind::unavailable,
                   "the levels are being read for the first time; try again when that is done");
  const UnderWay under_way(running_);
  auto compared = co_await compare_alone(std::move(asked));
  at("", 0, 0);
  co_return compared;
}

Task<Result<json::Object>> StockComparison::compare_alone(api::StockComparisonAsked asked) {
  auto round = std::make_shared<Round>();
  round->asked = std::move(asked);
  round->began = on_.clock.now();
  round->map = parts_.planning.places();
  TB_CO_CHECK(co_await recall(round));
  bool good = true;
  if (round->asked.sample > 0) good = co_await choose_sample(round);
  good = good && co_await read_source(round);
  good = good && co_await read_rows(round);
  good = good && co_await look_for_missing(round);
  // Trouble with the sums must not keep the stores' levels from being put right.
  if (good && parts_.variants != nullptr && !co_await read_sums(round))
    round->sums_trouble = std::exchange(round->trouble, {});
  if (good && round->asked.repair) {
    good = co_await repair(round);
    if (round->asked.remove) good = good && co_await remove(round);
  }
  if (!good) co_return fail(Error::Kind::unavailable, "stock was not compared: " + round->trouble);
  TB_CO_CHECK(co_await remember(round));
  co_return report(*round);
}

// Any SKUs will do that the first place knows.
Task<bool> StockComparison::choose_sample(std::shared_ptr<Round> round) {
  std::set<std::string> known;
  Entropy entropy = Entropy::from_machine();
  for (const auto& [place, warehouses] : round->map.places()) {
    connectors::sitoo::LevelQuery query;
    query.warehouse = warehouses.front();
    query.num = 1;
    auto first = co_await parts_.observer.ask(query, false);
    const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(1, first.page.total));
    query.num = std::min<std::size_t>(1'000, round->asked.sample);
    query.start = static_cast<std::size_t>(
        entropy.below(std::max<std::uint64_t>(1, total - std::min(total - 1, query.num) + 1)));
    const auto asked = co_await parts_.observer.ask(query, false);
    if (asked.page.outcome.kind != Outcome::Kind::delivered) {
      round->trouble = asked.page.outcome.reason;
      co_return false;
    }
    for (const model::StockLevel& level : asked.page.levels) known.insert(level.sku);
    if (known.size() >= round->asked.sample) break;
  }
  for (const std::string& sku : known) {
    if (round->skus.size() >= round->asked.sample) break;
    round->sku_index.emplace(sku, static_cast<std::uint32_t>(round->skus.size()));
    round->skus.push_back(sku);
  }
  co_return true;
}

Task<bool> StockComparison::read_source(std::shared_ptr<Round> round) {
  std::vector<std::string> warehouses;
  for (const auto& [place, its] : round->map.places())
    warehouses.insert(warehouses.end(), its.begin(), its.end());
  const std::vector<std::string> sample =
      round->asked.sample > 0 ? round->skus : std::vector<std::string>{};
  std::size_t read = 0;
  for (const std::string& warehouse : warehouses) {
    at("reading Sitoo's levels (warehouses)", read++, warehouses.size());
    // Once without SKUs, or the sample in parts that fit into a URL.
    for (std::size_t from = 0; from == 0 || from < sample.size();
         from += connectors::sitoo::level_skus_max) {
      const std::size_t until = std::min(sample.size(), from + connectors::sitoo::level_skus_max);
      std::vector<std::string> skus(sample.begin() + static_cast<std::ptrdiff_t>(from),
                                    sample.begin() + static_cast<std::ptrdiff_t>(until));
      if (!co_await read_levels(warehouse, std::move(skus), round)) co_return false;
    }
  }
  co_return true;
}

Task<bool> StockComparison::read_levels(std::string warehouse, std::vector<std::string> skus,
                                        std::shared_ptr<Round> round) {
  connectors::sitoo::LevelQuery query;
  query.warehouse = warehouse;
  query.skus = std::move(skus);
  int tries = 0;
  for (;;) {
    auto asked = co_await parts_.observer.ask(query, false);
    if (parts_.observer.stopping()) co_return false;
    if (asked.page.outcome.kind != Outcome::Kind::delivered) {
      round->trouble =
          fmt::format("warehouse {} cannot be read: {}", warehouse, asked.page.outcome.reason);
      if (++tries >= tries_max) co_return false;
      co_await sleep_for(on_.loop, pause);  // the gate knows of a longer one, and of stopping
      continue;
    }
    const std::size_t got = asked.page.got;
    const std::int64_t total = asked.page.total;
    if (!co_await look_at_levels(warehouse, asked, round)) co_return false;
    query.start += got;
    if (got == 0 || static_cast<std::int64_t>(query.start) >= total) co_return true;
  }
}

Task<bool> StockComparison::look_at_levels(std::string warehouse, StockObserver::AskedLevels asked,
                                           std::shared_ptr<Round> round) {
  const std::vector<model::StockLevel>& levels = asked.page.levels;
  std::vector<std::string> skus;
  for (const model::StockLevel& level : levels) skus.push_back(level.sku);
  const auto known = co_await parts_.planning.known(std::move(skus));
  if (!known) {
    round->trouble = known.error().what;
    co_return false;
  }
  const Instant now = on_.clock.now();
  const std::string place = *round->map.place_of(warehouse);
  const auto place_number =
      round->place_index.try_emplace(place, static_cast<std::uint16_t>(round->places.size()));
  if (place_number.second) round->places.push_back(place);
  std::vector<SkuObservation> missed;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const model::StockLevel& level = levels[i];
    ++round->levels;
    const auto sku_number =
        round->sku_index.try_emplace(level.sku, static_cast<std::uint32_t>(round->skus.size()));
    if (sku_number.second) round->skus.push_back(level.sku);
    round->expected.push_back({stable_hash(row_id(place, level.sku)), sku_number.first->second,
                               place_number.first->second, false});
    const model::WarehouseStock* ours = (*known)[i] ? (*known)[i]->stock.find(warehouse) : nullptr;
    if (ours != nullptr && ours->available == level.available) continue;
    const Instant moved_at = level.moved_at.value_or(Instant{});
    const bool fresh = now - moved_at < settings_.visible_after ||
                       ((*known)[i] && now - (*known)[i]->changed_at < settings_.visible_after);
    const desk::ShownLevel shown{ours == nullptr ? std::nullopt : std::optional(ours->available),
                                 std::nullopt};
    const desk::ExpectedLevel truth{level.available, moved_at, fresh};
    found(fresh ? Kind::late : Kind::missed, place, level.sku, shown, truth, moved_at, *round);
    SkuObservation one;
    one.moved.sku = level.sku;
    one.read.push_back({level, asked.moment});
    missed.push_back(std::move(one));
  }
  co_return !round->asked.repair || co_await learn(std::move(missed), round);
}

// The records learn what was missed, and its rows follow.
Task<bool> StockComparison::learn(std::vector<SkuObservation> missed,
                                  std::shared_ptr<Round> round) {
  constexpr std::size_t skus_per_step = 100;
  for (std::size_t from = 0; from < missed.size(); from += skus_per_step) {
    const auto begin = missed.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t count = std::min(skus_per_step, missed.size() - from);
    std::vector<SkuObservation> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    const auto taken = co_await parts_.planning.take_in(std::move(some), {});
    if (!taken) {
      round->trouble = taken.error().what;
      co_return false;
    }
    for (const TakenIn::ReadAgain& one : taken->read_again)
      parts_.observer.read_soon(one.warehouse, one.sku);
  }
  co_return true;
}

Task<bool> StockComparison::read_rows(std::shared_ptr<Round> round) {
  std::sort(round->expected.begin(), round->expected.end(),
            [](const Expected& a, const Expected& b) { return a.id < b.id; });
  const auto catalog = co_await parts_.inventory.find(parts_.client, round->asked.repair);
  if (catalog.outcome.kind != Outcome::Kind::delivered) {
    round->trouble = catalog.outcome.reason;
    co_return false;
  }
  if (round->asked.sample == 0) {
    const Listing all = co_await list(catalog.id, {}, round);
    if (!all.good || all.whole) co_return all.good;
    // What is of a SKU that Sitoo does not have is found as far as a place's rows can be listed.
    for (const std::string& place : round->places) {
      RowQuery query;
      query.text = place;
      query.field = settings_.bloomreach.store_column;
      const Listing some = co_await list(catalog.id, std::move(query), round);
      if (!some.good) co_return false;
    }
  }
  std::size_t asked = 0;
  const std::vector<std::string> skus = round->skus;
  for (const std::string& sku : skus) {
    at("reading the catalog (SKUs)", ++asked, skus.size());
    RowQuery query;
    query.text = sku;
    query.field = settings_.bloomreach.sku_column;
    const Listing rows = co_await list(catalog.id, std::move(query), round);
    if (!rows.good) co_return false;
    if (!rows.whole && !co_await read_one_by_one(catalog.id, sku, round)) co_return false;
  }
  co_return true;
}

// More than about 1 000 rows cannot be listed of one question (bloomreach.md 4).
Task<StockComparison::Listing> StockComparison::list(std::string catalog_id, RowQuery query,
                                                     std::shared_ptr<Round> round) {
  Listing listing;
  query.count = rows_per_page;
  auto rows = co_await page(std::move(catalog_id), std::move(query));
  if (rows.outcome.kind != Outcome::Kind::delivered) {
    round->trouble =
        "the catalog " + parts_.inventory.name() + " cannot be read: " + rows.outcome.reason;
    co_return listing;
  }
  listing.rows = rows.rows.size();
  listing.whole = !rows.total_is_limited && listing.rows >= rows.total;
  listing.good = co_await look_at_rows(std::move(rows.rows), round);
  co_return listing;
}

Task<bool> StockComparison::read_one_by_one(std::string catalog_id, std::string sku,
                                            std::shared_ptr<Round> round) {
  const std::vector<std::string> places = round->places;
  for (const std::string& place : places) {
    const auto one = co_await row(catalog_id, row_id(place, sku));
    if (one.outcome.kind != Outcome::Kind::delivered) {
      round->trouble = one.outcome.reason;
      co_return false;
    }
    if (!one.row) continue;
    std::vector<CatalogRow> rows{*one.row};
    if (!co_await look_at_rows(std::move(rows), round)) co_return false;
  }
  co_return true;
}

std::optional<desk::ExpectedLevel> StockComparison::expected_of(const Known& known,
                                                                const std::string& place,
                                                                Instant now) const {
  const auto level = parts_.planning.expected(known.stock, place);
  if (!level) return std::nullopt;
  const std::string lane = "stock/" + (place.empty() ? "*" : place) + "/" + level->sku;
  const bool on_its_way =
      now - known.changed_at < settings_.visible_after ||
      parts_.waits(place.empty() ? flows::stock_sum_flow : flows::stock_level_flow, lane);
  return desk::ExpectedLevel{level->quantity, level->changed_at, on_its_way};
}

void StockComparison::found(Kind kind, const std::string& place, const std::string& sku,
                            const std::optional<desk::ShownLevel>& shown,
                            const std::optional<desk::ExpectedLevel>& expected, Instant changed_at,
                            Round& round) {
  Finding finding;
  finding.kind = kind;
  finding.place = place;
  finding.sku = sku;
  finding.item_id = row_id(place, sku);
  finding.shown = text_of(shown);
  if (expected) finding.expected = expected->quantity.to_text();
  const auto earlier = round.first_seen.find(finding.item_id);
  finding.since =
      earlier == round.first_seen.end() ? round.began : from_unix_seconds(earlier->second);
  // On its way since it changed, wherever it waits.
  if (kind == Kind::late && changed_at > Instant{}) finding.since = changed_at;
  round.findings.push_back(std::move(finding));
}

Task<bool> StockComparison::look_at_rows(std::vector<CatalogRow> rows,
                                         std::shared_ptr<Round> round) {
  std::vector<std::optional<RowOf>> whose;
  std::vector<std::string> skus;
  for (const CatalogRow& row : rows) {
    whose.push_back(inventory_row_of(row, settings_.bloomreach));
    skus.push_back(whose.back() ? whose.back()->sku : std::string{});
  }
  const auto known = co_await parts_.planning.known(std::move(skus));
  if (!known) {
    round->trouble = known.error().what;
    co_return false;
  }
  const Instant now = on_.clock.now();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!whose[i]) continue;  // no row of ours, whatever it is
    const auto& [place, sku] = *whose[i];
    if (round->asked.sample > 0 && !round->sku_index.contains(sku)) continue;
    const std::uint64_t id = stable_hash(rows[i].item_id);
    if (!round->looked_at.insert(id).second) continue;
    ++round->rows;
    bool at_source = false;
    for (auto one = std::lower_bound(round->expected.begin(), round->expected.end(), id,
                                     [](const Expected& a, std::uint64_t b) { return a.id < b; });
         one != round->expected.end() && one->id == id; ++one)
      at_source = one->seen = true;
    const desk::ShownLevel shown =
        shown_by(rows[i].properties, settings_.bloomreach.quantity_column,
                 settings_.bloomreach.updated_column);
    const bool ours = round->map.publishes(place, bloomreach);
    const auto expected = (*known)[i] ? expected_of(*(*known)[i], place, now) : std::nullopt;
    if (ours && at_source && !expected) continue;  // "missed" already
    const Kind kind = desk::difference(shown, expected, ours);
    if (kind == Kind::none) continue;
    found(kind, place, sku, shown, expected, expected ? expected->changed_at : Instant{}, *round);
  }
  co_return true;
}

Task<bool> StockComparison::look_for_missing(std::shared_ptr<Round> round) {
  std::set<std::uint64_t> done;  // several warehouses of a place
  for (std::size_t from = 0; from < round->expected.size();) {
    std::vector<std::pair<std::string, std::string>> missing;
    std::vector<std::string> skus;
    for (; from < round->expected.size() && missing.size() < rows_per_page; ++from) {
      const Expected& one = round->expected[from];
      const std::string& place = round->places[one.place];
      if (one.seen || !round->map.publishes(place, bloomreach)) continue;
      if (!done.insert(one.id).second) continue;
      missing.emplace_back(place, round->skus[one.sku]);
      skus.push_back(round->skus[one.sku]);
    }
    at("looking for missing rows", from, round->expected.size());
    const auto known = co_await parts_.planning.known(std::move(skus));
    if (!known) {
      round->trouble = known.error().what;
      co_return false;
    }
    const Instant now = on_.clock.now();
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (!(*known)[i]) continue;  // "missed" already
      const auto expected = expected_of(*(*known)[i], missing[i].first, now);
      const Kind kind = desk::difference(std::nullopt, expected, true);
      if (kind != Kind::none)
        found(kind, missing[i].first, missing[i].second, std::nullopt, expected,
              expected ? expected->changed_at : Instant{}, *round);
    }
  }
  co_return true;
}

json::Object StockComparison::sum_in(const CatalogRow& row) const {
  json::Object sum;
  if (const json::Value* value = row.properties.if_contains(settings_.bloomreach.sum_column))
    sum[settings_.bloomreach.sum_column] = *value;
  return sum;
}

Task<bool> StockComparison::read_sums(std::shared_ptr<Round> round) {
  const auto catalog = co_await parts_.variants->find(parts_.client, false);
  if (catalog.outcome.kind != Outcome::Kind::delivered) {
    round->trouble = catalog.outcome.reason;
    co_return false;
  }
  auto shown = std::make_shared<std::unordered_map<std::string, json::Object>>();
  RowQuery query;
  query.count = rows_per_page;
  const auto rows = co_await page(catalog.id, query);
  if (rows.outcome.kind != Outcome::Kind::delivered) {
    round->trouble = rows.outcome.reason;
    co_return false;
  }
  const bool whole = rows.rows.size() < rows_per_page;
  for (const CatalogRow& row : rows.rows) shown->emplace(row.item_id, sum_in(row));
  std::size_t asked = 0;
  const std::vector<std::string> skus = whole ? std::vector<std::string>{} : round->skus;
  for (const std::string& sku : skus) {
    at("reading the variants (SKUs)", ++asked, skus.size());
    if (shown->contains(row_id("", sku))) continue;
    const auto one = co_await row(catalog.id, row_id("", sku));
    if (one.outcome.kind != Outcome::Kind::delivered) {
      round->trouble = one.outcome.reason;
      co_return false;
    }
    if (one.row) shown->emplace(one.row->item_id, sum_in(*one.row));
  }
  for (std::size_t from = 0; from < round->skus.size(); from += rows_per_page) {
    const auto begin = round->skus.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t count = std::min(rows_per_page, round->skus.size() - from);
    std::vector<std::string> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    if (!co_await look_at_sums(std::move(some), shown, round)) co_return false;
  }
  co_return true;
}

Task<bool> StockComparison::look_at_sums(
    std::vector<std::string> skus,
    std::shared_ptr<std::unordered_map<std::string, json::Object>> shown,
    std::shared_ptr<Round> round) {
  const auto known = co_await parts_.planning.known(skus);
  if (!known) {
    round->trouble = known.error().what;
    co_return false;
  }
  const Instant now = on_.clock.now();
  for (std::size_t i = 0; i < skus.size(); ++i) {
    if (!(*known)[i]) continue;
    const auto expected = expected_of(*(*known)[i], "", now);
    if (!expected) continue;
    ++round->sums;
    const auto row = shown->find(row_id("", skus[i]));
    if (row == shown->end()) {
      found(Kind::unknown_sku, "", skus[i], std::nullopt, expected, expected->changed_at, *round);
      continue;
    }
    const desk::ShownLevel level = shown_by(row->second, settings_.bloomreach.sum_column, "");
    const Kind kind = desk::difference(level, expected, true);
    if (kind != Kind::none) found(kind, "", skus[i], level, expected, expected->changed_at, *round);
  }
  co_return true;
}

}  // namespace tillbridge::app
