#pragma once
// All that a hub needs to send from its shards while another one leads: connections and their
// couriers, without anything that plans. One run of it, with the settings of its start. Core
// thread.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/carrying.h"
#include "app/shared_work.h"
#include "app/target_connection.h"
#include "base/ids.h"
#include "telemetry/metrics.h"

namespace tillbridge::app {

class CarriedWork {
 public:
  // renew: the settings were changed: another one is to take over.
  CarriedWork(Loop& loop, SystemClock& clock, telemetry::Metrics& metrics, Config config,
              const CarryingOptions& options, Leading& leading, std::function<void()> renew);
  ~CarriedWork();

  // An error: it could not begin; stop() all the same.
  Task<Result<void>> start();
  Task<void> stop();

 private:
  struct CarriedWorkspace {
    CarriedWorkspace(Surroundings on, const Workspace& settings);
    TargetConnection* find(const std::string& connection) const;
    std::string name;
    engine::LagBoard lag;
    std::vector<std::unique_ptr<TargetConnection>> connections;
    std::set<std::string> paused;  // as Reader::pauses() names them
  };
  class BreakableTransport;
  Result<void> open();
  void share_work();
  Task<Result<std::optional<std::string>>> difference_to_leader();
  Task<Result<void>> take_up();
  Task<Result<void>> take_pauses();
  Task<void> follow_pauses();
  void changed(const journal::OpenDelivery& delivery);

  Loop& loop_;
  SystemClock& clock_;
  telemetry::Metrics& metrics_;
  Config config_;
  const CarryingOptions options_;
  Leading& leading_;
  const std::function<void()> renew_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<IdSource> ids_;
  std::unique_ptr<BreakableTransport> transport_;
  std::vector<std::unique_ptr<CarriedWorkspace>> workspaces_;
  std::unique_ptr<SharedWork> shared_;
  bool pauses_changed_ = false;
  bool follows_pauses_ = false;
  TaskGroup tasks_;
};

}  // namespace tillbridge::app
