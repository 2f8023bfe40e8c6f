#include "sitoo/warehouse_batches.h"

#include <algorithm>

namespace sandbox::sitoo {

using tillbridge::fail;
using tillbridge::Result;

Result<WarehouseBatch*> WarehouseBatches::open(WarehouseBatch batch, bool one_open) {
  const bool is_taken =
      std::any_of(batches_.begin(), batches_.end(), [&batch](const WarehouseBatch& other) {
        return other.state == batch_open && other.warehouse_id == batch.warehouse_id &&
               other.type == batch.type;
      });
  if (one_open && is_taken) {
    return fail(tillbridge::Error::Kind::rejected, "There is an open batch of this type");
  }
  batch.id = static_cast<std::int64_t>(batches_.size()) + 1;
  batches_.push_back(std::move(batch));
  return &batches_.back();
}

WarehouseBatch* WarehouseBatches::find(int warehouse_id, std::int64_t batch_id) {
  if (batch_id < 1 || static_cast<std::size_t>(batch_id) > batches_.size()) return nullptr;
  WarehouseBatch& batch = batches_[static_cast<std::size_t>(batch_id) - 1];
  return batch.warehouse_id == warehouse_id ? &batch : nullptr;
}

StockTransaction transaction_of(const WarehouseBatch& batch) {
  StockTransaction transaction;
  transaction.warehouse_id = batch.warehouse_id;
  transaction.type = batch.type;
  transaction.description = batch.comment;
  transaction.external_id = batch.external_id;
  transaction.reason = batch.reason;
  for (const auto& [sku, quantity_milli] : batch.items) {
    transaction.moves.push_back({sku, quantity_milli, 0, 0});
  }
  return transaction;
}

std::string_view quantity_fault(int transaction_type, std::int64_t quantity_milli) {
  switch (transaction_type) {
    case transaction_count:
      return quantity_milli < 0 ? "a counted decimalquantity cannot be negative" : "";
    case transaction_move_out:
      return quantity_milli >= 0 ? "decimalquantity of a MoveOut must be negative" : "";
    default:
      return quantity_milli <= 0 ? "decimalquantity of a MoveIn must be positive" : "";
  }
}

}  // namespace sandbox::sitoo
