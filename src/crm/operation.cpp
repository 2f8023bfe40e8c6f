#include "crm/operation.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace tillbridge::crm {
namespace {

struct Default {
  Operation operation;
  std::string_view name, method, path;
};
constexpr std::array defaults{
    Default{Operation::search, "search", "GET", "/customers"},
    Default{Operation::lookup, "lookup", "GET", "/lookup"},
    Default{Operation::get, "get", "GET", "/customers/{customer_id}"},
    Default{Operation::add, "add", "POST", "/customers"},
    Default{Operation::update, "update", "PUT", "/customers/{customer_id}"},
    Default{Operation::consents, "consents", "GET", "/consents"},
    Default{Operation::history, "history", "GET", "/customers/{customer_id}/transactions"},
    Default{Operation::sections, "sections", "GET", "/customers/{customer_id}/sections"},
    Default{Operation::redeem, "redeem", "POST", "/customers/{customer_id}/redeem"},
    Default{Operation::undo_redeem, "undo_redeem", "POST", "/customers/{customer_id}/undo_redeem"},
};
constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::array<std::string_view, 4> captures{"{customer_id}", "{key}", "{key_type}",
                                                   "{item_id}"};

bool is_capture(std::string_view segment) {
  return segment.starts_with('{');
}

std::string without_names(std::string_view path) {
  std::string plain;
  bool inside = false;
  for (const char c : path) {
    if (!inside) plain.push_back(c);
    if (c == '{') inside = true;
    if (c == '}') inside = false;
  }
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

// "" when the segment is fine.
std::string problem_of(std::string_view segment, std::set<std::string_view>& seen) {
  if (is_capture(segment)) {
    if (std::find(captures.begin(), captures.end(), segment) == captures.end())
      return "a capture is one of {customer_id}, {key}, {key_type}, {item_id}";
    if (!seen.insert(segment).second) return "it captures the same twice";
    return "";
  }
  if (segment.empty()) return "it has an empty segment";
  if (segment.find_first_of("{}?#%") != std::string_view::npos)
    return "a segment is plain text or one whole capture, without ? # and %";
  const bool odd = std::any_of(segment.begin(), segment.end(),
                               [](unsigned char c) { return c <= 0x20 || c >= 0x7f; });
  return odd ? "it has characters that no path has" : "";
}

Result<void> check_path(const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return fail(Error::Kind::invalid_input, "the path '" + path + "' cannot be used: " + why);
  };
  if (!path.starts_with('/')) return refuse("it does not begin with '/'");
  std::string_view rest = std::string_view(path).substr(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);  // taken with and without it
  std::set<std::string_view> seen;
  for (bool more = true; more;) {
    const auto slash = rest.find('/');
    more = slash != std::string_view::npos;
    if (const std::string problem = problem_of(rest.substr(0, slash), seen); !problem.empty())
      return refuse(problem);
    if (more) rest.remove_prefix(slash + 1);
  }
  return {};
}

}  // namespace

std::string_view name(Operation operation) {
  for (const Default& one : defaults) {
    if (one.operation == operation) return one.name;
  }
  return "unknown";
}

std::optional<Operation> operation_named(std::string_view name) {
  for (const Default& one : defaults) {
    if (one.name == name) return one.operation;
  }
  return std::nullopt;
}

RouteTable default_routes() {
  RouteTable table;
  for (const Default& one : defaults)
    table[one.operation] = Route{std::string(one.method), std::string(one.path)};
  return table;
}

Result<RouteTable> with_route(RouteTable table, Operation operation, const std::string& method,
                              const std::string& path) {
  if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
    return fail(Error::Kind::invalid_input, "the method of " + std::string(name(operation)) +
                                                " is one of GET, POST, PUT, PATCH, DELETE, not '" +
                                                method + "'");
  }
  if (const auto checked = check_path(path); !checked) {
    return fail(checked.error().kind,
                "the route of " + std::string(name(operation)) + ": " + checked.error().what);
  }
  table[operation] = Route{method, path};
  return table;
}

Result<void> check_routes(const RouteTable& table) {
  std::map<std::pair<std::string, std::string>, Operation> taken;
  for (const auto& [operation, route] : table) {
    const auto [at, fresh] =
        taken.emplace(std::pair(route.method, without_names(route.path)), operation);
    if (!fresh) {
      return fail(Error::Kind::invalid_input, "the routes of " + std::string(name(at->second)) +
                                                  " and " + std::string(name(operation)) +
                                                  " are the same: " + route.method + " " +
                                                  route.path);
    }
  }
  return {};
}

}  // namespace tillbridge::crm
