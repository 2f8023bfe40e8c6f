#pragma once
// A SKU's stock -> rows of Bloomreach's catalogs (docs/flows/stock.md "What is published"). Pure:
// the same record and settings give the same rows. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flows/safety_buffer.h"
#include "flows/stock_places.h"
#include "model/sku_stock.h"

namespace tillbridge::flows {

struct StockToBloomreachSettings {
  std::string inventory_catalog = "store_inventory";
  std::string variants_catalog = "variants";  // "": no sums
  std::string store_column = "store_id", sku_column = "sku", quantity_column = "quantity",
              updated_column = "updated_at", sum_column = "stock_level", active_column = "active";
  bool active_from_stock = false;
};

// How soon it is wanted (docs/flows/stock.md "Order, coalescing, urgency").
enum class StockUrgency : std::uint8_t { at_once, soon, when_quiet };

// One level as a platform is to show it.
struct PublishedLevel {
  std::string place;  // "" for the sum over the places
  std::string sku;
  Decimal quantity;
  Instant changed_at;
  friend bool operator==(const PublishedLevel&, const PublishedLevel&) = default;
};

// What a channel is to show of this SKU at this place; nullopt: no warehouse of the place knows it,
// or the place is not published there.
std::optional<PublishedLevel> published_at(const model::SkuStock& stock, const std::string& place,
                                           const StockPlaces& places, const BufferRules& buffers,
                                           const std::string& channel);
// The sum over all places of the channel; nullopt: there is no level.
std::optional<PublishedLevel> published_sum(const model::SkuStock& stock, const StockPlaces& places,
                                            const BufferRules& buffers, const std::string& channel);

// at_a_till: the change was a sale or something brought back.
StockUrgency urgency_of(const model::SkuStock& stock, const PublishedLevel& before,
                        const PublishedLevel& after, bool at_a_till, Instant now);

struct StockPlan {
  std::string flow;    // "stock_level_to_bloomreach", "stock_sum_to_bloomreach"
  std::string effect;  // unique: "stock/<place>/<sku>/<version>"
  std::string lane;    // "stock/<place>/<sku>"
  PublishedLevel level;
  StockUrgency urgency = StockUrgency::soon;
};

struct StockChange {
  const model::SkuStock* before = nullptr;  // nullptr: nothing was known
  const model::SkuStock* after = nullptr;
  std::uint32_t version = 1;  // of the record
  bool sums = true;           // all levels of the SKU are known
  std::vector<std::string>
      send_again;          // places whose row is sent although it did not change; "" the sum
  bool at_a_till = false;  // it was sold or brought back
  Instant now;             // when it was observed
};

std::vector<StockPlan> plan_stock_for_bloomreach(const StockChange& change,
                                                 const StockPlaces& places,
                                                 const BufferRules& buffers,
                                                 const StockToBloomreachSettings& settings);

constexpr const char* stock_level_flow = "stock_level_to_bloomreach";
constexpr const char* stock_sum_flow = "stock_sum_to_bloomreach";

}  // namespace tillbridge::flows
