#pragma once
// Settings that a platform makes permanent: names and ids under which it has stored something can
// never be changed there, so the workspace keeps the first ones it used. Start-up only; core
// thread.

#include "app/config.h"
#include "journal/journal.h"

namespace tillbridge::app {

// invalid_input when such a setting differs from what was used first; remembers what is used for
// the first time.
Task<Result<void>> hold_fixed_settings(const Workspace& workspace, journal::Journal& journal,
                                       const Clock& clock);

}  // namespace tillbridge::app
