#pragma once
// What a workspace decides about stock: [workspace.stock] (docs/flows/stock.md). Read from the
// configuration, immutable afterwards.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "flows/safety_buffer.h"
#include "flows/stock_places.h"
#include "flows/stock_to_bloomreach.h"

namespace tillbridge::app {

struct StockSettings {
  bool on = false;
  flows::StockPlaceSettings places;
  flows::BufferRules buffers;
  flows::StockToBloomreachSettings bloomreach;

  // Reading at Sitoo.
  double reads_per_second = 5;
  std::uint32_t reads_in_flight_max = 2;
  Duration changes_every = std::chrono::milliseconds{500};  // at most, after hints
  Duration poll_every = std::chrono::seconds{30};           // without any hint
  Duration virtual_every = std::chrono::seconds{60};        // warehouses without transactions
  Duration levels_every = std::chrono::minutes{15};         // all others, as a safety net

  // Writing to Bloomreach's catalogs.
  Duration call_every = std::chrono::seconds{1};
  std::uint32_t rows_per_call = 2'000;  // up to 5 000 (bloomreach.md 9.3)
  double calls_per_second = 5;
  bool create_catalog = true;
  Duration confirm_after = std::chrono::seconds{60};

  // Comparison.
  // Time of day in the workspace's zone; nullopt: never by itself.
  std::optional<Duration> compare_at = std::chrono::hours{3};
  bool repair = true;
  Duration visible_after = std::chrono::seconds{120};
  bool compare_after_load = true;
};

}  // namespace tillbridge::app
