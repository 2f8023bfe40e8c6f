#include "connectors/sitoo/stock_client.h"

#include <algorithm>
#include <iterator>

#include "connectors/sitoo/stock_answers.h"
#include "connectors/sitoo/stock_mapping.h"
#include "connectors/url_text.h"

namespace tillbridge::connectors::sitoo {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t listed_items_max = 100'000;  // LIMIT: of warehouses or stores

std::string path(const Config& config, std::string_view resource) {
  return "/sites/" + std::to_string(config.site_id) + "/" + std::string(resource) + ".json?";
}

std::size_t within_limit(std::size_t num) {
  return std::clamp<std::size_t>(num, 1, list_num_limit);
}

// All pages of a short list. query: path and filters, up to and with "?" or "&".
Task<ListPage> whole_list(outbound::Transport& transport, const Clock& clock, Config config,
                          std::string query, std::string of_what) {
  ListPage all;
  while (true) {
    outbound::HttpRequest request =
        list_request(config, query + "start=" + std::to_string(all.items.size()) +
                                 "&num=" + std::to_string(list_num_limit));
    const auto answer = co_await transport.send(std::move(request));
    ListPage page = read_list(answer, of_what, clock.now());
    if (page.outcome.kind != Kind::delivered) co_return page;
    all.outcome = std::move(page.outcome);
    all.total = page.total;
    std::move(page.items.begin(), page.items.end(), std::back_inserter(all.items));
    if (static_cast<std::int64_t>(all.items.size()) >= page.total) break;
    if (page.items.empty()) {  // half a list must not be taken for the whole one
      all.outcome = connection_trouble(0, "Sitoo's list of " + of_what + " ends too early");
      break;
    }
    if (all.items.size() >= listed_items_max) {
      all.outcome = connection_trouble(0, "Sitoo's list of " + of_what + " does not end");
      break;
    }
  }
  co_return all;
}

}  // namespace

StockClient::StockClient(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(without_slash(std::move(config))) {}

Task<WarehousesAnswer> StockClient::warehouses() {
  WarehousesAnswer made;
  std::string query = path(config_, "stores") + "fields=" + std::string(store_fields()) + "&";
  ListPage list = co_await whole_list(transport_, clock_, config_, std::move(query), "stores");
  made.outcome = std::move(list.outcome);
  if (made.outcome.kind != Kind::delivered) co_return made;
  StoreCodes codes;
  for (const json::Value& item : list.items) add_store(codes, item);
  query = path(config_, "warehouses") + "fields=" + std::string(warehouse_fields()) + "&";
  list = co_await whole_list(transport_, clock_, config_, std::move(query), "warehouses");
  made.outcome = std::move(list.outcome);
  if (made.outcome.kind != Kind::delivered) co_return made;
  for (const json::Value& item : list.items) {
    if (auto warehouse = to_warehouse(item, codes))
      made.warehouses.push_back(std::move(*warehouse));
  }
  co_return made;
}

Task<LevelPage> StockClient::levels(LevelQuery query) {
  std::string filter;
  std::vector<std::string> not_asked;
  for (std::string& sku : query.skus) {
    if (sku.empty() || sku.find(',') != std::string::npos)
      not_asked.push_back(std::move(sku));
    else
      filter += (filter.empty() ? "sku=" : ",") + url_encoded(sku);
  }
  LevelPage page;
  if (filter.empty() && !query.skus.empty()) {
    // Without a filter it would be the whole warehouse.
    page.outcome.kind = Kind::delivered;
    page.not_asked = std::move(not_asked);
    co_return page;
  }
  if (!filter.empty()) filter += "&";
  if (query.changed_since)
    filter += "datelastmodifiedfrom=" + std::to_string(to_unix_seconds(*query.changed_since)) + "&";
  const std::size_t num = within_limit(query.num);
  filter += "start=" + std::to_string(query.start) + "&num=" + std::to_string(num) +
            "&fields=" + std::string(level_fields());
  const std::string resource = "warehouses/" + url_encoded(query.warehouse) + "/warehouseitems";
  outbound::HttpRequest request = list_request(config_, path(config_, resource) + filter);
  const auto answer = co_await transport_.send(std::move(request));
  page = read_levels(answer, query.warehouse, num, clock_.now());
  page.not_asked = std::move(not_asked);
  co_return page;
}

Task<MovementPage> StockClient::movements_from(std::int64_t from, std::size_t num) {
  num = within_limit(num);
  outbound::HttpRequest request =
      list_request(config_, path(config_, "warehousetransactions") +
                                "warehousetransactionidfrom=" + std::to_string(from) +
                                "&sort=warehousetransactionid&num=" + std::to_string(num) +
                                "&fields=" + std::string(movement_fields()));
  const auto answer = co_await transport_.send(std::move(request));
  co_return read_movements(answer, from, num, clock_.now());
}

Task<MovementPage> StockClient::newest_movement() {
  outbound::HttpRequest request =
      list_request(config_, path(config_, "warehousetransactions") +
                                "sort=-warehousetransactionid&num=1&fields=warehousetransactionid");
  const auto answer = co_await transport_.send(std::move(request));
  const ListPage list = read_list(answer, "warehouse transactions", clock_.now());
  MovementPage page;
  page.outcome = list.outcome;
  for (const json::Value& item : list.items)
    page.newest = std::max(page.newest, transaction_id(item));
  co_return page;
}

}  // namespace tillbridge::connectors::sitoo
