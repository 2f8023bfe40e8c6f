#pragma once
// Sitoo's stock, reading side (sitoo.md 5.1 to 5.3). Core thread. One call per function call, no
// retries and no pacing of its own; outcomes as in client.h, but a warehouse that Sitoo does not
// know (404) is a rejected read of its levels and no trouble of the connection.

#include <optional>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "connectors/sitoo/config.h"
#include "model/stock.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::sitoo {

struct WarehousesAnswer {
  Outcome outcome;
  std::vector<model::Warehouse> warehouses;  // all or none; those without a number are left out
};

// LIMIT: more SKUs than these may make a URL that is too long.
constexpr std::size_t level_skus_max = 50;

// One page of a warehouse's levels.
struct LevelQuery {
  std::string warehouse;               // of model::Warehouse::id
  std::vector<std::string> skus = {};  // empty: all
  std::optional<Instant> changed_since = std::nullopt;
  std::size_t start = 0;
  std::size_t num = 1000;  // LIMIT: 1000 (sitoo.md 2.5); Sitoo may give fewer
};

struct LevelPage {
  Outcome outcome;
  std::vector<model::StockLevel> levels;
  std::size_t got = 0;     // items in the page, those that could not be understood included
  std::int64_t total = 0;  // totalcount
  std::optional<Instant> answered_at = std::nullopt;  // by Sitoo's clock, where it tells
  // Items that could not be understood: "SKU X: decimaltotal is not a number". At most 20.
  std::vector<std::string> unreadable;
  // LIMIT: SKUs with a comma cannot be named in a list (sitoo.md 2.5), nor can "": they were left
  // out of the question, and their levels come only with a read of the whole warehouse.
  std::vector<std::string> not_asked;
  // The page does not fit into what we read of an answer. Ask again with half of `num`; with 1 it
  // is trouble of the connection.
  bool too_large = false;
};

struct MovementPage {
  Outcome outcome;
  std::vector<model::StockMovement> movements;  // by rising id, in the order of the transaction
  std::int64_t newest = 0;                      // highest transaction id in the page, 0 none
  bool more = false;                            // there are transactions after this page
  std::vector<std::string> unreadable;          // as above: "transaction 7, SKU X: ..."
  bool too_large = false;                       // as above
};

class StockClient {
 public:
  StockClient(outbound::Transport& transport, const Clock& clock, Config config);

  // All of them with the codes of their stores: two lists, paged through.
  Task<WarehousesAnswer> warehouses();
  Task<LevelPage> levels(LevelQuery query);
  // Transactions with id >= from, ascending, one page of up to `num`.
  Task<MovementPage> movements_from(std::int64_t from, std::size_t num);
  // The newest transaction: only its id, in `newest`.
  Task<MovementPage> newest_movement();

 private:
  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
};

}  // namespace tillbridge::connectors::sitoo
