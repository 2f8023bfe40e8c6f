#pragma once
// What people do in the back rooms, one movement at a time (contract 5). Errors are values in words
// for the control API: not_found for warehouses, rejected for what their type does not allow,
// invalid_input for quantities. Core thread.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sitoo/account.h"

namespace sandbox::sitoo {

struct Goods {
  std::string_view sku;
  std::int64_t milli = 0;  // positive; of a count what was found, from 0
};

struct Transfer {
  std::int64_t out = 0, in = 0;  // transactions
};

class WarehouseWork {
 public:
  explicit WarehouseWork(Account& account) : account_(account) {}

  // Each gives the id of its transaction.
  tillbridge::Result<std::int64_t> receive(int warehouse_id, const std::vector<Goods>& goods);
  tillbridge::Result<std::int64_t> take_out(int warehouse_id, const std::vector<Goods>& goods);
  tillbridge::Result<std::int64_t> count(int warehouse_id, const std::vector<Goods>& found);
  tillbridge::Result<Transfer> transfer(int from, int to, const std::vector<Goods>& goods);
  // The level of a Virtual warehouse, as an external system sets it.
  tillbridge::Result<void> set_online(int warehouse_id, Goods level);

 private:
  tillbridge::Result<void> check(int warehouse_id, int type, const std::vector<Goods>& goods) const;
  std::int64_t book(int warehouse_id, int type, const std::vector<Goods>& goods,
                    std::string description, std::string external_id);

  Account& account_;
  std::int64_t transfers_ = 0;
};

}  // namespace sandbox::sitoo
