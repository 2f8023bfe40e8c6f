#pragma once
// A running hub: owns everything, builds it in the order a sale travels, starts it, stops it in
// reverse. Start reading here.

#include <memory>
#include <string>
#include <vector>

#include "api/control_api.h"
#include "app/config.h"
#include "app/operations.h"
#include "app/workspace.h"
#include "http/router.h"
#include "outbound/curl_transport.h"

namespace tillbridge::app {

struct HubOptions {
  bool drills = false;          // the control API may step the clock
  bool allow_volatile = false;  // a journal on a file system that forgets (tests)
  bool announce = false;        // one JSON line with the ports on standard output when ready
};

class Hub {
 public:
  Hub(Loop& loop, SystemClock& clock, Config config, HubOptions options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Everything up and ready, or an error and nothing running.
  Task<Result<void>> start();
  // Takes nothing new, finishes what is under way, stores it, closes the journal.
  Task<void> stop();

  std::uint16_t public_port() const { return public_server_->port(); }
  std::uint16_t control_port() const { return control_server_->port(); }

 private:
  Result<void> open_journal();
  Result<Secret> control_token() const;
  Task<Result<std::uint32_t>> store_settings(const Workspace& workspace);
  Task<Result<void>> take_up_work();
  Result<void> build_servers();
  Task<http::Reply> receive_events(http::Request request);
  Task<http::Reply> receive_for_all(WorkspaceRuntime& first, http::Request request);
  Task<http::Reply> receive_webhook(http::Request request);
  Task<http::Reply> receive_public(http::Request request);

  Loop& loop_;
  SystemClock& clock_;
  Config config_;
  HubOptions options_;
  telemetry::Metrics metrics_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<IdSource> ids_;
  std::unique_ptr<outbound::CurlTransport> transport_;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces_;
  std::unique_ptr<HubOperations> operations_;
  std::unique_ptr<api::ControlApi> control_api_;
  http::Router public_routes_;
  http::Router control_routes_;
  std::unique_ptr<http::Server> public_server_;
  std::unique_ptr<http::Server> control_server_;
  TaskGroup tasks_;
};

}  // namespace tillbridge::app
