#pragma once
// What a hub says of itself to the others on one journal: where they reach it while it leads, kept
// as text in the node's row (journal/postgres/leases.h): "10.1.1.5 8080 8082".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tillbridge::app {

struct NodeAddress {
  std::string host;                // an IP address, or a name that the other machines know
  std::uint16_t public_port = 0;   // platforms and tills
  std::uint16_t console_port = 0;  // 0: no console is served
  friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};

std::string to_text(const NodeAddress& address);
// nullopt: a node that has said nothing, or nothing that is known here.
std::optional<NodeAddress> node_address(std::string_view text);

// Which hub it is, for people: its machine, and why it does not send although others do. Kept as
// text in the node's row as well: "till-2", "till-2 (workspace demo: ...)".
struct NodeName {
  std::string machine;
  std::string carries_not;  // ""
};
std::string to_text(const NodeName& name);
NodeName node_name(std::string_view text);

// Only from the machine itself: what stands there is another hub's elsewhere.
bool is_loopback(const std::string& host);

// The host that a hub on `machine` says of itself: what it was told, or else the address that it
// listens on, or the machine's name where it listens on all.
std::string host_of(const std::string& listens_on, const std::string& told,
                    const std::string& machine);

}  // namespace tillbridge::app
