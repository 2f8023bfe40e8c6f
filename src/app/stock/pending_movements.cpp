#include "app/stock/pending_movements.h"

#include <algorithm>

namespace tillbridge::app {
namespace {

bool at_a_till(model::MovementKind kind) {
  return kind == model::MovementKind::sale || kind == model::MovementKind::refund;
}

// Found by its arguments; the class has an add() of its own.
Decimal sum_of(Decimal a, Decimal b) {
  return add(a, b).value_or(a);
}

void remove_one(std::map<std::int64_t, std::size_t>& counts, std::int64_t id) {
  const auto found = counts.find(id);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

// The newer one of two movements of a warehouse stays; of one transaction the later row.
void take_in(SkuMovements& into, const model::StockMovement& movement, std::size_t& levels) {
  const auto same = std::find_if(
      into.newest.begin(), into.newest.end(),
      [&](const model::StockMovement& one) { return one.warehouse == movement.warehouse; });
  if (same == into.newest.end()) {
    into.newest.push_back(movement);
    ++levels;
  } else if (movement.id >= same->id) {
    *same = movement;
  }
}

}  // namespace

// A SKU that became more wanted is in two queues; the entry's rank says which one counts.
void PendingMovements::enlist(const std::string& sku, Entry& entry, Rank rank) {
  entry.rank = rank;
  queues_[rank].push_back(sku);
}

void PendingMovements::add(const model::StockMovement& movement, bool fresh) {
  const bool sold = at_a_till(movement.kind);
  if (sold) sellers_.insert(movement.sku);
  const Rank rank = sold ? sold_now : sellers_.contains(movement.sku) ? sells : rest;
  const auto [found, first] = skus_.try_emplace(movement.sku);
  Entry& entry = found->second;
  if (first) {
    entry.movements.sku = movement.sku;
    entry.movements.lowest = movement.id;
    ++lowest_[movement.id];
    enlist(movement.sku, entry, rank);
  } else {
    if (movement.id < entry.movements.lowest) {
      remove_one(lowest_, entry.movements.lowest);
      entry.movements.lowest = movement.id;
      ++lowest_[movement.id];
    }
    if (rank < entry.rank) enlist(movement.sku, entry, rank);
  }
  take_in(entry.movements, movement, levels_);
  if (fresh && movement.kind == model::MovementKind::sale) {
    entry.movements.sold = sum_of(entry.movements.sold, movement.quantity.magnitude());
    entry.movements.sold_at = std::max(entry.movements.sold_at, movement.at);
  }
}

std::vector<SkuMovements> PendingMovements::next(std::size_t skus_max) {
  std::vector<SkuMovements> batch;
  for (std::size_t rank = 0; rank < queues_.size(); ++rank) {
    std::deque<std::string>& queue = queues_[rank];
    while (!queue.empty() && batch.size() < skus_max) {
      const std::string sku = std::move(queue.front());
      queue.pop_front();
      const auto found = skus_.find(sku);
      if (found == skus_.end() || found->second.rank != rank) continue;
      remove_one(lowest_, found->second.movements.lowest);
      levels_ -= found->second.movements.newest.size();
      batch.push_back(std::move(found->second.movements));
      skus_.erase(found);
    }
  }
  return batch;
}

void PendingMovements::put_back(std::vector<SkuMovements> batch) {
  for (SkuMovements& sku : batch) {
    for (const model::StockMovement& movement : sku.newest) add(movement, false);
    Entry& entry = skus_.at(sku.sku);
    entry.movements.sold = sum_of(entry.movements.sold, sku.sold);
    entry.movements.sold_at = std::max(entry.movements.sold_at, sku.sold_at);
    if (sku.lowest < entry.movements.lowest) {
      remove_one(lowest_, entry.movements.lowest);
      entry.movements.lowest = sku.lowest;
      ++lowest_[sku.lowest];
    }
  }
}

std::optional<std::int64_t> PendingMovements::lowest() const {
  if (lowest_.empty()) return std::nullopt;
  return lowest_.begin()->first;
}

}  // namespace tillbridge::app
