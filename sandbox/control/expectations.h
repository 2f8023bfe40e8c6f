#pragma once
// The expectations of the ledger as the control API takes them. Any thread.

#include "base/json.h"
#include "base/result.h"
#include "ledger/ledger.h"

namespace sandbox::control {

// Reads the members that a workspace's settings share with the ledger; absent ones keep defaults.
// invalid_input names the member that cannot be right.
tillbridge::Result<Expectations> expectations_of(const tillbridge::json::Object& body);

}  // namespace sandbox::control
