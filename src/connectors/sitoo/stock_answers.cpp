#include "connectors/sitoo/stock_answers.h"

#include <algorithm>

#include "connectors/http_answer.h"
#include "connectors/sitoo/stock_mapping.h"

namespace tillbridge::connectors::sitoo {
namespace {

using Kind = Outcome::Kind;

// Whether half of `num` may work where `num` was too much; that is no trouble of the connection.
bool note_too_large(ListPage& list, std::size_t num) {
  if (!list.refused_by_us || num <= 1) return false;
  list.outcome.connection_at_fault = false;
  return true;
}

}  // namespace

LevelPage read_levels(const Result<outbound::HttpAnswer>& answer, const std::string& warehouse,
                      std::size_t num, Instant now) {
  ListPage list = read_list(answer, "stock levels", now);
  LevelPage page;
  page.too_large = note_too_large(list, num);
  page.outcome = std::move(list.outcome);
  if (answer) page.answered_at = connectors::answered_at(*answer);
  constexpr int not_found = 404;
  if (answer && answer->status == not_found) {
    page.outcome.kind = Kind::rejected;
    page.outcome.connection_at_fault = false;
    page.outcome.reason = "Sitoo does not know warehouse " + warehouse + " (it answered 404)";
  }
  page.got = list.items.size();
  page.total = list.total;
  for (const json::Value& item : list.items) {
    Result<model::StockLevel> level = to_level(item, warehouse);
    if (level)
      page.levels.push_back(std::move(*level));
    else
      note(page.unreadable, std::move(level.error().what));
  }
  return page;
}

MovementPage read_movements(const Result<outbound::HttpAnswer>& answer, std::int64_t from,
                            std::size_t num, Instant now) {
  ListPage list = read_list(answer, "warehouse transactions", now);
  MovementPage page;
  page.too_large = note_too_large(list, num);
  page.outcome = std::move(list.outcome);
  std::vector<const json::Value*> transactions;
  for (const json::Value& item : list.items) transactions.push_back(&item);
  const auto lower_id = [](const json::Value* a, const json::Value* b) {
    return transaction_id(*a) < transaction_id(*b);
  };
  const bool sorted = std::is_sorted(transactions.begin(), transactions.end(), lower_id);
  if (!sorted) std::sort(transactions.begin(), transactions.end(), lower_id);
  for (const json::Value* transaction : transactions) {
    page.newest = std::max(page.newest, transaction_id(*transaction));
    add_movements(page.movements, page.unreadable, *transaction);
  }
  // A page that does not go beyond what was asked from would be asked for again and again.
  page.more = list.total > static_cast<std::int64_t>(list.items.size()) && page.newest >= from &&
              page.newest > 0;
  if (page.more && !sorted) {
    // By falling id the page is the end of the feed: going on after it would lose what is before.
    const int status = page.outcome.http_status;
    page = MovementPage{};
    page.outcome =
        connection_trouble(status, "Sitoo did not sort the warehouse transactions by rising id");
  }
  return page;
}

}  // namespace tillbridge::connectors::sitoo
