#include "app/stock/pending_reads.h"

#include <algorithm>

namespace tillbridge::app {

void PendingReads::hold(std::int64_t movement) {
  if (movement > 0) held_.insert(movement);
}

void PendingReads::release(std::int64_t movement) {
  if (movement > 0) held_.erase(held_.find(movement));
}

void PendingReads::add(const std::string& warehouse, const std::string& sku,
                       std::int64_t movement) {
  const auto [found, fresh] = queue_[warehouse].try_emplace(sku);
  if (fresh) ++waiting_;
  Entry& entry = found->second;
  const bool lower = movement > 0 && (entry.movement == 0 || movement < entry.movement);
  if (!lower) return;
  release(entry.movement);
  entry.movement = movement;
  hold(movement);
}

std::vector<PendingReads::Read> PendingReads::next(std::size_t reads_max, std::size_t skus_max) {
  std::vector<Read> reads;
  for (std::size_t turns = queue_.size(); turns > 0 && reads.size() < reads_max; --turns) {
    auto warehouse = queue_.upper_bound(last_warehouse_);
    if (warehouse == queue_.end()) warehouse = queue_.begin();
    last_warehouse_ = warehouse->first;
    Read read{warehouse->first, {}};
    auto& skus = warehouse->second;
    for (auto sku = skus.begin(); sku != skus.end() && read.skus.size() < skus_max;) {
      if (under_way_.contains({read.warehouse, sku->first})) {
        ++sku;
        continue;
      }
      read.skus.push_back(sku->first);
      under_way_.emplace(Key{read.warehouse, sku->first}, sku->second);
      sku = skus.erase(sku);
      --waiting_;
    }
    if (skus.empty()) queue_.erase(warehouse);
    if (!read.skus.empty()) reads.push_back(std::move(read));
  }
  return reads;
}

void PendingReads::done(const Read& read) {
  for (const std::string& sku : read.skus) {
    const auto found = under_way_.find({read.warehouse, sku});
    if (found == under_way_.end()) continue;
    release(found->second.movement);
    under_way_.erase(found);
  }
}

void PendingReads::failed(const Read& read) {
  for (const std::string& sku : read.skus) {
    const auto found = under_way_.find({read.warehouse, sku});
    if (found == under_way_.end()) continue;
    const std::int64_t movement = found->second.movement;
    release(movement);
    under_way_.erase(found);
    add(read.warehouse, sku, movement);
  }
}

std::optional<std::int64_t> PendingReads::lowest() const {
  if (held_.empty()) return std::nullopt;
  return *held_.begin();
}

}  // namespace tillbridge::app
