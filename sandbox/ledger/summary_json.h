#pragma once
// The verdict as JSON, for the control API and the drills.

#include "base/json.h"
#include "ledger/ledger.h"

namespace sandbox {

// Members are named as in Summary.
boost::json::object to_json(const Summary& summary);

}  // namespace sandbox
