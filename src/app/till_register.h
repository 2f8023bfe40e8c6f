#pragma once
// One workspace's customer register for its tills, in the order a question travels: server -> desk
// -> index and platform; what follows goes to the connections (docs/flows/till.md). Core thread.

#include <memory>

#include "app/consent_desk.h"
#include "app/customer_plans.h"
#include "app/customer_sync.h"
#include "app/purchase_history.h"
#include "app/surroundings.h"
#include "crm/customer_desk.h"
#include "crm/redemption_watch.h"
#include "crm/till_server.h"

namespace tillbridge::app {

class TillRegister {
 public:
  struct Parts {
    Turns& turns;                // of the workspace: planning learns about the same people
    crm::ProfileSource* source;  // nullptr: the index alone
    ConsentBook& consents;
    ConsentDesk* consent_desk;  // nullptr: Klaviyo is not connected
    CustomerPlans::Deliver deliver;
  };
  TillRegister(Surroundings on, const Workspace& workspace, std::uint32_t settings_version,
               Parts parts);

  void start(TaskGroup& tasks);
  void request_stop();
  Task<http::Reply> receive(http::Request request) { return server_.receive(std::move(request)); }
  crm::CustomerDesk& desk() { return desk_; }
  crm::CustomerIndex& index() { return index_; }
  CustomerSync* sync() const { return sync_.get(); }  // nullptr: no platform holds the customers

 private:
  crm::DeskParts desk_parts(Surroundings on, const Parts& parts);
  // What Klaviyo's book knows about this person's addresses.
  Task<Result<std::vector<model::ConsentDecision>>> decided_at_klaviyo(model::Customer customer);

  crm::CrmSettings settings_;
  ConsentBook& consents_;
  bool klaviyo_;
  crm::CustomerIndex index_;
  crm::Redemptions redemptions_;
  crm::RedemptionWatch redemption_watch_;
  PurchaseHistory purchases_;
  CustomerPlans plans_;
  crm::CustomerDesk desk_;
  crm::TillServer server_;
  std::unique_ptr<CustomerSync> sync_;
};

}  // namespace tillbridge::app
