#pragma once
// A job that can be read: queued -> processing -> complete, then gone (contract 6.7, 10.4).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace sandbox::klaviyo {

struct ImportError {
  std::string id, code, title, detail, pointer;
  boost::json::object original_payload;
};

struct Job {
  std::string id;
  std::string type;  // "profile-bulk-import-job"
  std::string status = "queued";
  tillbridge::Instant created{}, expires{};
  std::optional<tillbridge::Instant> started, completed;
  std::int64_t total = 0, completed_count = 0, failed = 0, skipped = 0;
  std::vector<std::string> lists;
  std::vector<ImportError> errors;
};
using Jobs = std::map<std::string, Job>;

}  // namespace sandbox::klaviyo
