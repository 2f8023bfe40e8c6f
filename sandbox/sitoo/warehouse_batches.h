#pragma once
// Stock counts and staged changes (contract 5.4): a batch is opened, filled and closed; closing
// books one transaction. Plain bookkeeping, the account closes. Core thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sitoo/stock.h"

namespace sandbox::sitoo {

constexpr int batch_open = 10;
constexpr int batch_closed = 20;

struct WarehouseBatch {
  std::int64_t id = 0;
  int warehouse_id = 0;
  int type = transaction_count;
  int state = batch_open;
  std::int64_t created_s = 0;
  std::int64_t transaction_id = 0;  // 0: none yet
  std::string comment, external_id, reason;
  // By SKU. Thousandths: of a count what was found, else the change.
  std::map<std::string, std::int64_t, std::less<>> items;
};

class WarehouseBatches {
 public:
  // The batch with its id. rejected: one_open and there is an open batch of this type in the
  // warehouse.
  tillbridge::Result<WarehouseBatch*> open(WarehouseBatch batch, bool one_open);
  WarehouseBatch* find(int warehouse_id, std::int64_t batch_id);  // nullptr: none there
  const std::deque<WarehouseBatch>& all() const { return batches_; }

 private:
  std::deque<WarehouseBatch> batches_;  // ids are 1, 2, 3 ...
};

// What closing the batch books; its moves look into the batch.
StockTransaction transaction_of(const WarehouseBatch& batch);

// Why a quantity is none for this type of transaction; "": it is one. Counts are absolute, what
// moves out is negative, what moves in is positive.
std::string_view quantity_fault(int transaction_type, std::int64_t quantity_milli);

}  // namespace sandbox::sitoo
