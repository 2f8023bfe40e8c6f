#pragma once
// Holds what a platform shows against the source and our records, and mends what differs
// (docs/flows/stock.md "Comparison"). Reads page by page; what it keeps in memory is a few bytes
// per level. One at a time. Core thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "api/operations.h"
#include "app/stock/catalog_channel.h"
#include "app/stock/stock_observer.h"
#include "desk/stock_difference.h"

namespace tillbridge::app {

class StockComparison {
 public:
  struct Parts {
    StockObserver& observer;
    StockPlanning& planning;
    connectors::bloomreach::CatalogClient& client;
    ReadGate& reads;  // of Bloomreach
    NamedCatalog& inventory;
    NamedCatalog* variants;  // nullptr: no sums
    // Whether a row of this flow and lane is on its way here.
    std::function<bool(const std::string& flow, const std::string& lane)> waits;
  };
  StockComparison(Surroundings on, std::string workspace, StockSettings settings, Parts parts);

  // The report: {"at", "took_s", "levels", "rows", "sums", "differences": {"late": ..}, "found",
  // "repaired", "removed", "oldest_s", "by_place": [..], "findings": [..]}. It is kept as a record.
  // unavailable: one is under way, or a side cannot be read.
  Task<Result<json::Object>> compare(api::StockComparisonAsked asked);
  json::Object progress() const;  // {"phase", "done", "total"}
  bool running() const { return running_; }

 private:
  struct Finding {
    desk::StockDifference kind = desk::StockDifference::none;
    std::string place, sku, item_id, shown, expected;
    Instant since;
  };
  struct Expected {        // one level of the source, compact
    std::uint64_t id = 0;  // hash of the row's id
    std::uint32_t sku = 0;
    std::uint16_t place = 0;
    bool seen = false;
  };
  struct Round {
    api::StockComparisonAsked asked;
    Instant began;
    std::vector<std::string> skus, places;
    std::unordered_map<std::string, std::uint32_t> sku_index;
    std::map<std::string, std::uint16_t> place_index;
    flows::StockPlaces map;  // as it is at the beginning: it may change meanwhile
    std::vector<Expected> expected;
    std::unordered_set<std::uint64_t> looked_at;  // hashes of row ids
    std::vector<Finding> findings;
    std::map<std::string, std::int64_t> first_seen;  // item id -> Unix seconds, of earlier rounds
    std::size_t levels = 0, rows = 0, sums = 0, repaired = 0, removed = 0;
    std::string trouble, sums_trouble;
    std::size_t not_removed = 0;  // too many to be removed without somebody looking on
  };
  using Known = StockPlanning::Known;

  Task<Result<json::Object>> compare_alone(api::StockComparisonAsked asked);
  Task<bool> choose_sample(std::shared_ptr<Round> round);
  Task<bool> read_source(std::shared_ptr<Round> round);
  Task<bool> read_levels(std::string warehouse, std::vector<std::string> skus,
                         std::shared_ptr<Round> round);
  Task<bool> look_at_levels(std::string warehouse, StockObserver::AskedLevels asked,
                            std::shared_ptr<Round> round);
  Task<bool> learn(std::vector<SkuObservation> missed, std::shared_ptr<Round> round);
  Task<bool> read_rows(std::shared_ptr<Round> round);
  // All rows of one question, as far as they can be listed. `whole`: nothing was left out.
  struct Listing {
    bool good = false, whole = false;
    std::size_t rows = 0;
  };
  Task<Listing> list(std::string catalog_id, connectors::bloomreach::RowQuery query,
                     std::shared_ptr<Round> round);
  Task<bool> read_one_by_one(std::string catalog_id, std::string sku, std::shared_ptr<Round> round);
  Task<bool> look_at_rows(std::vector<connectors::bloomreach::CatalogRow> rows,
                          std::shared_ptr<Round> round);
  Task<bool> look_for_missing(std::shared_ptr<Round> round);
  Task<bool> read_sums(std::shared_ptr<Round> round);
  json::Object sum_in(const connectors::bloomreach::CatalogRow& row) const;
  Task<bool> look_at_sums(std::vector<std::string> skus,
                          std::shared_ptr<std::unordered_map<std::string, json::Object>> shown,
                          std::shared_ptr<Round> round);
  Task<bool> repair(std::shared_ptr<Round> round);
  Task<bool> remove(std::shared_ptr<Round> round);
  // Those of them that still are nobody's.
  Task<bool> keep_nobodys(std::shared_ptr<std::vector<Finding>> rows, std::shared_ptr<Round> round);
  Task<Result<void>> remember(std::shared_ptr<Round> round);
  Task<Result<void>> recall(std::shared_ptr<Round> round);
  // A read of a catalog: waits for its turn, and is tried again.
  template <typename Answer>
  Task<Answer> patiently(std::function<Task<Answer>()> ask);
  Task<connectors::bloomreach::RowAnswer> row(std::string catalog_id, std::string item_id);
  Task<connectors::bloomreach::RowPage> page(std::string catalog_id,
                                             connectors::bloomreach::RowQuery query);

  std::optional<desk::ExpectedLevel> expected_of(const Known& known, const std::string& place,
                                                 Instant now) const;
  void found(desk::StockDifference kind, const std::string& place, const std::string& sku,
             const std::optional<desk::ShownLevel>& shown,
             const std::optional<desk::ExpectedLevel>& expected, Instant changed_at, Round& round);
  json::Object report(const Round& round) const;
  void at(const char* phase, std::size_t done, std::size_t total);

  Surroundings on_;
  std::string workspace_;
  StockSettings settings_;
  Parts parts_;
  bool running_ = false;
  std::string phase_;
  std::size_t done_ = 0, total_ = 0;
};

}  // namespace tillbridge::app
