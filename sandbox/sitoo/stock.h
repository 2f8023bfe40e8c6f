#pragma once
// Stock per warehouse and SKU, and its transactions (contract 5). Only FIFO warehouses have
// transactions; a Virtual one holds what an external system put there. Core thread.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sitoo/masterdata.h"

namespace sandbox::sitoo {

constexpr int transaction_sales = 30;
constexpr int transaction_refund = 40;

struct StockLevel {
  int item_id = 0;
  std::int64_t total_milli = 0;
  std::int64_t reserved_milli = 0;
  std::int64_t threshold_milli = 0;
  std::int64_t value_minor = 0;
  std::string bin;
  std::int64_t modified_s = 0;
};

struct StockMove {
  std::string sku;
  std::int64_t change_milli = 0;
  std::int64_t total_milli = 0;  // level after
};

struct StockTransaction {
  std::int64_t id = 0;
  int warehouse_id = 0;
  int type = transaction_sales;
  std::int64_t created_s = 0;
  std::int64_t delivery_id = 0;
  std::vector<StockMove> moves;
};

class Stock {
 public:
  // Every product lies in every FIFO warehouse with the same opening level.
  explicit Stock(const Masterdata& data);

  // Writes one transaction; does nothing on a Virtual warehouse or without moves.
  void transact(int warehouse_id, int type, std::int64_t now_s, std::int64_t delivery_id,
                std::vector<StockMove> moves);
  void reserve(int warehouse_id, std::string_view sku, std::int64_t change_milli);
  // For PUT warehouseitems: nullptr when the warehouse does not exist.
  StockLevel* level(int warehouse_id, std::string_view sku);

  // By SKU; nullptr: no such warehouse.
  const std::map<std::string, StockLevel, std::less<>>* levels(int warehouse_id) const;
  const std::deque<StockTransaction>& transactions() const { return transactions_; }

 private:
  struct Shelf {
    int type = 10;
    std::map<std::string, StockLevel, std::less<>> levels;
  };
  std::map<int, Shelf> shelves_;
  std::deque<StockTransaction> transactions_;  // ids are 1, 2, 3 ...
  int last_item_id_ = 0;
};

}  // namespace sandbox::sitoo
