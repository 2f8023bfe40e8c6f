#include "sitoo/warehouse_work.h"

#include <algorithm>

#include <fmt/format.h>

namespace sandbox::sitoo {

using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

Result<void> WarehouseWork::check(int warehouse_id, int type,
                                  const std::vector<Goods>& goods) const {
  const Warehouse* warehouse = account_.masterdata().find_warehouse(warehouse_id);
  if (warehouse == nullptr) return fail(Kind::not_found, "no such warehouse");
  if (warehouse->type != type) {
    return fail(Kind::rejected,
                type == warehouse_fifo ? "not a FIFO warehouse" : "not a Virtual warehouse");
  }
  const bool is_sound = std::all_of(goods.begin(), goods.end(), [](const Goods& one) {
    return !one.sku.empty() && one.milli >= 0;
  });
  if (goods.empty() || !is_sound) return fail(Kind::invalid_input, "SKU or quantity is wrong");
  return {};
}

std::int64_t WarehouseWork::book(int warehouse_id, int type, const std::vector<Goods>& goods,
                                 std::string description, std::string external_id) {
  StockTransaction transaction;
  transaction.warehouse_id = warehouse_id;
  transaction.type = type;
  transaction.description = std::move(description);
  transaction.external_id = std::move(external_id);
  const int sign = type == transaction_move_out ? -1 : 1;
  for (const Goods& one : goods) transaction.moves.push_back({one.sku, sign * one.milli, 0, 0});
  return account_.book(std::move(transaction));
}

Result<std::int64_t> WarehouseWork::receive(int warehouse_id, const std::vector<Goods>& goods) {
  TB_CHECK(check(warehouse_id, warehouse_fifo, goods));
  return book(warehouse_id, transaction_move_in, goods, "Receipt", "");
}

Result<std::int64_t> WarehouseWork::take_out(int warehouse_id, const std::vector<Goods>& goods) {
  TB_CHECK(check(warehouse_id, warehouse_fifo, goods));
  return book(warehouse_id, transaction_move_out, goods, "Manual out", "");
}

Result<std::int64_t> WarehouseWork::count(int warehouse_id, const std::vector<Goods>& found) {
  TB_CHECK(check(warehouse_id, warehouse_fifo, found));
  WarehouseBatch batch;
  batch.warehouse_id = warehouse_id;
  batch.created_s = account_.now_s();
  batch.comment = "Count";
  for (const Goods& one : found) batch.items[std::string(one.sku)] = one.milli;
  // Beside whatever batch a client of the API has open.
  TB_TRY(WarehouseBatch* const opened, account_.batches().open(std::move(batch), false));
  const std::int64_t id = account_.commit(*opened);
  opened->items.clear();
  return id;
}

Result<Transfer> WarehouseWork::transfer(int from, int to, const std::vector<Goods>& goods) {
  TB_CHECK(check(from, warehouse_fifo, goods));
  TB_CHECK(check(to, warehouse_fifo, goods));
  if (from == to) return fail(Kind::invalid_input, "a transfer goes to another warehouse");
  const std::string name = fmt::format("T-{}", ++transfers_);
  Transfer ids;
  ids.out = book(from, transaction_move_out, goods, "Transfer " + name, name + "-OUT");
  ids.in = book(to, transaction_move_in, goods, "Transfer " + name, name + "-IN");
  return ids;
}

Result<void> WarehouseWork::set_online(int warehouse_id, Goods level) {
  TB_CHECK(check(warehouse_id, warehouse_virtual, {level}));
  LevelPut put;
  put.total_milli = level.milli;
  account_.put_level(warehouse_id, level.sku, put);
  return {};
}

}  // namespace sandbox::sitoo
