#pragma once
// For tests: the beginning of a configuration that lacks nothing but a platform.

#include <string>

namespace tillbridge::app::for_tests {

inline const std::string sitoo_workspace = R"([[workspace]]
name = "nordic"
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "https://api.sitoo.example"
account_id = 142
api_id = "142-1"
api_password = { env = "API" }
events_user = "tillbridge"
events_password = { env = "EVENTS" }
)";

}  // namespace tillbridge::app::for_tests
