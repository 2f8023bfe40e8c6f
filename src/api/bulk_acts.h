#pragma once
// One act on many records (docs/console.md "Doing many at once"): the filter is walked once when it
// begins, the records it found are the action's for good. Survives a restart. Implemented by app/.
// Core thread.

#include <string>

#include "base/async.h"
#include "base/json.h"
#include "journal/views.h"

namespace tillbridge::api {

struct BulkAsked {
  std::string workspace;
  std::string act;               // "send_again", "rebuild", "skip", "resolve"
  journal::RecordFilter filter;  // by record ...
  CaseGroupId of_case;           // ... or the open cases of this group ...
  std::string connection;        // ... or the deliveries of a connection ("" any) in this state
  std::optional<journal::DeliveryState> delivery_state;
  json::Object as_asked;  // the filter as it came, for people
  std::string name;
  std::string note;
  std::uint64_t count = 0;  // as it was estimated
  std::string by;
};

class BulkActs {
 public:
  virtual ~BulkActs() = default;
  // {"count", "exact", "platforms", "sample"}.
  virtual Task<Result<json::Object>> estimate(BulkAsked asked) = 0;
  // {"id"}. rejected: the count is not what was estimated any more, or one is running already.
  virtual Task<Result<json::Object>> begin(BulkAsked asked) = 0;
  virtual Task<Result<json::Object>> cancel(std::string workspace, std::string id,
                                            std::string by) = 0;
  // Newest first; `after`: the id that the page before ended with.
  virtual Task<Result<json::Object>> list(std::string workspace, std::string after,
                                          std::size_t limit) = 0;
  virtual Task<Result<json::Object>> read(std::string workspace, std::string id) = 0;
  virtual Task<Result<json::Object>> items(std::string workspace, std::string id, bool only_failed,
                                           std::string after, std::size_t limit) = 0;
};

}  // namespace tillbridge::api
