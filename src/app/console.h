#pragma once
// The operators' side of a running hub: accounts, desks and the API on the control listener and on
// the console's, with the console's pages beside it. Built after the workspaces, stopped after
// them. Core thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config_edited.h"
#include "app/operations.h"
#include "app/surroundings.h"
#include "app/workspace.h"
#include "base/secret.h"
#include "outbound/mail.h"

namespace tillbridge::app {

struct ConsoleParts {
  Surroundings on;
  const Config& config;
  ConfigFile file;
  HubOperations& operations;
  std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces;
  outbound::Mailer& mailer;
  Secret control_token;
  bool demo = false;
  std::function<void()> renew;  // the settings have changed
};

class Console {
 public:
  explicit Console(ConsoleParts parts);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // Accounts are read, then the listeners are up and what the desks watch is watched.
  Task<Result<void>> start(TaskGroup& tasks);
  // Takes no new requests and waits for those under way; false: they take longer, and requests are
  // taken again.
  Task<bool> finish_acts(Duration at_most);
  void request_stop();
  Task<void> stop();

  void stored(const journal::Step& step);
  std::uint16_t control_port() const;
  std::uint16_t console_port() const;  // 0: not served

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::app
