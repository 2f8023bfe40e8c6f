#pragma once
// What a till may ask, and under which method and path: configuration, because the public contract
// names only two of the paths (sitoo.md 9.2). Plain values.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tillbridge::crm {

enum class Operation {
  search,
  lookup,
  get,
  add,
  update,
  consents,
  history,
  sections,
  redeem,
  undo_redeem
};
std::string_view name(Operation operation);  // "undo_redeem"
std::optional<Operation> operation_named(std::string_view name);

struct Route {
  std::string method;  // "GET"
  std::string path;    // below the register's address: "/customers/{customer_id}"
};
using RouteTable = std::map<Operation, Route>;
RouteTable default_routes();  // sitoo.md 9.2, its placeholders included

// The table with another route for one operation. A path begins with '/' and has literal segments
// and the captures {customer_id}, {key}, {key_type} and {item_id}, each at most once; what a path
// does not capture may come in the query or the body. Errors: invalid_input, for operators.
Result<RouteTable> with_route(RouteTable table, Operation operation, const std::string& method,
                              const std::string& path);
// invalid_input when two operations could not be told apart. Asked once the table is complete: two
// routes may change places.
Result<void> check_routes(const RouteTable& table);

}  // namespace tillbridge::crm
