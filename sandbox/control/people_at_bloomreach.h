#pragma once
// What people do inside Bloomreach itself, and how their profiles stand. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "bloomreach/simulator.h"
#include "http/message.h"

namespace sandbox::control {

// POST /control/bloomreach/consent: {"ids":{...},"category","action","at": Unix seconds, absent:
// now}.
tillbridge::Result<tillbridge::json::Object> decide_at_bloomreach(
    bloomreach::BloomreachSimulator& bloomreach, const tillbridge::json::Object& body,
    tillbridge::Instant now);

// GET /control/bloomreach/profiles?<id type>=<value> or ?property=<name>&value=<text>.
tillbridge::Result<tillbridge::json::Object> profiles_at_bloomreach(
    bloomreach::BloomreachSimulator& bloomreach, const tillbridge::http::Request& request);

}  // namespace sandbox::control
