#pragma once
// Inside of the room: binding a port.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/listener.h"

namespace tillbridge::http {

// Open, bound and listening, or an error that names the address and what to do.
Result<void> listen_on(Acceptor& acceptor, const std::string& address, std::uint16_t port);

}  // namespace tillbridge::http
