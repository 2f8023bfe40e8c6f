#pragma once
// Looks after what was redeemed at a till: no sale in time opens a case, the sale or the undo that
// comes later closes it (docs/flows/till.md "Redeem"). Core thread.

#include "base/task_group.h"
#include "base/turns.h"
#include "crm/redemption_rules.h"
#include "crm/settings.h"
#include "journal/journal.h"

namespace tillbridge::crm {

class RedemptionWatch {
 public:
  // turns: of the workspace.
  RedemptionWatch(Loop& loop, Turns& turns, const Clock& clock, journal::Journal& journal,
                  IdSource& ids, const CrmSettings& settings);

  Task<void> run();  // until request_stop()
  // Once; run() does so every ten minutes. What could not be stored is tried again at the next
  // look.
  Task<Result<void>> look();
  void request_stop();

 private:
  Task<Result<OutstandingList>> outstanding();

  Turns& turns_;
  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  std::string workspace_;
  Duration unused_after_;
  Signal stop_;
  bool stopping_ = false;
};

}  // namespace tillbridge::crm
