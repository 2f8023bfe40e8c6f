#include "app/node_address.h"

#include <charconv>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

}  // namespace

std::string to_text(const NodeAddress& address) {
  return fmt::format("{} {} {}", address.host, address.public_port, address.console_port);
}

std::optional<NodeAddress> node_address(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = text.rfind(' ');
  if (first == std::string_view::npos || first == second) return std::nullopt;
  const auto public_port = port_of(text.substr(first + 1, second - first - 1));
  const auto console_port = port_of(text.substr(second + 1));
  if (first == 0 || !public_port || *public_port == 0 || !console_port) return std::nullopt;
  return NodeAddress{std::string(text.substr(0, first)), *public_port, *console_port};
}

std::string to_text(const NodeName& name) {
  if (name.carries_not.empty()) return name.machine;
  return fmt::format("{} ({})", name.machine, name.carries_not);
}

NodeName node_name(std::string_view text) {
  const auto begin = text.find(" (");
  if (begin == std::string_view::npos || !text.ends_with(')')) return {std::string(text), ""};
  return {std::string(text.substr(0, begin)),
          std::string(text.substr(begin + 2, text.size() - begin - 3))};
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
