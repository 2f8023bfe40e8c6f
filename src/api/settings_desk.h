#pragma once
// A workspace's settings as versions of one document (docs/console.md "Settings"). Implemented by
// app/. Core thread.

#include <string>

#include "base/async.h"
#include "base/json.h"

namespace tillbridge::api {

class SettingsDesk {
 public:
  virtual ~SettingsDesk() = default;
  // {"version", "document", "source", "editable"}.
  virtual Task<Result<json::Object>> read(std::string workspace) = 0;
  // {"ok", "problems"}.
  virtual Result<json::Object> check(const std::string& workspace, const std::string& document) = 0;
  // Past records planned with this document: {"records", "changed", "same"}.
  virtual Task<Result<json::Object>> trial(std::string workspace, std::string document,
                                           std::size_t records) = 0;
  // A new version, taken up at once. rejected: based_on is not the newest any more (say "conflict"
  // first), or the document has problems.
  virtual Task<Result<json::Object>> put(std::string workspace, std::string document,
                                         std::uint32_t based_on, std::string by,
                                         std::string note) = 0;
};

}  // namespace tillbridge::api
