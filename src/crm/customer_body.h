#pragma once
// What tills send, read leniently (sitoo.md 9.4, 9.5): any subset of members, null is absent,
// unknown members are ignored and named. Empty text clears a field, except identifiers. What is
// given and cannot be right is refused with words for shop staff. Pure; any thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crm/till_desk.h"

namespace tillbridge::crm {

struct ReadChange {
  model::CustomerChange change;      // normalised
  std::vector<std::string> unknown;  // names of members that mean nothing here, fit for the log
};

// country: of the store, for phones without '+'. `consents` decides every category,
// `accepts_communication` (or accepts_email, accepts_sms, accepts_mail) those that have the till's
// own switch, also where both are given. invalid_input names the member.
Result<ReadChange> read_change(const json::Object& body, std::string_view country,
                               const std::vector<model::ConsentCategory>& categories);

// Bodies of redeem and undo are UNKNOWN (sitoo.md 9.6): one item by promotion_id, bonus_check_id,
// item_id or id, alone or as the only element of promotions, bonus_checks or items; the receipt by
// receipt_id, receipt, transaction_id or order_id. customer_id and item are "" where not said;
// captures of the path go first. undo is the caller's.
Result<RedeemAct> read_redeem(const json::Object& body,
                              const std::map<std::string, std::string, std::less<>>& captures);

}  // namespace tillbridge::crm
