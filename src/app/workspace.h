#pragma once
// One retailer's running parts, built in the order a sale travels: receiver -> resolution ->
// planning -> courier, with the safety net beside them. Core thread.

#include <memory>
#include <string>

#include "app/bloomreach_channel.h"
#include "app/config.h"
#include "app/event_receiver.h"
#include "app/order_planning.h"
#include "app/order_resolution.h"
#include "app/safety_net.h"
#include "base/json.h"
#include "engine/courier.h"

namespace tillbridge::app {

class WorkspaceRuntime {
 public:
  struct Surroundings {
    Loop& loop;
    const Clock& clock;
    journal::Journal& journal;
    IdSource& ids;
    telemetry::Metrics& metrics;
    outbound::Transport& transport;
  };
  WorkspaceRuntime(Surroundings surroundings, const Workspace& settings,
                   std::uint32_t settings_version);

  void adopt(const journal::OpenArrival& arrival);
  void adopt(const journal::OpenDelivery& delivery);
  void start(TaskGroup& tasks);
  void request_stop();

  // not_found names the connections there are.
  Result<void> pause(const std::string& connection);
  Result<void> resume(const std::string& connection);

  bool idle() const;
  json::Object status() const;
  const std::string& name() const { return settings_.name; }
  const Workspace& settings() const { return settings_; }

  EventReceiver& receiver() { return receiver_; }
  OrderResolution& resolution() { return resolution_; }
  engine::Courier& courier() { return courier_; }

 private:
  Workspace settings_;
  BloomreachChannel channel_;
  engine::Courier courier_;
  connectors::sitoo::Client sitoo_;
  OrderPlanning planning_;
  OrderResolution resolution_;
  EventReceiver receiver_;
  SafetyNet safety_net_;
};

}  // namespace tillbridge::app
