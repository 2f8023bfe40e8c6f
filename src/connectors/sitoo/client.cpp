#include "connectors/sitoo/client.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/json.h"
#include "connectors/sitoo/list_call.h"
#include "connectors/sitoo/order_mapping.h"

namespace tillbridge::connectors::sitoo {
namespace {

using Kind = Outcome::Kind;

OrderRead read_order(const json::Value& item, const Config& config) {
  OrderRead read;
  read.document = json::to_text(item);
  const json::Object* object = item.if_object();
  if (object == nullptr) {
    read.order = fail(Error::Kind::invalid_input, "an order that is not an object");
    return read;
  }
  if (const auto id = json::integer(*object, "orderid")) read.id = std::to_string(*id);
  if (const auto at = json::integer(*object, "orderdate")) read.ordered_at = from_unix_seconds(*at);
  read.order = to_order(*object, config);
  return read;
}

OrderPage read_page(const Result<outbound::HttpAnswer>& answer, const Config& config, Instant now) {
  ListPage list = read_list(answer, "orders", now);
  OrderPage page;
  page.outcome = std::move(list.outcome);
  page.total = list.total;
  for (const json::Value& item : list.items) page.orders.push_back(read_order(item, config));
  return page;
}

bool is_order_number(const std::string& text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string joined(std::span<const std::string> ids) {
  std::string list;
  for (const std::string& id : ids) list += (list.empty() ? "" : ",") + id;
  return list;
}

}  // namespace

Client::Client(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(without_slash(std::move(config))) {
  config_.orders_per_list_max = std::clamp(config_.orders_per_list_max, 1U, list_num_limit);
}

Task<OrderPage> Client::list(std::string query, std::string_view fields) {
  outbound::HttpRequest request =
      list_request(config_, "/orders.json?eshopid=" + std::to_string(config_.site_id) + "&" +
                                query + "&fields=" + std::string(fields));
  const Result<outbound::HttpAnswer> answer = co_await transport_.send(std::move(request));
  co_return read_page(answer, config_, clock_.now());
}

Task<OrderPage> Client::orders_by_id(std::vector<std::string> order_ids) {
  order_ids.erase(std::remove_if(order_ids.begin(), order_ids.end(),
                                 [](const std::string& id) { return !is_order_number(id); }),
                  order_ids.end());
  const std::size_t per_call = config_.orders_per_list_max;
  OrderPage all;
  all.outcome.kind = Kind::delivered;
  for (std::size_t from = 0; from < order_ids.size(); from += per_call) {
    const std::size_t count = std::min(per_call, order_ids.size() - from);
    const std::string filter = "orderid=" + joined(std::span(order_ids).subspan(from, count)) +
                               "&sort=orderid&num=" + std::to_string(count);
    // Sitoo may return fewer than num (its upper limit is not known): go on until all are there.
    std::size_t start = 0;
    while (true) {
      const std::string query = start == 0 ? filter : filter + "&start=" + std::to_string(start);
      OrderPage page = co_await list(query, order_fields());
      all.outcome = page.outcome;
      if (page.outcome.kind != Kind::delivered) co_return all;
      const std::size_t got = page.orders.size();
      std::move(page.orders.begin(), page.orders.end(), std::back_inserter(all.orders));
      start += got;
      if (got == 0 || static_cast<std::int64_t>(start) >= page.total) break;
    }
  }
  all.total = static_cast<std::int64_t>(all.orders.size());
  co_return all;
}

Task<OrderPage> Client::order_numbers_from(std::int64_t from) {
  co_return co_await list("orderidfrom=" + std::to_string(from) +
                              "&sort=orderid&num=" + std::to_string(config_.orders_per_list_max),
                          "orderid");
}

Task<OrderPage> Client::past_orders(PastOrders range) {
  std::string query =
      "orderidfrom=" + std::to_string(range.from) + "&orderidto=" + std::to_string(range.until);
  if (range.since) query += "&orderdatefrom=" + std::to_string(to_unix_seconds(*range.since) - 1);
  if (range.before) query += "&orderdateto=" + std::to_string(to_unix_seconds(*range.before) + 1);
  query += "&sort=orderid&num=" + std::to_string(config_.orders_per_list_max);
  co_return co_await list(std::move(query), "orderid,orderdate");
}

Task<OrderPage> Client::newest_order() {
  co_return co_await list("sort=-orderid&num=1", "orderid");
}

Task<Outcome> Client::ping() {
  OrderPage page = co_await list("sort=-orderid&num=1", "orderid");
  co_return std::move(page.outcome);
}

}  // namespace tillbridge::connectors::sitoo
