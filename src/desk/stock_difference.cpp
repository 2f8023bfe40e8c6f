#include "desk/stock_difference.h"

namespace tillbridge::desk {

std::string_view name(StockDifference difference) {
  switch (difference) {
    case StockDifference::none:
      return "none";
    case StockDifference::late:
      return "late";
    case StockDifference::missed:
      return "missed";
    case StockDifference::lost:
      return "lost";
    case StockDifference::foreign_write:
      return "foreign_write";
    case StockDifference::unmapped:
      return "unmapped";
    case StockDifference::unknown_sku:
      return "unknown_sku";
  }
  return "none";
}

StockDifference difference(const std::optional<ShownLevel>& shown,
                           const std::optional<ExpectedLevel>& expected, bool place_is_ours) {
  if (!expected) {
    if (!shown) return StockDifference::none;
    return place_is_ours ? StockDifference::unknown_sku : StockDifference::unmapped;
  }
  if (shown && shown->quantity && *shown->quantity == expected->quantity)
    return StockDifference::none;
  if (expected->on_its_way) return StockDifference::late;
  if (!shown) return StockDifference::lost;
  const bool ours_of_earlier = shown->updated_at && *shown->updated_at < expected->changed_at;
  return ours_of_earlier ? StockDifference::lost : StockDifference::foreign_write;
}

}  // namespace tillbridge::desk
