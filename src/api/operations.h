#pragma once
// What an operator may ask of a running hub. Implemented by app/; called by the control API. Core
// thread.

#include <string>

#include "base/async.h"
#include "base/json.h"

namespace tillbridge::api {

// What is to be compared with a platform: a day of the workspace's zone ("2026-06-12", ""
// yesterday), or from <= time < until, each a day or ISO 8601 with its offset.
struct ComparisonAsked {
  std::string day, from, until;
  bool repair = false;  // what is missing is sent again
  std::string by;
};

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
  // A customer's decision at the till. email or phone as typed, by the channel ("email", "sms");
  // country of a phone without +; decision "subscribed" or "unsubscribed"; at: ISO 8601 with its
  // offset or unix seconds, "" now. Answers {"key", "fresh", "message"} once it is durable.
  struct ConsentAct {
    std::string workspace, email, phone, country, channel, decision, at, source;
  };
  virtual Task<Result<json::Object>> consent(ConsentAct act) = 0;
  // What is known about an address: {"workspace", "address", "items": [{"channel", "state",
  // "decided_at", "source"}]}.
  virtual Task<Result<json::Object>> consents(std::string workspace, std::string email,
                                              std::string phone, std::string country) = 0;
  // Makes one profile of two, for good: `from` vanishes into `into`. Each is the platform's profile
  // id, an e-mail or a phone. Answers in words.
  virtual Task<Result<std::string>> merge(std::string workspace, std::string connection,
                                          std::string into, std::string from, std::string by) = 0;
  // Holds what was delivered against what the platform has; answers when it is done. The result is
  // that of app/klaviyo_comparison.h.
  virtual Task<Result<json::Object>> compare(std::string workspace, std::string connection,
                                             ComparisonAsked asked) = 0;
  // Moves the hub's wall clock, for drills; refused unless the hub was started for drills.
  virtual Result<void> step_clock(Duration by) = 0;
};

}  // namespace tillbridge::api
