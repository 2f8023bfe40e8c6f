#include "sitoo/rest_api.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/secret.h"
#include "sitoo/rest_endpoints.h"

namespace sandbox::sitoo {

using tillbridge::Task;
using tillbridge::http::Reply;
using tillbridge::http::Request;

namespace {

struct Endpoint {
  std::string_view method;
  std::string_view path;  // below the account; {} is an id
  Reply (*answer)(const RestCall&);
  bool has_suffix = true;  // .json
};
constexpr std::array endpoints = {
    Endpoint{"GET", "orders", list_orders},
    Endpoint{"GET", "sites/{}/orders", list_orders},
    Endpoint{"POST", "sites/{}/orders", post_order},
    Endpoint{"GET", "sites/{}/orders/{}", get_order},
    Endpoint{"PUT", "sites/{}/orders/{}", put_order},
    Endpoint{"DELETE", "sites/{}/orders/{}", delete_order},
    Endpoint{"GET", "sites/{}/orders/{}/orderdeliveries", list_deliveries},
    Endpoint{"POST", "sites/{}/orders/{}/orderdeliveries", post_delivery},
    Endpoint{"GET", "sites/{}/orders/{}/orderlogitems", list_log_items},
    Endpoint{"POST", "sites/{}/orders/{}/orderlogitems", post_log_item},
    Endpoint{"GET", "sites", list_sites},
    Endpoint{"GET", "sites/{}/stores", list_stores},
    Endpoint{"GET", "sites/{}/stores/{}", get_store},
    Endpoint{"GET", "sites/{}/cashregisters", list_registers},
    Endpoint{"GET", "sites/{}/cashregisters/{}", get_register},
    Endpoint{"GET", "sites/{}/productgroups", list_product_groups},
    Endpoint{"GET", "reasoncodes", list_reason_codes},
    Endpoint{"GET", "sites/{}/warehouses", list_warehouses},
    Endpoint{"GET", "sites/{}/warehouses/{}", get_warehouse},
    Endpoint{"GET", "sites/{}/warehouses/{}/warehouseitems", list_warehouse_items},
    Endpoint{"PUT", "sites/{}/warehouses/{}/warehouseitems", put_warehouse_items},
    Endpoint{"GET", "sites/{}/warehousetransactions", list_transactions},
    Endpoint{"POST", "sites/{}/warehousetransactions", post_transactions},
    Endpoint{"GET", "sites/{}/warehouses/{}/warehousetransactions", list_transactions},
    Endpoint{"GET", "sites/{}/warehouses/{}/warehousebatches", list_batches},
    Endpoint{"POST", "sites/{}/warehouses/{}/warehousebatches", post_batch},
    Endpoint{"GET", "sites/{}/warehouses/{}/warehousebatches/{}", get_batch},
    Endpoint{"PUT", "sites/{}/warehouses/{}/warehousebatches/{}", put_batch},
    Endpoint{"GET", "sites/{}/warehouses/{}/warehousebatches/{}/warehousebatchitems",
             list_batch_items},
    Endpoint{"PUT", "sites/{}/warehouses/{}/warehousebatches/{}/warehousebatchitems",
             put_batch_items},
    Endpoint{"DELETE", "sites/{}/warehouses/{}/warehousebatches/{}/warehousebatchitems",
             delete_batch_items},
    Endpoint{"GET", "pos-z-reports", list_z_reports, false}};

// The ids when the path has this form.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> ids;
  while (true) {
    const auto pattern_end = pattern.find('/');
    const auto path_end = path.find('/');
    const std::string_view want = pattern.substr(0, pattern_end);
    const std::string_view have = path.substr(0, path_end);
    if (want == "{}" && !have.empty()) {
      ids.emplace_back(have);
    } else if (want != have) {
      return std::nullopt;
    }
    const bool pattern_done = pattern_end == std::string_view::npos;
    if (pattern_done != (path_end == std::string_view::npos)) return std::nullopt;
    if (pattern_done) return ids;
    pattern.remove_prefix(pattern_end + 1);
    path.remove_prefix(path_end + 1);
  }
}

constexpr tillbridge::Duration hang_time = std::chrono::seconds{25};

}  // namespace

