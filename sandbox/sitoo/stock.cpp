#include "sitoo/stock.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace sandbox::sitoo {

namespace {

constexpr std::int64_t opening_level_milli = 500'000;
constexpr std::int64_t opening_online_milli = 20'000;
constexpr std::int64_t item_ids_per_warehouse = 1'000'000;

}  // namespace

Stock::Stock(const Masterdata& data, const tillbridge::Clock& clock)
    : data_(data), clock_(clock), ranks_(data.products.size()) {
  for (std::size_t i = 0; i < data.products_by_sku.size(); ++i) {
    ranks_[data.products_by_sku[i]] = static_cast<SkuId>(i);
  }
  const std::size_t first_online = data.products.size() - data.products_online;
  const auto is_online = [&](SkuId id) { return id >= first_online; };
  for (const Warehouse& warehouse : data.warehouses) {
    TB_ASSERT(static_cast<std::size_t>(warehouse.id) == shelves_.size() + 1);
    Shelf& shelf = shelves_.emplace_back();
    shelf.warehouse_id = warehouse.id;
    shelf.type = warehouse.type;
    const bool is_first_store = warehouse.store == std::optional<std::size_t>(0);
    if (warehouse.type == warehouse_fifo) {
      shelf.products.resize(data.products.size());
      shelf.order.reserve(data.products.size());
      for (const SkuId id : data.products_by_sku) {
        if (is_first_store && is_online(id)) continue;
        shelf.products[id].total_milli = opening_level_milli;
        shelf.order.push_back(id);
      }
    } else if (is_first_store) {
      for (const SkuId id : data.products_by_sku) {
        if (!is_online(id)) continue;
        shelf.others[id].total_milli = opening_online_milli;
        shelf.order.push_back(id);
      }
    }
  }
}

Stock::Shelf* Stock::shelf_of(int warehouse_id) {
  if (warehouse_id < 1 || static_cast<std::size_t>(warehouse_id) > shelves_.size()) return nullptr;
  return &shelves_[static_cast<std::size_t>(warehouse_id) - 1];
}
const Stock::Shelf* Stock::shelf_of(int warehouse_id) const {
  return const_cast<Stock*>(this)->shelf_of(warehouse_id);
}

std::optional<Stock::SkuId> Stock::find_sku(std::string_view sku) const {
  if (const auto product = data_.product_index(sku)) return *product;
  const auto other = other_ids_.find(sku);
  return other == other_ids_.end() ? std::nullopt : std::optional(other->second);
}

Stock::SkuId Stock::sku_id(std::string_view sku) {
  if (const auto known = find_sku(sku)) return *known;
  const auto id = static_cast<SkuId>(data_.products.size() + other_skus_.size());
  other_ids_.emplace(other_skus_.emplace_back(sku), id);
  return id;
}

std::string_view Stock::text_of(SkuId id) const {
  const std::size_t products = data_.products.size();
  return id < products ? std::string_view(data_.products[id].sku)
                       : std::string_view(other_skus_[id - products]);
}

bool Stock::before(SkuId a, SkuId b) const {
  if (a < ranks_.size() && b < ranks_.size()) return ranks_[a] < ranks_[b];
  return text_of(a) < text_of(b);
}

const Stock::Cell* Stock::find(const Shelf& shelf, SkuId id) {
  if (id < shelf.products.size()) {
    const Cell& at = shelf.products[id];
    return at.total_milli == absent ? nullptr : &at;
  }
  const auto found = shelf.others.find(id);
  return found == shelf.others.end() ? nullptr : &found->second;
}

Stock::Cell& Stock::cell(Shelf& shelf, SkuId id) {
  Cell& at = id < shelf.products.size() ? shelf.products[id] : shelf.others[id];
  if (at.total_milli != absent) return at;
  at.total_milli = 0;
  const auto place = std::lower_bound(shelf.order.begin(), shelf.order.end(), id,
                                      [this](SkuId a, SkuId b) { return before(a, b); });
  shelf.order.insert(place, id);
  return at;
}

