#pragma once
// A set-up as the console shows it before anything is written. Core thread; writes nothing.

#include "base/json.h"
#include "base/result.h"

namespace tillbridge::app {

// answers: setup_answers.h. {"toml", "problems": [{"step", "field", "what", "fix"}], "sitoo":
// {"events_base_url", "events_user", "crm_base_url", "crm_user"}, "secret_files": [...]}; no
// secrets.
Result<json::Object> setup_preview(const json::Object& answers);

}  // namespace tillbridge::app
