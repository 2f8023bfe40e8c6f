#pragma once
// A server's settings as a listener of the configuration says them.

#include <string>

#include "app/config.h"
#include "http/server.h"

namespace tillbridge::app {

http::ServerSettings server_settings(const Listener& listener, std::string name);

}  // namespace tillbridge::app
