#pragma once
// The truth about stock over time against what a platform's catalogs were told
// (docs/flows/stock.md, bloomreach.md 9). It learns levels from the simulated Sitoo and rows from
// the simulated Bloomreach, and knows nothing of the hub. Core thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace sandbox {

struct StockExpectations {
  std::string inventory_catalog = "store_inventory";
  std::string variants_catalog = "variants";  // "": no sums are expected
  std::string quantity_column = "quantity", sum_column = "stock_level";
};

struct StockFigures {
  std::uint64_t changes = 0;  // of a published level (per place and SKU), not counting equal ones
  std::uint64_t calls = 0;    // write calls that the catalogs took
  std::uint64_t rows = 0;     // rows in them
  std::uint64_t wrong_at_end =
      0;  // rows (places and sums) that differ from the truth now, or are missing
  std::uint64_t invented = 0;   // rows taken whose quantity was never true
  std::uint64_t backwards = 0;  // rows taken that hold an older level than one taken before
  // How long a row differed from the truth, over all such spans that have ended.
  double stale_p50_ms = 0, stale_p99_ms = 0, stale_max_ms = 0;
  std::vector<std::string> findings;  // the first 20, in words
};

class StockLedger {
 public:
  explicit StockLedger(StockExpectations expectations);
  ~StockLedger();

  void set_expectations(StockExpectations expectations);
  // Whose stock counts for which place (store code); warehouses that are not named count nowhere.
  void set_places(std::map<int, std::string> place_of_warehouse);

  // The level of a warehouse before anything is measured, and each change of it from then on.
  void opening(int warehouse, std::string_view sku, std::int64_t available_milli);
  void moved(int warehouse, std::string_view sku, std::int64_t available_milli, std::int64_t at_us);

  // A row as a catalog stands at the beginning, or as it took it in a write call (partial: only
  // the columns named). published() is the moment of acceptance, not of visibility.
  void stood(std::string_view catalog, std::string_view item_id,
             const boost::json::object& properties);
  void published(std::string_view catalog, std::string_view item_id,
                 const boost::json::object& properties, std::int64_t at_us);
  void removed(std::string_view catalog, std::string_view item_id);
  void took_call(std::size_t rows);

  // What each row must hold now: for filling a catalog at the beginning. item id -> quantity.
  std::map<std::string, std::int64_t> rows_now_milli() const;
  std::map<std::string, std::int64_t> sums_now_milli() const;
  // Of one inventory row; nullopt: there must be none.
  std::optional<std::int64_t> row_now_milli(std::string_view item_id) const;

  StockFigures figures() const;  // costs a pass over all rows

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sandbox
