#include "sitoo/stock_mover.h"

#include <algorithm>
#include <numeric>

namespace sandbox::sitoo {

using tillbridge::Entropy;
using tillbridge::fail;
using tillbridge::Result;

namespace {

std::vector<int> fifo_warehouses(const Masterdata& data) {
  std::vector<int> ids;
  for (const Warehouse& warehouse : data.warehouses) {
    if (warehouse.type == warehouse_fifo) ids.push_back(warehouse.id);
  }
  return ids;
}

// Indexes of SKUs to count in one warehouse: first popular ones, then any.
std::vector<std::uint32_t> draw_skus(std::size_t products, std::size_t wanted, Entropy& entropy) {
  std::vector<std::uint32_t> indexes(products);
  std::iota(indexes.begin(), indexes.end(), 0U);
  for (std::size_t i = wanted / 4; i < wanted; ++i) {
    std::swap(indexes[i], indexes[i + entropy.below(products - i)]);
  }
  indexes.resize(wanted);
  return indexes;
}

}  // namespace

StockMover::StockMover(Account& account, std::uint64_t seed)
    : account_(account),
      work_(account),
      entropy_(seed ^ 0x570c'0000ULL),
      popularity_(account.masterdata().products.size()),
      fifo_(fifo_warehouses(account.masterdata())) {}

std::string_view StockMover::sku() {
  return account_.masterdata().products[popularity_.draw(entropy_)].sku;
}

// 1 to max; now and then half a unit more, as of what is sold by the metre.
std::int64_t StockMover::quantity(std::uint64_t max) {
  const auto whole = static_cast<std::int64_t>(1 + entropy_.below(max));
  return whole * 1000 + (entropy_.chance(0.03) ? 500 : 0);
}

std::int64_t StockMover::total_of(int warehouse_id, std::string_view sku) const {
  const auto level = account_.stock().level(warehouse_id, sku);
  return level ? level->total_milli : 0;
}

std::vector<Goods> StockMover::goods(std::uint64_t each_max) {
  std::vector<Goods> all;
  const std::uint64_t rows = 1 + entropy_.below(3);
  for (std::uint64_t i = 0; i < rows; ++i) all.push_back({sku(), quantity(each_max)});
  return all;
}

void StockMover::step() {
  constexpr std::uint64_t receipt_max = 12;
  const double drawn = entropy_.unit();
  if (drawn < 0.2) return take_out();
  if (drawn < 0.4) return count();
  if (drawn < 0.55) return transfer();
  if (drawn < 0.65 && account_.masterdata().products_online > 0) return set_online();
  const int to = warehouse();
  (void)work_.receive(to, goods(receipt_max));
}

void StockMover::take_out() {
  const int from = warehouse();
  Goods taken{sku(), quantity(4)};
  const std::int64_t there = total_of(from, taken.sku);
  if (there <= 0) {
    (void)work_.receive(from, {{taken.sku, quantity(20)}});
  } else {
    taken.milli = std::min(taken.milli, there);
    (void)work_.take_out(from, {taken});
  }
}

void StockMover::count() {
  const int where = warehouse();
  std::vector<Goods> found = goods(4);
  for (Goods& one : found) {
    const std::int64_t there = total_of(where, one.sku);
    const std::int64_t off = entropy_.chance(0.6) ? -one.milli : one.milli;
    one.milli = entropy_.chance(0.1) ? 0 : std::max<std::int64_t>(0, there + off);
  }
  (void)work_.count(where, found);
}

void StockMover::transfer() {
  const int from = warehouse();
  const int to = warehouse();
  if (from == to) return take_out();
  (void)work_.transfer(from, to, goods(6));
}

void StockMover::set_online() {
  const Masterdata& data = account_.masterdata();
  const std::size_t first = data.products.size() - data.products_online;
  const Product& product = data.products[first + entropy_.below(data.products_online)];
  const auto level = static_cast<std::int64_t>(entropy_.below(61)) * 1000;
  (void)work_.set_online(data.stores.front().virtual_warehouse, {product.sku, level});
}

Result<Stocktaking> take_stock(Account& account, std::size_t levels, std::uint64_t seed) {
  const Masterdata& data = account.masterdata();
  const std::vector<int> warehouses = fifo_warehouses(data);
  if (levels == 0 || levels > warehouses.size() * data.products.size()) {
    return fail(tillbridge::Error::Kind::invalid_input, "there are not that many levels");
  }
  constexpr std::size_t batch_max = 1000;
  constexpr std::uint64_t found_max = 40;
  Entropy entropy(seed ^ 0xc0'0147ULL);
  WarehouseWork work(account);
  Stocktaking done;
  for (std::size_t at = 0; at < warehouses.size(); ++at) {
    const std::size_t wanted = (levels - done.levels_changed) / (warehouses.size() - at);
    std::vector<Goods> found;
    const auto settle = [&]() -> Result<void> {
      if (found.empty()) return {};
      TB_TRY(const auto id, work.count(warehouses[at], found));
      done.transactions += id != 0;
      done.levels_changed += found.size();
      found.clear();
      return {};
    };
    for (const std::uint32_t index : draw_skus(data.products.size(), wanted, entropy)) {
      const std::string_view sku = data.products[index].sku;
      const auto level = account.stock().level(warehouses[at], sku);
      auto counted = static_cast<std::int64_t>(entropy.below(found_max + 1)) * 1000;
      if (counted == (level ? level->total_milli : 0)) counted += 1000;
      found.push_back({sku, counted});
      if (found.size() == batch_max) TB_CHECK(settle());
    }
    TB_CHECK(settle());
  }
  return done;
}

}  // namespace sandbox::sitoo