StockLevel Stock::level_of(const Shelf& shelf, SkuId id) const {
  const Cell& at = *find(shelf, id);
  StockLevel level;
  level.item_id = shelf.warehouse_id * item_ids_per_warehouse + id;
  level.sku = text_of(id);
  level.total_milli = at.total_milli;
  level.reserved_milli = at.reserved_milli;
  level.modified_s = at.modified_s;
  level.counted_s = at.counted_s;
  if (const auto details = shelf.details.find(id); details != shelf.details.end()) {
    level.threshold_milli = details->second.threshold_milli;
    level.value_minor = details->second.value_minor;
    level.bin = details->second.bin;
  }
  return level;
}

std::optional<StockLevel> Stock::level(int warehouse_id, std::string_view sku) const {
  const Shelf* shelf = shelf_of(warehouse_id);
  const auto id = find_sku(sku);
  if (shelf == nullptr || !id || find(*shelf, *id) == nullptr) return std::nullopt;
  return level_of(*shelf, *id);
}

std::vector<Stock::SkuId> Stock::modified_between(const Shelf& shelf,
                                                  const LevelQuery& query) const {
  const auto first =
      std::lower_bound(shelf.touches.begin(), shelf.touches.end(), query.from_s.value_or(0),
                       [](const Touch& touch, std::int64_t from) { return touch.at_s < from; });
  std::vector<SkuId> found;
  for (auto touch = first; touch != shelf.touches.end(); ++touch) {
    if (query.to_s && touch->at_s > *query.to_s) break;
    if (find(shelf, touch->sku)->modified_s == touch->at_s) found.push_back(touch->sku);
  }
  return found;
}

LevelPage Stock::levels(int warehouse_id, const LevelQuery& query) const {
  LevelPage page;
  const Shelf* shelf = shelf_of(warehouse_id);
  if (shelf == nullptr) return page;
  std::vector<SkuId> chosen;
  const std::vector<SkuId>* all = &chosen;
  if (!query.skus.empty()) {
    for (const std::string& sku : query.skus) {
      const auto id = find_sku(sku);
      const Cell* at = id ? find(*shelf, *id) : nullptr;
      if (at == nullptr || (query.from_s && at->modified_s < *query.from_s) ||
          (query.to_s && at->modified_s > *query.to_s)) {
        continue;
      }
      chosen.push_back(*id);
    }
  } else if (query.from_s || query.to_s) {
    chosen = modified_between(*shelf, query);
  } else {
    all = &shelf->order;
  }
  std::sort(chosen.begin(), chosen.end(), [this](SkuId a, SkuId b) { return before(a, b); });
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  page.total = all->size();
  const std::size_t end = std::min(all->size(), query.start + query.num);
  for (std::size_t i = query.start; i < end; ++i) {
    page.levels.push_back(level_of(*shelf, (*all)[i]));
  }
  return page;
}

void Stock::each_level(const std::function<void(int, std::string_view, std::int64_t)>& tell) const {
  for (const Shelf& shelf : shelves_) {
    for (const SkuId id : shelf.order) {
      tell(shelf.warehouse_id, text_of(id), find(shelf, id)->available_milli());
    }
  }
}

// Never backwards, whatever the wall clock does: pages by time and by id rely on it.
std::int64_t Stock::now_s() {
  last_s_ = std::max(last_s_, tillbridge::to_unix_seconds(clock_.now()));
  return last_s_;
}

void Stock::touch(Shelf& shelf, SkuId id, Cell& at) {
  const auto now = static_cast<std::uint32_t>(now_s());
  if (at.modified_s == now) return;
  at.modified_s = now;
  shelf.touches.push_back({now, id});
  constexpr std::size_t spare = 1024;
  if (shelf.touches.size() < 2 * shelf.order.size() + spare) return;
  std::erase_if(shelf.touches, [&shelf](const Touch& touch) {
    return find(shelf, touch.sku)->modified_s != touch.at_s;
  });
}

