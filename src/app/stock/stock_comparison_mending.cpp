#include <algorithm>

#include "app/stock/stock_comparison.h"

namespace tillbridge::app {
namespace {

using Kind = desk::StockDifference;

constexpr std::size_t rows_per_call = 1'000;
constexpr std::size_t skus_per_step = 100;
constexpr int tries_max = 20;
constexpr std::size_t removed_alone_max = 100;  // LIMIT: rows, without anybody looking on ...
constexpr std::size_t removed_share = 20;       // ... or one of so many, where that is more
constexpr Duration pause = std::chrono::milliseconds{500};

bool sent_again(Kind kind) {
  return kind == Kind::lost || kind == Kind::foreign_write;
}

}  // namespace

Task<bool> StockComparison::repair(std::shared_ptr<Round> round) {
  std::map<std::string, std::vector<std::string>> again;  // SKU -> places
  for (const Finding& one : round->findings) {
    if (sent_again(one.kind)) again[one.sku].push_back(one.place);
  }
  std::size_t done = 0;
  for (auto next = again.begin(); next != again.end();) {
    std::vector<SkuObservation> batch;
    std::size_t rows = 0;
    for (; next != again.end() && batch.size() < skus_per_step; ++next) {
      SkuObservation one;
      one.moved.sku = next->first;
      one.send_again = next->second;
      rows += next->second.size();
      batch.push_back(std::move(one));
    }
    done += batch.size();
    at("sending again (SKUs)", done, again.size());
    const auto taken = co_await parts_.planning.take_in(std::move(batch), {});
    if (!taken) {
      round->trouble = taken.error().what;
      co_return false;
    }
    round->repaired += rows;
  }
  for (const Finding& one : round->findings)
    round->repaired += one.kind == Kind::missed ? 1 : 0;  // learned, and sent from there
  co_return true;
}

// What became somebody's since it was looked at is left alone.
Task<bool> StockComparison::keep_nobodys(std::shared_ptr<std::vector<Finding>> rows,
                                         std::shared_ptr<Round> round) {
  std::vector<std::string> skus;
  for (const Finding& one : *rows) skus.push_back(one.sku);
  const auto known = co_await parts_.planning.known(std::move(skus));
  if (!known) {
    round->trouble = known.error().what;
    co_return false;
  }
  std::vector<Finding> left;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Finding& one = (*rows)[i];
    const bool expected =
        (*known)[i] && parts_.planning.expected((*known)[i]->stock, one.place).has_value();
    const bool waits = parts_.waits(flows::stock_level_flow, "stock/" + one.place + "/" + one.sku);
    if (!expected && !waits) left.push_back(one);
  }
  *rows = std::move(left);
  co_return true;
}

Task<bool> StockComparison::remove(std::shared_ptr<Round> round) {
  std::vector<Finding> all;
  for (const Finding& one : round->findings) {
    const bool row_is_there = !one.place.empty();
    if (row_is_there && (one.kind == Kind::unmapped || one.kind == Kind::unknown_sku))
      all.push_back(one);
  }
  // So many at once speak of a place or a right that is gone, not of single rows.
  const std::size_t few = std::max<std::size_t>(removed_alone_max, round->rows / removed_share);
  if (round->asked.automatic && all.size() > few) {
    round->not_removed = all.size();
    co_return true;
  }
  const auto catalog = co_await parts_.inventory.find(parts_.client, false);
  for (std::size_t from = 0; from < all.size(); from += rows_per_call) {
    at("removing rows", from, all.size());
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t count = std::min(rows_per_call, all.size() - from);
    auto some =
        std::make_shared<std::vector<Finding>>(begin, begin + static_cast<std::ptrdiff_t>(count));
    if (!co_await keep_nobodys(some, round)) co_return false;
    std::vector<std::string> ids;
    for (const Finding& one : *some) ids.push_back(one.item_id);
    int tries = 0;
    while (!ids.empty()) {  // removing a row twice does no harm (bloomreach.md 9.2)
      const auto removed = co_await parts_.client.remove_rows(catalog.id, ids);
      if (removed.call.kind == Outcome::Kind::delivered) {
        for (const Outcome& one : removed.rows)
          round->removed += one.kind == Outcome::Kind::delivered ? 1 : 0;
        break;
      }
      round->trouble = removed.call.reason;
      if (++tries >= tries_max || parts_.observer.stopping()) co_return false;
      co_await sleep_for(on_.loop, removed.call.retry_after.value_or(pause));
    }
  }
  co_return true;
}

}  // namespace tillbridge::app
