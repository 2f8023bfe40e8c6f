#pragma once
// Stock per warehouse and SKU, and its transactions (contract 5). Only FIFO warehouses have
// transactions; a Virtual one holds what an external system put there. Forty stores with twenty
// thousand SKUs each fit in a few dozen megabytes, and a page of levels or transactions costs what
// it holds. Core thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "sitoo/masterdata.h"

namespace sandbox::sitoo {

// Contract 3; the numbers of ManualIn, ManualOut and of shipments are not known.
constexpr int transaction_move_in = 10;
constexpr int transaction_move_out = 20;
constexpr int transaction_sales = 30;
constexpr int transaction_refund = 40;
constexpr int transaction_count = 50;
constexpr int warehouse_fifo = 10;
constexpr int warehouse_virtual = 20;

struct StockLevel {
  std::int64_t item_id = 0;
  std::string_view sku;  // lives as long as the stock
  std::int64_t total_milli = 0;
  std::int64_t reserved_milli = 0;
  std::int64_t threshold_milli = 0;
  std::int64_t value_minor = 0;
  std::string_view bin;
  std::int64_t modified_s = 0;  // 0: never
  std::int64_t counted_s = 0;   // 0: never

  std::int64_t available_milli() const { return total_milli - reserved_milli; }
};

struct StockMove {
  std::string_view sku;           // in the stock's transactions: as in StockLevel
  std::int64_t change_milli = 0;  // of a count: what it found, until it is booked
  std::int64_t total_milli = 0;   // level after
  std::int64_t price_in_minor = 0;
};

struct StockTransaction {
  std::int64_t id = 0;  // given by the stock
  int warehouse_id = 0;
  int type = transaction_sales;
  std::int64_t created_s = 0;    // given by the stock
  std::int64_t delivery_id = 0;  // 0: of no order
  std::string description, external_id, reason;
  std::vector<StockMove> moves;
};

// What an external system writes into a warehouse's item; absent members stay.
struct LevelPut {
  std::optional<std::int64_t> total_milli;  // Virtual warehouses only
  std::optional<std::int64_t> threshold_milli, value_minor;
  std::optional<std::string> bin;
};

struct LevelQuery {
  std::vector<std::string> skus;             // empty: all
  std::optional<std::int64_t> from_s, to_s;  // last modified, both inclusive
  std::size_t start = 0, num = 10;
};
struct LevelPage {
  std::size_t total = 0;           // without paging
  std::vector<StockLevel> levels;  // by SKU
};

class Stock {
 public:
  using LevelChanged = std::function<void(int warehouse_id, std::string_view sku,
                                          std::int64_t available_milli, std::int64_t at_us)>;

  // Every product lies in every FIFO warehouse with the same opening level, but for the products
  // that the first store has in its Virtual warehouse only. Both must outlive the stock.
  Stock(const Masterdata& data, const tillbridge::Clock& clock);

  // Told of each available quantity that has changed before anyone can read it.
  void listen(LevelChanged listener) { listener_ = std::move(listener); }
  void each_level(const std::function<void(int warehouse_id, std::string_view sku,
                                           std::int64_t available_milli)>& tell) const;
  std::uint64_t levels_changed() const { return levels_changed_; }

  // Books one transaction on a FIFO warehouse and gives its id; 0 and nothing done on others or
  // without moves. A count's moves hold what was found.
  std::int64_t transact(StockTransaction transaction);
  void reserve(int warehouse_id, std::string_view sku, std::int64_t change_milli, bool touches);
  void put(int warehouse_id, std::string_view sku, const LevelPut& put);

  // While one lives, a reservation that is given back and taken again, or that turns into a sale,
  // is no change for the listener.
  class Hold {
   public:
    explicit Hold(Stock& stock);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Stock& stock_;
  };

  // nullopt: there is no such warehouse, or the SKU does not lie there.
  std::optional<StockLevel> level(int warehouse_id, std::string_view sku) const;
  // An unknown warehouse is empty.
  LevelPage levels(int warehouse_id, const LevelQuery& query) const;
  const std::deque<StockTransaction>& transactions() const { return transactions_; }

 private:
  using SkuId = std::uint32_t;  // index of the product; beyond them: of other_skus_
  static constexpr std::int64_t absent = INT64_MIN;
  struct Cell {
    std::int64_t total_milli = absent;
    std::int64_t reserved_milli = 0;
    std::uint32_t modified_s = 0, counted_s = 0;

    std::int64_t available_milli() const { return total_milli - reserved_milli; }
  };
  struct Details {
    std::int64_t threshold_milli = 0, value_minor = 0;
    std::string bin;
  };
  struct Touch {
    std::uint32_t at_s = 0;
    SkuId sku = 0;
  };
  struct Shelf {
    int warehouse_id = 0;
    int type = warehouse_fifo;
    std::vector<Cell> products;  // by index; empty: all cells are in `others`
    std::unordered_map<SkuId, Cell> others;
    std::vector<SkuId> order;  // what lies here, by SKU
    std::unordered_map<SkuId, Details> details;
    // By rising time, at least one per cell that was modified; the one with the cell's own second
    // counts.
    std::vector<Touch> touches;
  };
  struct Held {
    Shelf* shelf = nullptr;
    SkuId sku = 0;
    std::int64_t before_milli = 0;
  };

  Shelf* shelf_of(int warehouse_id);
  const Shelf* shelf_of(int warehouse_id) const;
  std::optional<SkuId> find_sku(std::string_view sku) const;
  SkuId sku_id(std::string_view sku);
  std::string_view text_of(SkuId id) const;
  bool before(SkuId a, SkuId b) const;

  static const Cell* find(const Shelf& shelf, SkuId id);
  Cell& cell(Shelf& shelf, SkuId id);  // makes it lie there
  StockLevel level_of(const Shelf& shelf, SkuId id) const;
  std::vector<SkuId> modified_between(const Shelf& shelf, const LevelQuery& query) const;

  std::int64_t now_s();
  void touch(Shelf& shelf, SkuId id, Cell& at);
  void tell(const Shelf& shelf, SkuId id, std::int64_t before_milli);
  std::int64_t before_of(Shelf& shelf, SkuId id, std::int64_t now_milli);
  void release();

  const Masterdata& data_;
  const tillbridge::Clock& clock_;
  LevelChanged listener_;
  std::vector<Shelf> shelves_;  // warehouse id - 1
  std::vector<SkuId> ranks_;    // of the products among each other, by SKU
  std::deque<std::string> other_skus_;
  std::map<std::string_view, SkuId> other_ids_;
  std::deque<StockTransaction> transactions_;  // ids are 1, 2, 3 ...
  std::int64_t last_s_ = 0;
  std::uint64_t levels_changed_ = 0;
  int holds_ = 0;
  std::vector<Held> held_;
};

}  // namespace sandbox::sitoo
