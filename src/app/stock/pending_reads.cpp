#include "app/stock/pending_reads.h"

#include <algorithm>

namespace tillbridge::app {

void PendingReads::hold(std::int64_t movement) {
  if (movement > 0) held_.insert(movement);
}

void PendingReads::release(std::int64_t movement) {
  if (movement > 0) held_.erase(held_.find(movement));
}

// The lowest of several movements is what the read is held for.
void PendingReads::lower(std::int64_t& held, std::int64_t movement) {
  if (movement <= 0 || (held > 0 && held <= movement)) return;
  release(held);
  held = movement;
  hold(held);
}

void PendingReads::add(const std::string& warehouse, const std::string& sku,
                       std::int64_t movement) {
  if (under_way_.contains({warehouse, sku})) {
    lower(once_more_[{warehouse, sku}], movement);
    return;
  }
  const auto [found, fresh] = queue_[warehouse].try_emplace(sku, 0);
  if (fresh) ++waiting_;
  lower(found->second, movement);
}

std::vector<PendingReads::Read> PendingReads::next(std::size_t reads_max, std::size_t skus_max) {
  std::vector<Read> reads;
  while (!queue_.empty() && reads.size() < reads_max) {
    auto warehouse = queue_.upper_bound(last_warehouse_);
    if (warehouse == queue_.end()) warehouse = queue_.begin();
    last_warehouse_ = warehouse->first;
    Read read{warehouse->first, {}};
    auto& skus = warehouse->second;
    while (!skus.empty() && read.skus.size() < skus_max) {
      const auto sku = skus.begin();
      read.skus.push_back(sku->first);
      under_way_.emplace(Key{read.warehouse, sku->first}, sku->second);
      skus.erase(sku);
      --waiting_;
    }
    if (skus.empty()) queue_.erase(warehouse);
    reads.push_back(std::move(read));
  }
  return reads;
}

void PendingReads::done(const Read& read) {
  ended(read, false);
}

void PendingReads::failed(const Read& read) {
  ended(read, true);
}

void PendingReads::ended(const Read& read, bool again) {
  for (const std::string& sku : read.skus) {
    const Key key{read.warehouse, sku};
    const auto found = under_way_.find(key);
    if (found == under_way_.end()) continue;
    const std::int64_t movement = found->second;
    under_way_.erase(found);
    if (again) add(read.warehouse, sku, movement);
    release(movement);
    const auto more = once_more_.find(key);
    if (more == once_more_.end()) continue;
    const std::int64_t later = more->second;
    once_more_.erase(more);
    add(read.warehouse, sku, later);
    release(later);
  }
}

std::optional<std::int64_t> PendingReads::lowest() const {
  if (held_.empty()) return std::nullopt;
  return *held_.begin();
}

}  // namespace tillbridge::app
