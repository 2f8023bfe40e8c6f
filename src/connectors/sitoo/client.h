#pragma once
// Sitoo's REST API v2, reading side (sitoo.md 2, 4.1, 4.13). Core thread. Makes one call per
// function call and no retries: budgets, retries and breakers are the engine's; every answer comes
// with the Outcome it means. Limits (sitoo.md 2.5, 2.8): num 100 to 1000, rate unknown (setting),
// 429 with X-Rate-Limit-Reset, Retry-After or neither.

#include <optional>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "connectors/sitoo/config.h"
#include "model/order.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::sitoo {

struct OrderRead {
  std::string id;
  std::string document;                              // the order's JSON as read
  Result<model::Order> order;                        // invalid_input when it cannot be understood
  std::optional<Instant> ordered_at = std::nullopt;  // orderdate, also where nothing else was asked
};

// Orders with from <= number < until, and with since <= orderdate < before where those are given.
struct PastOrders {
  std::int64_t from = 1;
  std::int64_t until = 0;
  std::optional<Instant> since = std::nullopt, before = std::nullopt;
};

struct OrderPage {
  Outcome outcome;  // delivered: the call worked
  std::vector<OrderRead> orders;
  std::int64_t total = 0;  // totalcount
};

class Client {
 public:
  Client(outbound::Transport& transport, const Clock& clock, Config config);

  // The orders of these numbers, in any order; numbers that Sitoo does not know (yet) are simply
  // absent.
  Task<OrderPage> orders_by_id(std::vector<std::string> order_ids);
  // Only the numbers (OrderRead::id) of orders with number >= from, ascending, one page: the safety
  // net's cursor read.
  Task<OrderPage> order_numbers_from(std::int64_t from);
  // Numbers and times (OrderRead::id, ordered_at) of past orders, ascending by number, one page.
  // The ends of a span of time are asked for generously, because which of them Sitoo counts in is
  // not documented: a page may hold orders that are just outside.
  Task<OrderPage> past_orders(PastOrders range);
  // The newest order number there is (cursor start of a new installation).
  Task<OrderPage> newest_order();
  // A cheap authenticated read for `tillbridge check`.
  Task<Outcome> ping();

 private:
  Task<OrderPage> list(std::string query, std::string_view fields);
  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
};

}  // namespace tillbridge::connectors::sitoo
