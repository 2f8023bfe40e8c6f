#pragma once
// Between a catalog's row and the level it shows: the inverse of what app/stock/stock_planning.h
// writes. Pure.

#include <optional>
#include <string>

#include "connectors/bloomreach/catalog_client.h"
#include "desk/stock_difference.h"
#include "flows/stock_to_bloomreach.h"

namespace tillbridge::app {

struct RowOf {
  std::string place;  // "" a sum
  std::string sku;
};

// nullopt: the row's id is none of ours ("<place>__<sku>").
std::optional<RowOf> inventory_row_of(const connectors::bloomreach::CatalogRow& row,
                                      const flows::StockToBloomreachSettings& names);
// The place and SKU that the exact bytes of a planned row are about.
std::optional<RowOf> row_of_part(const std::string& part,
                                 const flows::StockToBloomreachSettings& names);
desk::ShownLevel shown_by(const json::Object& properties, const std::string& quantity_column,
                          const std::string& updated_column);

std::string row_bytes(const flows::PublishedLevel& level,
                      const flows::StockToBloomreachSettings& names);
std::string row_id(const std::string& place, const std::string& sku);

}  // namespace tillbridge::app
