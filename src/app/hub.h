#pragma once
// A running hub: owns everything, builds it in the order a sale travels, starts it, stops it in
// reverse. Start reading here.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config_edited.h"
#include "app/console.h"
#include "app/leading.h"
#include "app/operations.h"
#include "app/shared_work.h"
#include "app/take_up.h"
#include "app/workspace.h"
#include "http/router.h"
#include "outbound/curl_mailer.h"
#include "outbound/curl_transport.h"

namespace tillbridge::app {

struct HubOptions {
  bool drills = false;          // the control API may step the clock
  bool allow_volatile = false;  // a journal on a file system that forgets (tests)
  bool announce = false;        // one JSON line with the ports on standard output when ready
  bool demo = false;            // the console says that nothing here is real
  ConfigFile file = {};  // that the configuration was read from; empty: settings stay as they are
  std::function<void()> renew = [] {};  // the settings were changed: another hub is to take over
  std::uint16_t node = 0;               // in ids
  Leading* leading = nullptr;           // with several hubs on one journal; this one leads
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
  // Before stop(), when another hub takes over on the same loop: waits for requests of operators
  // and ends what delivers, while events and tills are still answered. False: an act takes longer;
  // nothing has changed.
  Task<bool> make_way(Duration at_most);

  std::uint16_t public_port() const { return public_server_->port(); }
  std::uint16_t control_port() const { return console_->control_port(); }
  std::uint16_t console_port() const { return console_->console_port(); }

 private:
  Result<void> open_journal();
  Task<Result<void>> share_work();
  Task<Result<void>> withdraw_other_settings();
  void changed_elsewhere(const journal::OpenDelivery& delivery);
  Task<void> take_up_and_follow();
  Result<Secret> control_token() const;
  Task<Result<std::uint32_t>> store_settings(const Workspace& workspace);
  Result<void> build_public_server();
  void announce() const;
  Task<http::Reply> receive_events(http::Request request);
  Task<http::Reply> receive_for_all(WorkspaceRuntime& first, http::Request request);
  Task<http::Reply> receive_webhook(http::Request request);
  Task<http::Reply> receive_order_event(http::Request request);
  Task<http::Reply> receive_public(http::Request request);

  Loop& loop_;
  SystemClock& clock_;
  Config config_;
  HubOptions options_;
  telemetry::Metrics metrics_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<IdSource> ids_;
  std::unique_ptr<outbound::CurlTransport> transport_;
  std::unique_ptr<outbound::CurlMailer> mailer_;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces_;
  std::unique_ptr<TakeUp> take_up_;
  std::unique_ptr<SharedWork> shared_;  // nullptr: one hub only
  std::unique_ptr<HubOperations> operations_;
  std::unique_ptr<Console> console_;
  http::Router public_routes_;
  std::unique_ptr<http::Server> public_server_;
  TaskGroup tasks_;
  std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
};

}  // namespace tillbridge::app
