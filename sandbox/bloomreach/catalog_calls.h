#pragma once
// The catalog calls (contract 9, K1 to K11). Writes are queued: an answer says that they were
// accepted, and reads see them after the delay. Core thread.

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "bloomreach/catalog_store.h"
#include "bloomreach/envelopes.h"
#include "bloomreach/route.h"
#include "bloomreach/settings.h"
#include "ledger/stock_ledger.h"

namespace sandbox::bloomreach {

struct CatalogContext {
  const Settings& settings;
  const Permissions& permissions;
  CatalogStore& catalogs;
  const Target& target;
  const tillbridge::http::Request& request;
  StockLedger* stock_ledger = nullptr;
  tillbridge::Tick now = {};
  std::int64_t now_us = 0;
  std::function<bool()> refuses_row = nullptr;  // drawn once for each row of a bulk write
};

Reply answer_catalog_call(const CatalogContext& context);

// K4.
Reply query_catalog(const CatalogContext& context, const Catalog& catalog);
// K6 to K11.
Reply write_to_catalog(const CatalogContext& context, Catalog& catalog);
Reply catalog_refusal(int status, boost::json::object errors);

}  // namespace sandbox::bloomreach
