#pragma once
// The calls of the control API about the tills as customers of the CRM SPI. Core thread.

#include "base/async.h"
#include "base/json.h"
#include "base/result.h"
#include "till/till_traffic.h"

namespace sandbox::control {

// POST /control/till: {"url","user","password","rate","seconds","seed","weights":{...},
// "search_by":{...},"routes":{...}}.
tillbridge::Result<tillbridge::json::Object> start_till(till::TillTraffic& till,
                                                        const tillbridge::json::Object& body);

// POST /control/till/call: {"operation","parameters":{...},"body":{...},"headers":{...}}, and
// "url", "user", "password", "routes" as above; answers {"status","body","took_ms"}.
tillbridge::Task<tillbridge::Result<tillbridge::json::Object>> call_once(
    till::TillTraffic& till, const tillbridge::Clock& clock, tillbridge::json::Object body);

}  // namespace sandbox::control
