#include "flows/stock_to_bloomreach.h"

#include <algorithm>

namespace tillbridge::flows {
namespace {

constexpr const char* channel = "bloomreach";
constexpr Duration sold_just_now = std::chrono::hours{1};
constexpr Duration sold_lately = std::chrono::hours{24 * 7};

Decimal sum_of(Decimal a, Decimal b) {
  return add(a, b).value_or(a);  // beyond 9e9 pieces nobody counts
}

std::optional<PublishedLevel> level_of(const model::SkuStock* stock, const std::string& place,
                                       const StockPlaces& places, const BufferRules& buffers) {
  if (stock == nullptr) return std::nullopt;
  return place.empty() ? published_sum(*stock, places, buffers, channel)
                       : published_at(*stock, place, places, buffers, channel);
}

}  // namespace

std::optional<PublishedLevel> published_at(const model::SkuStock& stock, const std::string& place,
                                           const StockPlaces& places, const BufferRules& buffers,
                                           const std::string& to) {
  if (!places.publishes(place, to)) return std::nullopt;
  std::optional<PublishedLevel> level;
  for (const std::string& warehouse : places.warehouses_of(place)) {
    const model::WarehouseStock* one = stock.find(warehouse);
    if (one == nullptr) continue;
    if (!level) level = PublishedLevel{place, stock.sku, Decimal{}, one->changed_at};
    level->quantity = sum_of(level->quantity, one->available);
    level->changed_at = std::max(level->changed_at, one->changed_at);
  }
  if (!level) return std::nullopt;
  const double speed = stock.speed.units_per_day(level->changed_at);
  level->quantity = published_level(level->quantity, buffer_for(buffers, to, stock.sku, speed));
  return level;
}

std::optional<PublishedLevel> published_sum(const model::SkuStock& stock, const StockPlaces& places,
                                            const BufferRules& buffers, const std::string& to) {
  std::optional<PublishedLevel> sum;
  for (const auto& [place, warehouses] : places.places()) {
    const auto level = published_at(stock, place, places, buffers, to);
    if (!level) continue;
    if (!sum) sum = PublishedLevel{"", stock.sku, Decimal{}, level->changed_at};
    sum->quantity = sum_of(sum->quantity, level->quantity);
    sum->changed_at = std::max(sum->changed_at, level->changed_at);
  }
  return sum;
}

StockUrgency urgency_of(const model::SkuStock& stock, const PublishedLevel& before,
                        const PublishedLevel& after, bool at_a_till, Instant now) {
  const bool ran_out_or_came = before.quantity.is_zero() != after.quantity.is_zero();
  if (ran_out_or_came || at_a_till) return StockUrgency::at_once;
  if (!stock.speed.ever_sold()) return StockUrgency::when_quiet;
  const Duration since = now - stock.speed.last_sold_at();
  if (since <= sold_just_now) return StockUrgency::at_once;
  return since <= sold_lately ? StockUrgency::soon : StockUrgency::when_quiet;
}

std::vector<StockPlan> plan_stock_for_bloomreach(const StockChange& change,
                                                 const StockPlaces& places,
                                                 const BufferRules& buffers,
                                                 const StockToBloomreachSettings& settings) {
  std::vector<StockPlan> plans;
  const auto consider = [&](const std::string& place, const char* flow) {
    const auto after = level_of(change.after, place, places, buffers);
    if (!after) return;
    const auto before = level_of(change.before, place, places, buffers);
    const bool again = std::find(change.send_again.begin(), change.send_again.end(), place) !=
                       change.send_again.end();
    if (before && before->quantity == after->quantity && !again) return;
    const std::string lane = "stock/" + (place.empty() ? "*" : place) + "/" + after->sku;
    const PublishedLevel nothing{place, after->sku, Decimal{}, after->changed_at};
    plans.push_back({flow, lane + "/" + std::to_string(change.version), lane, *after,
                     urgency_of(*change.after, before.value_or(nothing), *after, change.at_a_till,
                                change.now)});
  };
  std::vector<std::string> touched = change.send_again;
  for (const auto& [warehouse, stock] : change.after->warehouses) {
    const std::string* place = places.place_of(warehouse);
    if (place == nullptr) continue;
    const auto* before = change.before == nullptr ? nullptr : change.before->find(warehouse);
    if (before == nullptr || before->available != stock.available) touched.push_back(*place);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const std::string& place : touched) {
    if (!place.empty()) consider(place, stock_level_flow);
  }
  if (change.sums && !settings.variants_catalog.empty() && !touched.empty())
    consider("", stock_sum_flow);
  return plans;
}

}  // namespace tillbridge::flows
