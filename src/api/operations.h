#pragma once
// What an operator may ask of a running hub. Implemented by app/; called by the control API. Core
// thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "base/zone.h"

namespace tillbridge::api {

// What is to be compared with a platform: a day of the workspace's zone ("2026-06-12", ""
// yesterday), or from <= time < until, each a day or ISO 8601 with its offset.
struct ComparisonAsked {
  std::string day, from, until;
  bool repair = false;  // what is missing is sent again
  std::string by;
};

// How a comparison of stock is made.
struct StockComparisonAsked {
  bool repair = false;       // what differs is sent again, and rows of nobody are removed
  bool automatic = false;    // nobody looks on: many rows at once are not removed
  bool remove = true;        // with repair; false: rows of nobody stay
  std::uint64_t sample = 0;  // SKUs; 0: all
  std::string by;
};

// Past orders to be sent: numbers from <= n <= until, or days of the workspace's zone, both
// included; until or until_day may be left out for one of them.
struct BackfillAsked {
  std::int64_t from = 0, until = 0;
  std::string from_day, until_day;
  std::string by;
};

// How long a platform's queue may take to show what was written, and the domain of the test
// customer's address ("": the default).
struct ValidationAsked {
  std::int64_t visible_within_s = 60;
  std::string email_domain;
  std::string by;
};

struct WorkspaceFacts {
  std::string name;
  Zone zone;
  std::vector<std::string> targets;  // connections that deliveries go to
};

class Operations {
 public:
  virtual ~Operations() = default;
  virtual std::vector<WorkspaceFacts> workspaces() const = 0;
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
  // The same for what goes out for one store, or by one flow, on any connection. kind: "store" or
  // "flow".
  virtual Task<Result<void>> pause_part(std::string workspace, std::string kind, std::string name,
                                        bool paused, std::string by, std::string reason) = 0;
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
  // id, an e-mail or a phone. connection "till": the register's customers by their numbers, and
  // with them their profiles. Answers in words.
  virtual Task<Result<std::string>> merge(std::string workspace, std::string connection,
                                          std::string into, std::string from, std::string by) = 0;
  // Reads the customers of the platform that holds them into the register's index, now. Answers
  // {"workspace", "profiles", "message"} when it is done.
  virtual Task<Result<json::Object>> sync_customers(std::string workspace, std::string by) = 0;
  // Holds what was delivered against what the platform has; answers when it is done. The result is
  // that of app/klaviyo_comparison.h.
  virtual Task<Result<json::Object>> compare(std::string workspace, std::string connection,
                                             ComparisonAsked asked) = 0;
  // Holds the catalogs' levels against Sitoo's and the records; answers when it is done with the
  // report of app/stock/stock_comparison.h. How far it is: "stock" in the status.
  virtual Task<Result<json::Object>> compare_stock(std::string workspace,
                                                   StockComparisonAsked asked) = 0;
  // Sends past orders as history, behind what is sold now; one backfill at a time. Each answers
  // with the state of app/backfill.h: {"workspace", "phase", "from", "until", "next", "found",
  // ...}. act: "pause", "resume" or "stop".
  virtual Task<Result<json::Object>> backfill(std::string workspace, BackfillAsked asked) = 0;
  virtual Task<Result<json::Object>> backfill_state(std::string workspace) = 0;
  virtual Task<Result<json::Object>> backfill_act(std::string workspace, std::string act,
                                                  std::string by) = 0;
  // Tries every platform with a test customer and takes it away again; answers when it is done with
  // the steps of app/validation/validation.h: {"ok", "steps": [...]}.
  virtual Task<Result<json::Object>> validate(std::string workspace, ValidationAsked asked) = 0;
  // What a configuration of these answers would be (app/setup/setup_preview.h): {"toml",
  // "problems", "sitoo"}, without secrets. Changes nothing.
  virtual Result<json::Object> setup_preview(const json::Object& answers) = 0;
  // Moves the hub's wall clock, for drills; refused unless the hub was started for drills.
  virtual Result<void> step_clock(Duration by) = 0;
};

}  // namespace tillbridge::api
