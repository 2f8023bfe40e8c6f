#pragma once
// Inside of the transport: where URLs that come from users may lead. Any thread.

#include <optional>
#include <string>

#include <sys/socket.h>

namespace tillbridge::outbound {

// True for addresses of the public internet only. Private, loopback, link-local (cloud metadata),
// carrier-grade NAT, documentation, multicast and unspecified ones are refused, also when they are
// wrapped in an IPv6 address (IANA special-purpose registries; RFC 6890, 6052, 3056, 4380).
bool is_public_address(const sockaddr& address);

// The same of an address in words ("10.0.0.1", "::1"); nullopt when it is none, such as a name.
std::optional<bool> is_public_address_text(const std::string& text);

}  // namespace tillbridge::outbound
