#pragma once
// The operations of Sitoo's CRM SPI v2 and where a till calls them (contract sitoo.md 9.2). Only
// the search and the add are documented; the other rows are placeholders, so every row can be
// changed. Plain values; any thread.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace sandbox::till {

enum class Operation : std::uint8_t {
  search,
  lookup,
  get,
  add,
  update,
  consents,
  history,
  sections,
  redeem,
  undo_redeem,
};
constexpr std::size_t operation_count = 10;

std::string_view name(Operation operation);
std::optional<Operation> operation_named(std::string_view name);

struct Route {
  std::string method;
  std::string path;  // below the SPI's base URL, "/customers/{customer_id}"
};

using Parameters = std::map<std::string, std::string>;

class RouteTable {
 public:
  RouteTable();  // the contract's table

  const Route& of(Operation operation) const;
  // {"search":{"method":"GET","path":"/customers"},...}: rows and members that are not named stay.
  // Nothing changes when anything in it is wrong.
  tillbridge::Result<void> change(const tillbridge::json::Object& rows);

 private:
  std::array<Route, operation_count> routes_;
};

// Path and query: parameters that the path names stand in it, the others follow as the query.
// invalid_input names a parameter of the path that is missing.
tillbridge::Result<std::string> target_of(const Route& route, const Parameters& parameters);

// Percent-encoded UTF-8: all but letters, digits and "-._~".
std::string url_encoded(std::string_view text);

}  // namespace sandbox::till
