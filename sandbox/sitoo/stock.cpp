#include "sitoo/stock.h"

namespace sandbox::sitoo {

namespace {
constexpr std::int64_t opening_level_milli = 500'000;
}

Stock::Stock(const Masterdata& data) {
  for (const Warehouse& warehouse : data.warehouses) {
    Shelf& shelf = shelves_[warehouse.id];
    shelf.type = warehouse.type;
    for (const Product& product : data.products) {
      StockLevel& at = shelf.levels[product.sku];
      at.item_id = ++last_item_id_;
      at.total_milli = warehouse.type == 10 ? opening_level_milli : 0;
    }
  }
}

StockLevel* Stock::level(int warehouse_id, std::string_view sku) {
  const auto shelf = shelves_.find(warehouse_id);
  if (shelf == shelves_.end()) return nullptr;
  auto found = shelf->second.levels.find(sku);
  if (found == shelf->second.levels.end()) {
    found = shelf->second.levels.emplace(std::string(sku), StockLevel{}).first;
    found->second.item_id = ++last_item_id_;
  }
  return &found->second;
}

void Stock::transact(int warehouse_id, int type, std::int64_t now_s, std::int64_t delivery_id,
                     std::vector<StockMove> moves) {
  const auto shelf = shelves_.find(warehouse_id);
  if (shelf == shelves_.end() || shelf->second.type != 10 || moves.empty()) return;
  for (StockMove& move : moves) {
    StockLevel* at = level(warehouse_id, move.sku);
    at->total_milli += move.change_milli;
    at->modified_s = now_s;
    move.total_milli = at->total_milli;
  }
  StockTransaction transaction;
  transaction.id = static_cast<std::int64_t>(transactions_.size()) + 1;
  transaction.warehouse_id = warehouse_id;
  transaction.type = type;
  transaction.created_s = now_s;
  transaction.delivery_id = delivery_id;
  transaction.moves = std::move(moves);
  transactions_.push_back(std::move(transaction));
}

void Stock::reserve(int warehouse_id, std::string_view sku, std::int64_t change_milli) {
  if (StockLevel* at = level(warehouse_id, sku)) at->reserved_milli += change_milli;
}

const std::map<std::string, StockLevel, std::less<>>* Stock::levels(int warehouse_id) const {
  const auto shelf = shelves_.find(warehouse_id);
  return shelf == shelves_.end() ? nullptr : &shelf->second.levels;
}

}  // namespace sandbox::sitoo
