#pragma once
// Cases of one workspace that nobody solved in time: who is told next, and the alert about each
// team's (desk/escalation.h). Core thread.

#include <set>
#include <utility>
#include <vector>

#include "app/alerts/watched_workspace.h"
#include "app/surroundings.h"
#include "desk/notice_text.h"

namespace tillbridge::app {

class EscalationWatch {
 public:
  EscalationWatch(Surroundings on, WatchedWorkspace workspace, AlertSubjects subjects);

  // Reads the overdue groups; about once a minute. What has to be stored goes into `step`: stored()
  // once it is; until then the next look finds the same again without the notices.
  struct Found {
    journal::Step step;
    std::vector<desk::Notice> notices;
  };
  Task<Result<Found>> look();
  void stored();
  // One per team, of the last look; teams of `open` alerts without open cases are ok.
  std::vector<desk::Signal> signals(const std::vector<desk::Alert>& open, Instant now) const;
  bool has_looked() const { return has_looked_; }

 private:
  Surroundings on_;
  WatchedWorkspace workspace_;
  AlertSubjects subjects_;
  std::vector<desk::Signal> signals_;
  std::set<std::pair<CaseGroupId, std::uint32_t>> told_;  // steps that are not stored yet
  bool has_looked_ = false;
};

}  // namespace tillbridge::app
