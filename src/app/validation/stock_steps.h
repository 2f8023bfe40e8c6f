#pragma once
// Stock: whether Sitoo's warehouses and levels can be read, and whether a row of a place that does
// not exist can be written to the catalog, seen and removed again (sitoo.md 5, bloomreach.md 9).
// Core thread.

#include <string>

#include "app/stock/catalog_channel.h"
#include "app/validation/run.h"
#include "connectors/bloomreach/catalog_client.h"

namespace tillbridge::app {

// inventory: nullptr where nothing is published.
struct StockCatalogs {
  connectors::bloomreach::CatalogClient* client = nullptr;
  NamedCatalog* inventory = nullptr;
  NamedCatalog* variants = nullptr;
};

Task<Result<void>> check_stock(ValidationRun& run, StockCatalogs catalogs);

}  // namespace tillbridge::app
