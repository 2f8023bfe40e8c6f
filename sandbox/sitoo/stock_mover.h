#pragma once
// Movements beside the sales, one after the other: receipts, manual outs, counts, transfers and
// levels that an external system sets, of SKUs that are more or less popular. The same seed on the
// same account moves the same. Core thread.

#include <cstdint>
#include <vector>

#include "base/entropy.h"
#include "base/result.h"
#include "sitoo/popularity.h"
#include "sitoo/warehouse_work.h"

namespace sandbox::sitoo {

class StockMover {
 public:
  StockMover(Account& account, std::uint64_t seed);

  void step();

 private:
  int warehouse() { return fifo_[entropy_.below(fifo_.size())]; }
  std::string_view sku();
  std::int64_t quantity(std::uint64_t max);
  std::int64_t total_of(int warehouse_id, std::string_view sku) const;
  std::vector<Goods> goods(std::uint64_t each_max);
  void take_out();
  void count();
  void transfer();
  void set_online();

  Account& account_;
  WarehouseWork work_;
  tillbridge::Entropy entropy_;
  Popularity popularity_;
  std::vector<int> fifo_;
};

// Counts in batches of up to a thousand SKUs so that this many distinct levels of FIFO warehouses
// change at once: a quarter of them of the most popular SKUs, the rest of any.
struct Stocktaking {
  std::size_t levels_changed = 0, transactions = 0;
};
// invalid_input: there are not that many levels.
tillbridge::Result<Stocktaking> take_stock(Account& account, std::size_t levels,
                                           std::uint64_t seed);

}  // namespace sandbox::sitoo
