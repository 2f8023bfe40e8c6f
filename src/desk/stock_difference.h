#pragma once
// What it means when a platform shows another level than it should (docs/flows/stock.md
// "Comparison"). Pure; any thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/decimal.h"

namespace tillbridge::desk {

enum class StockDifference : std::uint8_t {
  none,
  late,           // on its way
  missed,         // the source holds another level than we know of
  lost,           // what we sent is not there, or not any more
  foreign_write,  // somebody else wrote it
  unmapped,       // of a place that is none of ours
  unknown_sku,    // of a SKU that the source does not have there
};
constexpr std::array stock_differences = {StockDifference::late,     StockDifference::missed,
                                          StockDifference::lost,     StockDifference::foreign_write,
                                          StockDifference::unmapped, StockDifference::unknown_sku};
std::string_view name(StockDifference difference);  // "foreign_write"

struct ShownLevel {
  std::optional<Decimal> quantity;    // nullopt: the row has none that could be read
  std::optional<Instant> updated_at;  // as the row says
};
struct ExpectedLevel {
  Decimal quantity;
  Instant changed_at;       // what we send as the row's time
  bool on_its_way = false;  // waits here, or was sent so lately that it may not show yet
};

// A row that should be there, or is.
StockDifference difference(const std::optional<ShownLevel>& shown,
                           const std::optional<ExpectedLevel>& expected, bool place_is_ours);

}  // namespace tillbridge::desk
