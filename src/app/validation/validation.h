#pragma once
// Whether a workspace is set up so that it works (docs/setup.md, step 7): every platform is tried
// with a test customer that no till knows, through the running hub's own connections, and the test
// customer is taken away again. Core thread.

#include <functional>
#include <string>

#include "app/workspace.h"
#include "base/json.h"

namespace tillbridge::app {

struct ValidationAsked {
  Duration visible_within = std::chrono::seconds{60};  // how long a platform's queue may take
  std::string email_domain = "tillbridge.dev";         // of the test customer's address
  std::string token;                                   // ten digits, new each time
  std::string public_url;  // our public listener as we reach it; "": not (till_steps.h)
  std::function<Task<Result<void>>(std::string text)> audit;
  std::function<bool()> go_on;  // false: the hub is stopping
};

// {"ok", "workspace", "test_customer", "steps": [{"connection", "step", "ok", "skipped", "detail",
// "advice"}]}. Errors: invalid_input for a domain that cannot be used; the journal's.
Task<Result<json::Object>> validate(WorkspaceRuntime& workspace, ValidationAsked asked);

}  // namespace tillbridge::app
