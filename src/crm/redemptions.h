#pragma once
// Promotions and bonus checks of customers: offered by settings, redeemed once, undone safely
// (docs/flows/till.md "Redeem"). Facts of the shelf "redemptions" (redemption_rules.h). Core
// thread.
//
// Sales tell of redemptions too (planning), so both take the workspace's turn of learning.

#include <string>
#include <vector>

#include "base/turns.h"
#include "crm/redemption_rules.h"
#include "crm/settings.h"
#include "crm/till_desk.h"
#include "journal/journal.h"

namespace tillbridge::crm {

class Redemptions {
 public:
  // turns: of the workspace.
  Redemptions(Turns& turns, const Clock& clock, journal::Journal& journal, IdSource& ids,
              CrmSettings settings, std::uint32_t settings_version);

  // What the customer has, redeemed or not.
  Task<Result<std::vector<Promotion>>> of(std::string customer_id);
  // not_found: no such item; rejected: redeemed already, on another receipt, or without one longer
  // ago than a button is pressed twice. Durable when it returns.
  Task<Result<Promotion>> redeem(RedeemAct act, AtTill at);
  // What has to be stored when `from` becomes `into`. The caller holds the turn.
  Task<Result<std::vector<journal::PutFact>>> merged(std::string into, std::string from);

 private:
  Task<Result<RedemptionFacts>> read(std::vector<std::string> keys);

  Turns& turns_;
  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  CrmSettings settings_;
  std::uint32_t settings_version_;
};

}  // namespace tillbridge::crm
