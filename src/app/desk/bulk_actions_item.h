#pragma once
// One record of a bulk action. Looks first whether there is something to do, so that an item that
// is done a second time (after a restart) is not acted on twice. Core thread.

#include "api/record_acts.h"
#include "app/desk/bulk_actions_state.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct BulkActor {
  const Clock& clock;
  journal::Journal& journal;
  api::RecordActs& acts;
};

// unavailable: not now, may be tried again. Everything else is the item's result.
Task<Result<BulkItem>> act_on(BulkActor actor, std::string workspace, BulkState action,
                              RecordId record);

}  // namespace tillbridge::app
