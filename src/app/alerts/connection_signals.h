#pragma once
// What the status of the connections says about alerts: how far each platform is behind, how many
// attempts fail, which connections are stopped; and how fast what waits goes (docs/console.md
// "Today"). Core thread.

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/alerts/alert_document.h"
#include "app/alerts/watched_workspace.h"
#include "base/json.h"
#include "desk/alert_rules.h"
#include "desk/error_rate.h"
#include "desk/progress.h"

namespace tillbridge::app {

class ConnectionSignals {
 public:
  ConnectionSignals(std::vector<WatchedWorkspace> workspaces, AlertThresholds thresholds);

  void change(const AlertThresholds& thresholds);
  // After a restart: what was raised before it goes on until it is over.
  void adopt(const std::vector<desk::Alert>& open);
  // The hub's status as it is now; every few seconds.
  void take(const json::Object& status, Instant now, Tick tick);
  std::vector<desk::Signal> signals(Instant now, Tick tick) const;
  // Of the tills' own platform, as the last status said.
  bool source_answers(const std::string& workspace) const;
  bool source_is_paused(const std::string& workspace) const;
  // {"klaviyo": {"clearing", "clear_in_s", "clear_text", "error_share"}}
  json::Object progress(const std::string& workspace, Tick tick) const;

 private:
  struct Totals {
    std::uint64_t ok = 0, transient = 0, rejected = 0;
  };
  struct Connection {
    std::string subject;
    bool is_source = false;
    bool is_paused = false;
    std::string breaker_reason;
    std::optional<Instant> stopped_since;  // its breaker is not closed
    bool is_behind = false;
    Duration behind{0};
    std::string flow, store;  // of the oldest that waits
    std::uint64_t waiting = 0;
    std::optional<Totals> totals;
    std::deque<desk::BacklogSample> samples;
  };
  void take_connection(const WatchedWorkspace& workspace, const json::Object& status,
                       bool is_source, Instant now, Tick tick);
  void take_lag(const WatchedWorkspace& workspace, const json::Object& status);
  void count_attempts(Connection& connection, const json::Object& status, Instant now, Tick tick);

  std::vector<WatchedWorkspace> workspaces_;
  AlertSubjects subjects_;
  AlertThresholds thresholds_;
  desk::ErrorRates errors_;
  std::map<std::string, std::map<std::string, Connection>> connections_;  // by workspace, name
  std::set<std::string> behind_before_;                                   // subjects, adopted
  std::map<std::string, Instant> stopped_before_;
};

}  // namespace tillbridge::app
