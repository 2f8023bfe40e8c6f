// replay, pause, resume: what an operator does to a running hub, through its control API.

#include <fmt/format.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

std::string connection_path(const Where& where, std::string workspace,
                            const std::string& connection, const char* verb) {
  if (workspace.empty()) {
    const auto config = load(where);
    if (config && config->workspaces.size() == 1) workspace = config->workspaces.front().name;
  }
  return fmt::format("/api/v1/workspaces/{}/connections/{}/{}", workspace, connection, verb);
}

}  // namespace

int replay(const Where& where, const std::string& workspace, const std::string& key,
           const std::string& customer) {
  return act(where, "/api/v1/replay",
             {{"workspace", workspace}, {"key", key}, {"customer", customer}}, "done");
}

int pause(const Where& where, const std::string& workspace, const std::string& connection,
          const std::string& reason) {
  return act(where, connection_path(where, workspace, connection, "pause"), {{"reason", reason}},
             fmt::format("{} is paused; nothing is lost, it waits", connection));
}

int resume(const Where& where, const std::string& workspace, const std::string& connection) {
  return act(where, connection_path(where, workspace, connection, "resume"), {},
             fmt::format("{} goes on", connection));
}

}  // namespace tillbridge::app
