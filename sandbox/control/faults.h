#pragma once
// POST /control/faults: the weather over all platforms. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "control/town.h"

namespace sandbox::control {

// {"preset":"storm"} and/or {"sitoo":{...},"bloomreach":{...},"klaviyo":{...}}. Members that are
// not named stay.
tillbridge::Result<tillbridge::json::Object> set_faults(Town& town,
                                                        const tillbridge::json::Object& body);

}  // namespace sandbox::control
