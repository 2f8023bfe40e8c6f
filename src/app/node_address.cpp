#include "app/node_address.h"

#include <sstream>

#include <fmt/format.h>

namespace tillbridge::app {

std::string to_text(const NodeAddress& address) {
  return fmt::format("{} {} {}", address.host, address.public_port, address.console_port);
}

std::optional<NodeAddress> node_address(std::string_view text) {
  std::istringstream words{std::string(text)};
  NodeAddress read;
  std::string rest;
  if (!(words >> read.host >> read.public_port >> read.console_port) || words >> rest)
    return std::nullopt;
  if (read.public_port == 0) return std::nullopt;
  return read;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string host_of(const std::string& listens_on, const std::string& told,
                    const std::string& machine) {
  if (!told.empty()) return told;
  return listens_on == "0.0.0.0" || listens_on == "::" ? machine : listens_on;
}

}  // namespace tillbridge::app
