#pragma once
// Alerts and where their notices go (docs/console.md "Alerts"). Implemented by app/. Core thread.

#include <string>

#include "base/async.h"
#include "base/json.h"

namespace tillbridge::api {

class AlertDesk {
 public:
  virtual ~AlertDesk() = default;
  // Open alerts and those that recovered within the last day.
  virtual json::Array alerts() = 0;
  virtual Task<Result<void>> acknowledge(std::string id, std::string by) = 0;
  virtual Task<Result<void>> mute(std::string id, Duration how_long, std::string by) = 0;
  // Without secrets. put: "(kept)" keeps a secret; invalid_input names the member that is wrong.
  virtual json::Object settings() = 0;
  virtual Task<Result<json::Object>> put_settings(json::Object wanted, std::string by) = 0;
  // Sends one notice now: {"sent", "message"}.
  virtual Task<Result<json::Object>> test_channel(std::string id, std::string by) = 0;
  // How the stores are trading (docs/console.md GET /stores), by name.
  virtual Task<Result<json::Array>> stores(std::string workspace) = 0;
  // Beside the connections' own state: {"klaviyo": {"clearing", "clear_in_s", "clear_text",
  // "error_share"}}.
  virtual json::Object progress(const std::string& workspace) = 0;
};

}  // namespace tillbridge::api
