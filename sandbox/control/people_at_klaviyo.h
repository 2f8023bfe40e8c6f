#pragma once
// What people do at Klaviyo itself, for drills. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "klaviyo/simulator.h"

namespace sandbox::control {

// {"email" or "phone", "channel": "email"|"sms", "decision", "at": Unix seconds}. decision:
// subscribe, unsubscribe, confirm (the link of a double opt-in), spam. Without a channel it is that
// of the address; `at` is absent for now.
tillbridge::Result<tillbridge::json::Object> decide_at_klaviyo(
    klaviyo::Simulator& klaviyo, const tillbridge::json::Object& body);

}  // namespace sandbox::control
