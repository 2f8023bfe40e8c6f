#pragma once
// The calls of the control API about stock at Bloomreach: catalogs as they stand before the day,
// what the ledger found, and differences planted behind the hub's back. The ledger is told of what
// stands at the beginning, and nothing of the differences. Core thread.

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "bloomreach/simulator.h"
#include "http/message.h"
#include "ledger/stock_ledger.h"
#include "sitoo/masterdata.h"

namespace sandbox::control {

class StockAtBloomreach {
 public:
  using Answer = tillbridge::Result<tillbridge::json::Object>;
  struct World {  // must outlive this; ledger may be nullptr: then there is no truth to speak of
    const tillbridge::Clock& clock;
    bloomreach::BloomreachSimulator& bloomreach;
    const sitoo::Masterdata& masterdata;
    StockLedger* ledger = nullptr;
  };
  explicit StockAtBloomreach(World world) : world_(world) {}

  // POST /control/stock/catalogs {"inventory","variants","fill"}: makes the two where they are
  // missing; with fill they hold the present truth since a day ago. rejected: no ledger to fill
  // from.
  Answer make_catalogs(const tillbridge::json::Object& body);
  // GET /control/stock/figures.
  Answer figures() const;
  // POST /control/stock/differences {"count","seed"}; rejected: no inventory catalog.
  Answer plant(const tillbridge::json::Object& body);
  // GET /control/stock/differences: all that were planted, and how many still stand.
  Answer differences();
  // GET /control/stock/row?item_id=: as readers see it; catalog=: another one than the inventory.
  Answer row(const tillbridge::http::Request& request);

 private:
  enum class Kind : std::uint8_t {
    foreign,        // another quantity
    foreign_stamp,  // another quantity, changed in an hour's time
    lost,           // the row is gone
    outdated,       // another quantity, changed two days ago
    unmapped,       // a row of a store that does not exist
    unknown_sku,    // a row of a SKU that does not exist
  };
  bloomreach::Catalog& made(const std::string& name, bool is_product,
                            std::vector<bloomreach::ColumnSpec> columns);
  std::size_t fill_inventory(bloomreach::Catalog& catalog);
  std::size_t fill_variants(bloomreach::Catalog& catalog);
  void spoil(bloomreach::Catalog& catalog, Kind kind, const std::string& item_id,
             std::int64_t other_milli);
  // A row that is none of ours beside this one; answers its item id.
  std::string add_ghost(bloomreach::Catalog& catalog, Kind kind, const std::string& item_id);
  bool stands(const bloomreach::Catalog& catalog, Kind kind, const std::string& item_id) const;
  std::int64_t now_s() const;

  World world_;
  StockExpectations expectations_;
  std::map<std::string, Kind> planted_;  // by item id
  std::size_t ghosts_ = 0;
};

}  // namespace sandbox::control
