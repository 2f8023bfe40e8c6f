// replay, pause, resume: what an operator does to a running hub, through its control API.

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

std::string operator_name() {
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"}) {
    if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
  }
  return fmt::format("user {}", ::getuid());
}

int act(const Where& where, const std::string& path, json::Object body, const std::string& done) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  body["by"] = operator_name();
  const auto answer = control->call("POST", path, body);
  if (!answer) return report(answer.error());
  if (where.json) {
    fmt::print("{}\n", json::to_text(*answer));
  } else {
    fmt::print("{}\n", json::text(answer->as_object(), "message").value_or(done));
  }
  return exit_done;
}

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
