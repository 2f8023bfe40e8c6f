#pragma once
// The endpoints behind RestApi, by subject. Each takes the call and gives the whole reply.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/message.h"
#include "sitoo/account.h"

namespace sandbox::sitoo {

struct RestCall {
  const tillbridge::http::Request& request;
  Account& account;
  std::vector<std::string> ids;  // the {} parts of the path, in order
  bool put_merges = false;
};

tillbridge::http::Reply list_orders(const RestCall& call);
tillbridge::http::Reply get_order(const RestCall& call);
tillbridge::http::Reply post_order(const RestCall& call);
tillbridge::http::Reply put_order(const RestCall& call);
tillbridge::http::Reply delete_order(const RestCall& call);
tillbridge::http::Reply list_deliveries(const RestCall& call);
tillbridge::http::Reply post_delivery(const RestCall& call);
tillbridge::http::Reply list_log_items(const RestCall& call);
tillbridge::http::Reply post_log_item(const RestCall& call);

tillbridge::http::Reply list_sites(const RestCall& call);
tillbridge::http::Reply list_stores(const RestCall& call);
tillbridge::http::Reply get_store(const RestCall& call);
tillbridge::http::Reply list_registers(const RestCall& call);
tillbridge::http::Reply get_register(const RestCall& call);
tillbridge::http::Reply list_reason_codes(const RestCall& call);
tillbridge::http::Reply list_product_groups(const RestCall& call);
tillbridge::http::Reply list_z_reports(const RestCall& call);

tillbridge::http::Reply list_warehouses(const RestCall& call);
tillbridge::http::Reply get_warehouse(const RestCall& call);
tillbridge::http::Reply list_warehouse_items(const RestCall& call);
tillbridge::http::Reply put_warehouse_items(const RestCall& call);
tillbridge::http::Reply list_transactions(const RestCall& call);
tillbridge::http::Reply post_transactions(const RestCall& call);
tillbridge::http::Reply list_batches(const RestCall& call);
tillbridge::http::Reply post_batch(const RestCall& call);
tillbridge::http::Reply get_batch(const RestCall& call);
tillbridge::http::Reply put_batch(const RestCall& call);
tillbridge::http::Reply list_batch_items(const RestCall& call);
tillbridge::http::Reply put_batch_items(const RestCall& call);
tillbridge::http::Reply delete_batch_items(const RestCall& call);

tillbridge::http::Reply json_reply(std::string body);
// {"statuscode": ..., "errortext": "..."}
tillbridge::http::Reply error_reply(int status, std::string_view text);

// "1,2,3"; nullopt: malformed. An absent parameter is an empty list.
std::optional<std::vector<std::int64_t>> integers_of(const RestCall& call, std::string_view name);
// Comma-separated texts.
std::vector<std::string> texts_of(const RestCall& call, std::string_view name);

struct Page {
  std::size_t start = 0;
  std::size_t num = 10;
};
std::optional<Page> page_of(const RestCall& call);  // nullopt: malformed

// Writes the envelope around the members of the page; `fields` cuts them down.
tillbridge::http::Reply enveloped(const RestCall& call,
                                  const std::vector<tillbridge::json::Object>& all);

}  // namespace sandbox::sitoo
