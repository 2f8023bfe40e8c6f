#include "app/purchase_history.h"

#include <algorithm>

#include "base/json.h"
#include "connectors/sitoo/order_mapping.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t rows_looked_at_max = 5'000;  // LIMIT: a till waits

bool is_purchase(const journal::RecordRow& row) {
  return row.kind == "sale" || row.kind == "return" || row.kind == "mixed";
}

crm::Purchase to_purchase(const model::Order& order) {
  crm::Purchase purchase;
  purchase.order_id = order.id;
  purchase.receipt_id = order.receipt_id;
  purchase.kind = model::name(model::classify(order));
  purchase.at = order.ordered_at;
  purchase.store = order.place.store_code;
  purchase.total = order.paid.to_text();
  purchase.currency = order.currency.code();
  for (const model::OrderLine& line : order.lines) {
    crm::Purchase::Row row;
    row.sku = line.sku;
    row.title = line.title;
    row.quantity = line.quantity.to_text();
    if (const auto gross = add(line.net, line.vat)) row.total = gross->to_text();
    purchase.rows.push_back(std::move(row));
  }
  return purchase;
}

}  // namespace

Task<Result<std::vector<crm::Purchase>>> PurchaseHistory::of(model::Customer customer,
                                                             std::size_t limit) {
  using Rows = std::vector<std::optional<journal::RecordRow>>;
  const std::string wanted = "customer:" + customer.customer_id;
  std::function<Result<Rows>(journal::Reader&)> query =
      [workspace = workspace_, wanted, limit](journal::Reader& reader) -> Result<Rows> {
    std::vector<std::string> keys;
    // The search finds longer numbers as well: asked for more until theirs are among them.
    for (std::size_t rows_max = limit * 4;; rows_max *= 4) {
      TB_TRY(const auto found, reader.search(workspace, wanted, rows_max));
      keys.clear();
      for (const journal::RecordRow& row : found) {
        const bool theirs = std::find(row.search_keys.begin(), row.search_keys.end(), wanted) !=
                            row.search_keys.end();
        if (theirs && is_purchase(row) && keys.size() < limit) keys.push_back(row.key);
      }
      if (keys.size() == limit || found.size() < rows_max || rows_max >= rows_looked_at_max) break;
    }
    if (keys.empty()) return Rows{};
    return reader.records_by_key(workspace, keys, true);
  };
  const auto rows = co_await journal_.read<Rows>(std::move(query));
  if (!rows) co_return fail(rows.error());
  std::vector<crm::Purchase> purchases;
  for (const auto& row : *rows) {
    if (!row || row->payload.empty()) continue;
    const auto document = json::parse(row->payload);
    if (!document || !document->is_object()) continue;
    const auto order = connectors::sitoo::to_order(document->get_object(), sitoo_);
    if (order) purchases.push_back(to_purchase(*order));
  }
  std::sort(purchases.begin(), purchases.end(),
            [](const auto& one, const auto& other) { return one.at > other.at; });
  co_return purchases;
}

}  // namespace tillbridge::app