void Stock::tell(const Shelf& shelf, SkuId id, std::int64_t before_milli) {
  const std::int64_t available = find(shelf, id)->available_milli();
  if (available == before_milli) return;
  ++levels_changed_;
  if (listener_) {
    listener_(shelf.warehouse_id, text_of(id), available, tillbridge::to_unix_us(clock_.now()));
  }
}

// What the listener believes; it is no longer held then.
std::int64_t Stock::before_of(Shelf& shelf, SkuId id, std::int64_t now_milli) {
  const auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& one) {
    return one.shelf == &shelf && one.sku == id;
  });
  if (held == held_.end()) return now_milli;
  const std::int64_t before_milli = held->before_milli;
  held_.erase(held);
  return before_milli;
}

std::int64_t Stock::transact(StockTransaction transaction) {
  Shelf* shelf = shelf_of(transaction.warehouse_id);
  if (shelf == nullptr || shelf->type != warehouse_fifo || transaction.moves.empty()) return 0;
  struct Moved {
    SkuId id;
    std::size_t row;
    std::int64_t before_milli;
  };
  std::vector<Moved> moved;
  moved.reserve(transaction.moves.size());
  for (StockMove& move : transaction.moves) {
    const SkuId id = sku_id(move.sku);
    move.sku = text_of(id);
    Cell& at = cell(*shelf, id);
    moved.push_back({id, moved.size(), before_of(*shelf, id, at.available_milli())});
    if (transaction.type == transaction_count) {
      move.change_milli -= at.total_milli;
      at.counted_s = static_cast<std::uint32_t>(now_s());
    }
    at.total_milli += move.change_milli;
    move.total_milli = at.total_milli;
    touch(*shelf, id, at);
  }
  transaction.id = static_cast<std::int64_t>(transactions_.size()) + 1;
  transaction.created_s = now_s();
  transactions_.push_back(std::move(transaction));
  // A SKU in two rows changes once, from what it was before the first of them.
  std::sort(moved.begin(), moved.end(), [](const Moved& a, const Moved& b) {
    return a.id != b.id ? a.id < b.id : a.row < b.row;
  });
  const auto end = std::unique(moved.begin(), moved.end(),
                               [](const Moved& a, const Moved& b) { return a.id == b.id; });
  for (auto one = moved.begin(); one != end; ++one) tell(*shelf, one->id, one->before_milli);
  return transactions_.back().id;
}

void Stock::reserve(int warehouse_id, std::string_view sku, std::int64_t change_milli,
                    bool touches) {
  Shelf* shelf = shelf_of(warehouse_id);
  if (shelf == nullptr) return;
  const SkuId id = sku_id(sku);
  Cell& at = cell(*shelf, id);
  const std::int64_t before_milli = before_of(*shelf, id, at.available_milli());
  at.reserved_milli += change_milli;
  if (touches) touch(*shelf, id, at);
  if (holds_ > 0) {
    held_.push_back({shelf, id, before_milli});
  } else {
    tell(*shelf, id, before_milli);
  }
}

void Stock::put(int warehouse_id, std::string_view sku, const LevelPut& put) {
  Shelf* shelf = shelf_of(warehouse_id);
  if (shelf == nullptr) return;
  const SkuId id = sku_id(sku);
  Cell& at = cell(*shelf, id);
  const std::int64_t before_milli = before_of(*shelf, id, at.available_milli());
  if (put.total_milli) at.total_milli = *put.total_milli;
  if (put.threshold_milli || put.value_minor || put.bin) {
    Details& details = shelf->details[id];
    if (put.threshold_milli) details.threshold_milli = *put.threshold_milli;
    if (put.value_minor) details.value_minor = *put.value_minor;
    if (put.bin) details.bin = *put.bin;
  }
  touch(*shelf, id, at);
  tell(*shelf, id, before_milli);
}

Stock::Hold::Hold(Stock& stock) : stock_(stock) {
  ++stock_.holds_;
}
Stock::Hold::~Hold() {
  if (--stock_.holds_ == 0) stock_.release();
}

void Stock::release() {
  for (const Held& one : std::exchange(held_, {})) tell(*one.shelf, one.sku, one.before_milli);
}

}  // namespace sandbox::sitoo
