#pragma once
// The first load: every warehouse that counts is read whole, then each SKU's record is written
// once. Nothing is published (docs/flows/stock.md "First load"). Core thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/stock/stock_observer.h"

namespace tillbridge::app {

// The journal's cursor that is there once the load is done.
constexpr const char* stock_loaded_cursor = "stock/loaded";
// Up to when (Unix seconds of the source's clock) the changes of a warehouse's levels were read.
std::string levels_cursor(const std::string& warehouse);
// The number in a cursor; -1: there is none.
std::int64_t cursor_number(std::string_view text);

class StockLoad {
 public:
  StockLoad(Surroundings on, std::string workspace, StockObserver& observer,
            StockPlanning& planning, std::uint32_t reads_in_flight, LoadProgress& progress);

  // Errors: unavailable: a warehouse could not be read; begin again.
  Task<Result<void>> run();

 private:
  // Compact, because all levels of the chain are in memory until they are written.
  struct Level {
    std::uint32_t warehouse = 0;  // index
    std::uint32_t moment = 0;     // index
    Decimal total, reserved, available;
    std::optional<Instant> moved_at;
  };
  Task<void> read_share(std::size_t first, std::size_t step);
  Task<bool> read_warehouse(std::uint32_t index);
  void leave_out(const std::string& warehouse, const std::string& why);
  Task<Result<void>> store();
  SkuObservation observation(const std::string& sku, const std::vector<Level>& levels) const;

  Surroundings on_;
  std::string workspace_;
  StockObserver& observer_;
  StockPlanning& planning_;
  std::uint32_t reads_in_flight_;
  LoadProgress& progress_;
  std::vector<std::string> warehouses_;
  std::unordered_map<std::string, std::vector<Level>> skus_;
  std::vector<model::ReadMoment> moments_;
  std::map<std::string, Instant> read_to_;  // by warehouse: when its reading began
  std::string trouble_;
};

}  // namespace tillbridge::app
