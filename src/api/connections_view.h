#pragma once
// Connections as docs/console.md writes them, made of what the hub says of itself (its status) and
// what the alert desk has watched. Pure; core thread.

#include <string>

#include "api/alert_desk.h"
#include "base/json.h"

namespace tillbridge::api {

// workspace "": all.
json::Array connections_view(const json::Object& status, const std::string& workspace,
                             AlertDesk& alerts);
// The same for Today: targets only, with what a shop has to know.
json::Array platforms_view(const json::Object& status, const std::string& workspace,
                           AlertDesk& alerts);

}  // namespace tillbridge::api
