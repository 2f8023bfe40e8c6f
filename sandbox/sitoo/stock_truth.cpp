#include "sitoo/stock_truth.h"

#include <map>

namespace sandbox::sitoo {

void tell_stock(Account& account, StockLedger& ledger) {
  const Masterdata& data = account.masterdata();
  std::map<int, std::string> places;
  for (const Warehouse& warehouse : data.warehouses) {
    if (!warehouse.store || !warehouse.sellable) continue;
    places[warehouse.id] = data.stores[*warehouse.store].external_id;
  }
  ledger.set_places(std::move(places));
  account.stock().each_level([&ledger](int warehouse, std::string_view sku, std::int64_t milli) {
    ledger.opening(warehouse, sku, milli);
  });
  account.listen_to_levels(
      [&ledger](int warehouse, std::string_view sku, std::int64_t milli, std::int64_t at_us) {
        ledger.moved(warehouse, sku, milli, at_us);
      });
}

}  // namespace sandbox::sitoo
