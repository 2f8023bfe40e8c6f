#include "till/route_table.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace sandbox::till {

namespace json = tillbridge::json;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

struct Row {
  std::string_view name, method, path;
};
constexpr std::array<Row, operation_count> contract_table = {{
    {"search", "GET", "/customers"},
    {"lookup", "GET", "/lookup"},
    {"get", "GET", "/customers/{customer_id}"},
    {"add", "POST", "/customers"},
    {"update", "PUT", "/customers/{customer_id}"},
    {"consents", "GET", "/consents"},
    {"history", "GET", "/customers/{customer_id}/transactions"},
    {"sections", "GET", "/customers/{customer_id}/sections"},
    {"redeem", "POST", "/customers/{customer_id}/redeem"},
    {"undo_redeem", "POST", "/customers/{customer_id}/undo_redeem"},
}};
constexpr std::array methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

Result<Route> changed(Route route, std::string_view operation, const json::Object& row) {
  for (const auto& [key, value] : row) {
    if (!value.is_string() || (key != "method" && key != "path"))
      return fail(Kind::invalid_input,
                  fmt::format("routes.{}: method and path, both text", operation));
    (key == "method" ? route.method : route.path) = std::string(value.get_string());
  }
  if (std::find(methods.begin(), methods.end(), route.method) == methods.end())
    return fail(Kind::invalid_input, fmt::format("routes.{}: unknown method", operation));
  if (!route.path.starts_with('/') || route.path.find_first_of("?# \r\n") != std::string::npos)
    return fail(Kind::invalid_input,
                fmt::format("routes.{}: the path starts with / and has no query", operation));
  return route;
}

}  // namespace

std::string_view name(Operation operation) {
  return contract_table[static_cast<std::size_t>(operation)].name;
}

std::optional<Operation> operation_named(std::string_view name) {
  for (std::size_t i = 0; i < contract_table.size(); ++i)
    if (contract_table[i].name == name) return static_cast<Operation>(i);
  return std::nullopt;
}

RouteTable::RouteTable() {
  for (std::size_t i = 0; i < contract_table.size(); ++i)
    routes_[i] = {std::string(contract_table[i].method), std::string(contract_table[i].path)};
}

const Route& RouteTable::of(Operation operation) const {
  return routes_[static_cast<std::size_t>(operation)];
}

Result<void> RouteTable::change(const json::Object& rows) {
  auto next = routes_;
  for (const auto& [key, row] : rows) {
    const auto operation = operation_named(key);
    if (!operation || !row.is_object())
      return fail(Kind::invalid_input, "routes: no operation with such a row: " + std::string(key));
    Route& place = next[static_cast<std::size_t>(*operation)];
    TB_TRY(place, changed(place, key, row.get_object()));
  }
  routes_ = std::move(next);
  return {};
}

Result<std::string> target_of(const Route& route, const Parameters& parameters) {
  std::string target;
  Parameters rest = parameters;
  const std::string_view path = route.path;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t open = path.find('{', at);
    const std::size_t close = open == path.npos ? path.npos : path.find('}', open);
    target += path.substr(at, close == path.npos ? path.npos : open - at);
    if (close == path.npos) break;
    const std::string key(path.substr(open + 1, close - open - 1));
    const auto given = parameters.find(key);
    if (given == parameters.end()) return fail(Kind::invalid_input, key + " is missing");
    target += url_encoded(given->second);
    rest.erase(key);
    at = close + 1;
  }
  char before = '?';
  for (const auto& [key, value] : rest) {
    target += before + url_encoded(key) + '=' + url_encoded(value);
    before = '&';
  }
  return target;
}

std::string url_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_plain(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace sandbox::till
