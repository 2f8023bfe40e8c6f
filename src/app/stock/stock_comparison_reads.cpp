// The comparison's reads of the catalogs.

#include "app/stock/stock_comparison.h"

namespace tillbridge::app {
namespace {

using connectors::bloomreach::RowAnswer;
using connectors::bloomreach::RowPage;
using connectors::bloomreach::RowQuery;

constexpr int tries_max = 20;
constexpr Duration pause = std::chrono::milliseconds{500};

}  // namespace

template <typename Answer>
Task<Answer> StockComparison::patiently(std::function<Task<Answer>()> ask) {
  Answer answer;
  for (int tries = 0; tries < tries_max && !parts_.observer.stopping(); ++tries) {
    if (const auto refused = parts_.reads.refusal(false)) {
      if (refused->kind == Outcome::Kind::throttled) --tries;  // its turn comes
      answer.outcome = *refused;
      co_await sleep_for(on_.loop, pause / 5);
      continue;
    }
    answer = co_await ask();
    parts_.reads.answered(answer.outcome);
    if (answer.outcome.kind == Outcome::Kind::delivered) break;
    co_await sleep_for(on_.loop, pause);
  }
  co_return answer;
}

Task<RowPage> StockComparison::page(std::string catalog_id, RowQuery query) {
  std::function<Task<RowPage>()> ask = [this, catalog_id, query] {
    return parts_.client.query(catalog_id, query);
  };
  co_return co_await patiently(std::move(ask));
}

Task<RowAnswer> StockComparison::row(std::string catalog_id, std::string item_id) {
  std::function<Task<RowAnswer>()> ask = [this, catalog_id, item_id] {
    return parts_.client.read_row(catalog_id, item_id);
  };
  co_return co_await patiently(std::move(ask));
}

}  // namespace tillbridge::app
