#pragma once
// Which operation a call is, by its method and its path as it came. Literal segments win over
// captures; segments are cut before they are decoded, so an encoded slash belongs to its segment; a
// slash at the end makes no difference; GET also answers HEAD. Pure; any thread.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/operation.h"

namespace tillbridge::crm {

struct RouteMatch {
  Operation operation = Operation::search;
  std::map<std::string, std::string, std::less<>> captures;  // decoded, never empty
};

class RouteMatcher {
 public:
  explicit RouteMatcher(const RouteTable& table);

  // path: below the register's address, percent-encoded.
  std::optional<RouteMatch> find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    Operation operation = Operation::search;
    std::string method;
    std::vector<std::string> segments;
  };
  std::vector<Entry> entries_;
};

// The parts of a path between its slashes, as they are. None for "" and "/".
std::vector<std::string_view> segments_of(std::string_view path);

// "/customers" of "/crm/shop/customers" and of "/crm/customers"; the path itself where it does not
// begin with "/crm". The hub sees to it that the register is this workspace's.
std::string_view below_register(std::string_view path, std::string_view workspace);

}  // namespace tillbridge::crm
