#pragma once
// Bloomreach's catalogs (bloomreach.md 9; calls K1 to K11): one call per function call, no retries
// and no pacing of its own. Success means queued: rows show after a while. Core thread.
//
// Outcomes as in customer_client.h, with these differences. Writes that got no answer, or one that
// does not tell what became of the rows, are ambiguous. Where the set-up is wrong and not the row,
// the outcome is transient with connection_at_fault and a reason that says what to do: a key
// without the right, a catalog that is not there, and a row that names a column which the catalog
// does not have. That last one is the outcome of its row alone, because the others of the call are
// applied all the same. A page of HTML with 400 comes from a proxy and is trouble of the
// connection; other 400 and 413 of a whole call are rejected.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "base/outcome.h"
#include "connectors/bloomreach/config.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

constexpr std::size_t catalog_rows_per_call_max = 5'000;  // bloomreach.md 9.3 "Write path"
constexpr std::size_t catalog_bytes_per_call_max = 10'000'000;
// LIMIT: only the first rows of a query's result can be listed (bloomreach.md 4); what is behind
// them is found by narrower queries or row by row.
constexpr std::size_t catalog_rows_listed_max = 1'000;

struct CatalogColumn {
  std::string name;
  std::string type;  // "string", "number", "datetime", ... (bloomreach.md 9.1)
  bool searchable = false;
};

struct CatalogName {
  std::string id;
  std::string name;
};
struct CatalogsAnswer {
  Outcome outcome;
  std::vector<CatalogName> catalogs;
};
struct CreatedCatalog {
  Outcome outcome;
  std::string id;
};

// The rows of one call: what became of the call, and of each row in the order sent (all equal to
// `call` when the call failed as a whole). A delivered call has rows with outcomes of their own.
struct RowsAnswer {
  Outcome call;
  std::vector<Outcome> rows;
};

struct CatalogRow {
  std::string item_id;
  json::Object properties;
};
struct RowPage {
  Outcome outcome;
  std::vector<CatalogRow> rows;
  std::size_t total = 0;          // rows that match, as far as Bloomreach counts
  bool total_is_limited = false;  // it stopped counting
};
// skip, count as in K4, count cut to what can be listed; field "": all columns that are searchable.
struct RowQuery {
  std::string text = {};
  std::string field = {};
  std::size_t skip = 0;
  std::size_t count = 1000;
};
struct RowAnswer {
  Outcome outcome;
  std::optional<CatalogRow> row;  // nullopt with a delivered outcome: there is none
};

// The exact bytes of one row of a partial update (K10); deterministic: members in their order,
// numbers in plain decimal form ("5", "0.5"). upsert: made when missing. The flag stands in each
// row: whether Bloomreach wants it there or once per call is uncertain (U12), and what the latter
// would look like is not described.
std::string row_part(const std::string& item_id, const json::Object& properties, bool upsert);
// "SKU/1" -> "SKU%2F1", "5%" -> "5%25": item ids may not hold a slash (bloomreach.md 9.2).
std::string item_id_of(std::string_view text);

class CatalogClient {
 public:
  CatalogClient(outbound::Transport& transport, const Clock& clock, Config config);

  Task<CatalogsAnswer> catalogs();  // K2
  Task<CreatedCatalog> create(std::string name, std::vector<CatalogColumn> columns,
                              bool is_product_catalog);  // K1
  // K10. parts: of row_part(), at most catalog_rows_per_call_max and catalog_bytes_per_call_max
  // together, commas included; more are rejected without a call, none are no call.
  Task<RowsAnswer> update_rows(std::string catalog_id, std::vector<std::string> parts);
  Task<RowPage> query(std::string catalog_id, RowQuery query);  // K4
  // K5. A row that is not there is expected to be a 404 in the API's own form (U12).
  Task<RowAnswer> read_row(std::string catalog_id, std::string item_id);
  // K11. Limits as those of update_rows; removing what is not there is no error.
  Task<RowsAnswer> remove_rows(std::string catalog_id, std::vector<std::string> item_ids);

 private:
  outbound::HttpRequest request(std::string method, std::string_view path) const;
  Task<RowsAnswer> write_rows(outbound::HttpRequest request, std::string catalog_id,
                              std::vector<std::string> parts, bool removing);
  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
};

}  // namespace tillbridge::connectors::bloomreach