RestApi::RestApi(tillbridge::Loop& loop, const tillbridge::Clock& clock, Account& account,
                 FaultDice& dice, RestSettings settings)
    : loop_(loop), clock_(clock), account_(account), dice_(dice), settings_(std::move(settings)) {}

bool RestApi::within_budget(const std::string& user) {
  if (settings_.calls_per_second <= 0) return true;
  const double size = std::max(1.0, settings_.calls_per_second);
  const tillbridge::Tick now = clock_.tick();
  auto [bucket, is_new] = buckets_.try_emplace(user, Bucket{size, now});
  Bucket& at = bucket->second;
  const double passed = std::chrono::duration<double>(now - at.filled).count();
  at.tokens = std::min(size, at.tokens + passed * settings_.calls_per_second);
  at.filled = now;
  if (at.tokens < 1) return false;
  at.tokens -= 1;
  return true;
}

Reply RestApi::throttled() {
  ++counts_.throttled;
  Reply reply = error_reply(429, "Too many requests");
  switch (dice_.throttle_style()) {
    case ThrottleStyle::reset_header:
      reply.headers.push_back({"X-Rate-Limit-Reset", std::to_string(account_.now_s() + 1)});
      break;
    case ThrottleStyle::retry_after:
      reply.headers.push_back({"Retry-After", "1"});
      break;
    case ThrottleStyle::neither:
    case ThrottleStyle::mixed:
      break;
  }
  return reply;
}

Reply RestApi::broken_page() {
  Reply reply;
  reply.status = dice_.chance(0.5) ? 500 : 502;
  reply.content_type = "text/html";
  reply.body = "<html><head><title>Error</title></head><body><h1>Server trouble</h1></body></html>";
  return reply;
}

Task<Reply> RestApi::handle(Request request) {
  ++counts_.calls;
  if (!settings_.allowed_peers.empty() &&
      std::find(settings_.allowed_peers.begin(), settings_.allowed_peers.end(), request.peer) ==
          settings_.allowed_peers.end()) {
    ++counts_.refused;
    co_return error_reply(403, "This address is not on the list");
  }
  const auto credentials = tillbridge::http::basic_credentials(request);
  const auto user =
      credentials ? settings_.api_users.find(credentials->user) : settings_.api_users.end();
  if (user == settings_.api_users.end() ||
      !tillbridge::Secret(user->second).matches(credentials->password)) {
    ++counts_.refused;
    Reply reply = error_reply(401, "Unauthorized");
    reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"Sitoo REST API\""});
    co_return reply;
  }
  if (!within_budget(user->first)) co_return throttled();

  const Mishap mishap = dice_.next_call();
  if (mishap == Mishap::throttled) co_return throttled();
  if (mishap != Mishap::none) ++counts_.mishaps;
  if (mishap == Mishap::server_error) co_return broken_page();
  Reply nothing;
  if (mishap == Mishap::reset_before) {
    nothing.break_off = Reply::Break::reset_before_answer;
    co_return nothing;
  }
  if (mishap == Mishap::hang) {
    // Below the server's own limit for handlers, above every client's.
    co_await tillbridge::sleep_for(loop_, hang_time);
    nothing.break_off = Reply::Break::reset_before_answer;
    co_return nothing;
  }
  if (mishap == Mishap::slow) co_await tillbridge::sleep_for(loop_, dice_.slow_for());
  Reply reply = answer(request);
  if (mishap == Mishap::reset_after) reply.break_off = Reply::Break::reset_inside_answer;
  co_return reply;
}

Reply RestApi::answer(const Request& request) {
  const std::string prefix = "/v2/accounts/" + std::to_string(account_.id()) + "/";
  if (!request.path.starts_with(prefix)) return error_reply(404, "Unknown account or URL");
  std::string_view path = std::string_view(request.path).substr(prefix.size());
  const bool has_suffix = path.ends_with(".json");
  if (has_suffix) path.remove_suffix(5);
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.method != request.method || endpoint.has_suffix != has_suffix) continue;
    auto ids = match(endpoint.path, path);
    if (!ids) continue;
    if (endpoint.path.starts_with("sites/")) {
      if (ids->front() != "1") return error_reply(404, "Unknown site");
      ids->erase(ids->begin());
    }
    return endpoint.answer(RestCall{request, account_, std::move(*ids), settings_.put_merges});
  }
  return error_reply(404, "Unknown URL");
}

}  // namespace sandbox::sitoo
