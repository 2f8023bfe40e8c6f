#pragma once
// One retailer's running parts, built in the order a sale travels: receiver -> resolution ->
// planning -> the connections' couriers, with the safety net and the lag watch beside them. Core
// thread.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/backfill.h"
#include "app/bloomreach_connection.h"
#include "app/config.h"
#include "app/consent_desk.h"
#include "app/event_receiver.h"
#include "app/klaviyo_connection.h"
#include "app/klaviyo_webhooks.h"
#include "app/lag_watch.h"
#include "app/order_planning.h"
#include "app/order_resolution.h"
#include "app/relay/order_feed.h"
#include "app/safety_net.h"
#include "app/stock/stock_keeping.h"
#include "app/till_register.h"

namespace tillbridge::app {

class WorkspaceRuntime {
 public:
  WorkspaceRuntime(Surroundings on, const Workspace& settings, std::uint32_t settings_version,
                   const std::string& data_dir);

  void adopt(const journal::OpenArrival& arrival);
  // Deliveries, in pieces: while it runs, what is planned waits for the end (engine/courier.h).
  void begin_take_up();
  void adopt(const journal::OpenDelivery& delivery);
  void end_take_up();
  // With several hubs on one journal (shared_work.h).
  void carry(const engine::ShardSet& shards);
  bool under_way_in(const engine::ShardSet& shards) const;
  bool changed_elsewhere(const journal::OpenDelivery& delivery);
  void tell_breakers(const std::function<void(const engine::BreakerNews&)>& tell);
  void heard(const engine::BreakerNews& news);
  void start(TaskGroup& tasks);
  void request_stop();

  // A connection's name, or "store/<name>", "flow/<name>". not_found names what there is.
  Result<void> pause(const std::string& connection);
  Result<void> resume(const std::string& connection);
  // On every connection that deliveries go to. Any store, as stores come and go; a flow has to be
  // one that there is.
  Result<void> pause_part(const PausedPart& part, bool paused);
  const std::set<PausedPart>& paused_parts() const { return paused_parts_; }
  std::vector<std::string> target_names() const;

  bool idle() const;
  json::Object status();
  const std::string& name() const { return settings_.name; }
  const Workspace& settings() const { return settings_; }
  const Surroundings& surroundings() const { return on_; }
  Turns& turns() { return turns_; }

  EventReceiver& receiver() { return receiver_; }
  OrderResolution& resolution() { return resolution_; }
  Backfill& backfill() { return backfill_; }
  TargetConnection* connection(const std::string& name) const;  // nullptr: there is none
  KlaviyoConnection* klaviyo() const { return klaviyo_; }       // nullptr: not connected
  ConsentBook& consents() { return consents_; }
  // Both nullptr when Klaviyo is not connected.
  ConsentDesk* consent_desk() const { return consent_desk_.get(); }
  KlaviyoWebhooks* klaviyo_webhooks() const { return klaviyo_webhooks_.get(); }
  BloomreachConnection* bloomreach() const { return bloomreach_; }      // nullptr: not connected
  TillRegister* till_register() const { return till_register_.get(); }  // nullptr: not served
  StockKeeping* stock() const { return stock_.get(); }                  // nullptr: not kept
  OrderFeed* order_feed() const { return order_feed_.get(); }           // nullptr: none

 private:
  Error no_such(const std::string& connection) const;
  Result<void> check_flow(const std::string& flow) const;
  void deliver(const journal::AddDelivery& delivery, const std::string& store);
  void serve_tills(Surroundings on, std::uint32_t settings_version);
  void keep_stock(Surroundings on, std::uint32_t settings_version);
  void take_order_events(Surroundings on, std::uint32_t settings_version);

  Surroundings on_;
  Workspace settings_;
  engine::LagBoard lag_;
  Turns turns_;
  ConsentBook consents_;
  std::vector<std::unique_ptr<TargetConnection>> connections_;
  std::set<PausedPart> paused_parts_;
  BloomreachConnection* bloomreach_ = nullptr;
  KlaviyoConnection* klaviyo_ = nullptr;
  std::unique_ptr<ConsentDesk> consent_desk_;
  std::unique_ptr<KlaviyoWebhooks> klaviyo_webhooks_;
  connectors::sitoo::Client sitoo_;
  OrderPlanning planning_;
  OrderResolution resolution_;
  EventReceiver receiver_;
  SafetyNet safety_net_;
  Backfill backfill_;
  LagWatch lag_watch_;
  std::unique_ptr<TillRegister> till_register_;
  std::unique_ptr<StockKeeping> stock_;
  std::unique_ptr<OrderFeed> order_feed_;
};

}  // namespace tillbridge::app
