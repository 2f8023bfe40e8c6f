#pragma once
// What an operator may ask of a running hub. Implemented by app/; called by the control API. Core
// thread.

#include <string>

#include "base/async.h"
#include "base/json.h"

namespace tillbridge::api {

class Operations {
 public:
  virtual ~Operations() = default;
  // {"idle", "ready", "arrivals_waiting", "deliveries_waiting", "connections": [...], "journal":
  // {...}}
  virtual Task<json::Object> status() = 0;
  virtual bool ready() const = 0;
  // Stops or goes on sending on a connection; nothing is lost meanwhile. not_found names what
  // exists.
  virtual Task<Result<void>> pause(std::string workspace, std::string connection, std::string by,
                                   std::string reason) = 0;
  virtual Task<Result<void>> resume(std::string workspace, std::string connection,
                                    std::string by) = 0;
  // Parked deliveries of the record are sent again with the same bytes; a record without deliveries
  // is read and planned again with today's settings. `customer`: attributes an unidentified record
  // to this hard ID first. Answers in words.
  virtual Task<Result<std::string>> replay(std::string workspace, std::string key,
                                           std::string customer, std::string by) = 0;
  // Moves the hub's wall clock, for drills; refused unless the hub was started for drills.
  virtual Result<void> step_clock(Duration by) = 0;
};

}  // namespace tillbridge::api
