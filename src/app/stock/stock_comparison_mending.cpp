#include "app/stock/stock_comparison.h"

namespace tillbridge::app {
namespace {

using Kind = desk::StockDifference;

constexpr std::size_t rows_per_call = 1'000;
constexpr std::size_t skus_per_step = 100;
constexpr int tries_max = 20;
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
    round->repaired += one.kind == Kind::missed ? 1 : 0;  // read again, and sent from there
  co_return true;
}

Task<bool> StockComparison::remove(std::shared_ptr<Round> round) {
  std::vector<std::string> ids;
  for (const Finding& one : round->findings) {
    const bool row_is_there = !one.place.empty();
    if (row_is_there && (one.kind == Kind::unmapped || one.kind == Kind::unknown_sku))
      ids.push_back(one.item_id);
  }
  const auto catalog = co_await parts_.inventory.find(parts_.client);
  for (std::size_t from = 0; from < ids.size(); from += rows_per_call) {
    at("removing rows", from, ids.size());
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t count = std::min(rows_per_call, ids.size() - from);
    std::vector<std::string> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    int tries = 0;
    for (;;) {  // removing a row twice does no harm (bloomreach.md 9.2)
      const auto removed = co_await parts_.client.remove_rows(catalog.id, some);
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
