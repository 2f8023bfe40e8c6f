#pragma once
// Movements that were heard of and are not planned yet, grouped by SKU, most wanted first: what
// just sold, then what sells at all, then the rest, so that a stocktaking does not stand before a
// sale. Pure; one thread.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/stock.h"

namespace tillbridge::app {

struct SkuMovements {
  std::string sku;
  std::vector<model::StockMovement> newest;  // one per warehouse
  Decimal sold;                              // units, of all movements, not only the newest
  Instant sold_at;
  std::int64_t lowest = 0;  // id
};

class PendingMovements {
 public:
  // fresh: heard of for the first time, so that its sale counts for the speed of selling.
  void add(const model::StockMovement& movement, bool fresh);

  // The most wanted SKUs, at most `skus_max`; they are gone from here.
  std::vector<SkuMovements> next(std::size_t skus_max);
  void put_back(std::vector<SkuMovements> batch);  // could not be planned

  // The lowest transaction id of all that is here; nullopt: nothing is.
  std::optional<std::int64_t> lowest() const;
  std::size_t levels() const { return levels_; }
  bool empty() const { return skus_.empty(); }

 private:
  enum Rank : std::uint8_t { sold_now, sells, rest };
  struct Entry {
    SkuMovements movements;
    Rank rank = rest;
  };
  void enlist(const std::string& sku, Entry& entry, Rank rank);

  std::unordered_map<std::string, Entry> skus_;
  std::array<std::deque<std::string>, 3> queues_;  // may name SKUs that are gone or of another rank
  std::map<std::int64_t, std::size_t> lowest_;     // id -> SKUs of which it is the lowest
  std::unordered_set<std::string> sellers_;        // SKUs seen selling
  std::size_t levels_ = 0;
};

}  // namespace tillbridge::app
