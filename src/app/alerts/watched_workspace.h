#pragma once
// What the alerts know of a workspace, and how its things are called in an alert: "klaviyo", "store
// 1001", with several workspaces "klaviyo (shop)". Any thread.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/zone.h"

namespace tillbridge::app {

struct WatchedWorkspace {
  std::string name;
  Zone zone;
  // As the lag board of the workspace has them (app/config.h).
  Duration lag_alert = std::chrono::minutes{15};
  Duration lag_recover = std::chrono::minutes{10};
};

class AlertSubjects {
 public:
  explicit AlertSubjects(const std::vector<WatchedWorkspace>& workspaces) {
    for (const WatchedWorkspace& one : workspaces) names_.push_back(one.name);
  }
  std::string of(const std::string& workspace, const std::string& what) const {
    return names_.size() < 2 ? what : what + suffix(workspace);
  }
  // {workspace, what}; the workspace is "" when it is none of ours or the subject is about the hub.
  std::pair<std::string, std::string> split(const std::string& subject) const {
    if (names_.size() == 1) return {names_.front(), subject};
    for (const std::string& name : names_) {
      const std::string end = suffix(name);
      if (subject.ends_with(end)) return {name, subject.substr(0, subject.size() - end.size())};
    }
    return {"", subject};
  }

 private:
  static std::string suffix(const std::string& workspace) { return " (" + workspace + ")"; }

  std::vector<std::string> names_;
};

}  // namespace tillbridge::app
