#pragma once
// What every call of the data API has in common (bloomreach.md 2). Pure; any thread.

#include <string>
#include <string_view>

#include "connectors/bloomreach/config.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

Config without_slash(Config config);

// path goes behind the project: "/catalogs". Times are the connection's; a body's Content-Type is
// the caller's.
outbound::HttpRequest data_request(const Config& config, std::string method, std::string_view path);

}  // namespace tillbridge::connectors::bloomreach
