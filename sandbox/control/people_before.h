#pragma once
// POST /control/customers: the shopping day's people at the platforms as if they had been there
// before the day. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "control/town.h"

namespace sandbox::control {

// {"platforms":["bloomreach","klaviyo"],"share":1.0}; answers how many there are at each.
tillbridge::Result<tillbridge::json::Object> settle_customers(Town& town,
                                                              const tillbridge::json::Object& body);

}  // namespace sandbox::control
