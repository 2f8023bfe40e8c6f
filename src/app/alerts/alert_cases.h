#pragma once
// The cases that alerts open and close: silent stores, many errors, many sales without a customer.
// What is opened and closed goes into the step that also holds the alerts. Core thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/alerts/watched_workspace.h"
#include "app/surroundings.h"
#include "desk/alert_rules.h"

namespace tillbridge::app {

class AlertCases {
 public:
  AlertCases(Surroundings on, std::vector<WatchedWorkspace> workspaces);

  // After a start: the cases that were open; those without an open alert are over.
  Task<Result<journal::Step>> adopt(std::vector<desk::Alert> open);
  void follow(const desk::Transition& transition, journal::Step& step);

 private:
  void close(const std::string& alert, const std::string& note, Instant at, journal::Step& step);

  Surroundings on_;
  std::vector<WatchedWorkspace> workspaces_;
  AlertSubjects subjects_;
  std::map<std::string, std::vector<CaseId>> open_;  // by alert
};

}  // namespace tillbridge::app
