#pragma once
// How the stores of one workspace trade: hourly counts of the last five weeks, when each sold last,
// and what that says about silence (desk/silence.h) and about sales without a customer. The counts
// are read once; then only the newest hours and those that a late upload has changed. Core thread.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/alerts/alert_document.h"
#include "app/alerts/watched_workspace.h"
#include "app/surroundings.h"
#include "desk/silence.h"

namespace tillbridge::app {

class StoreWatch {
 public:
  StoreWatch(Surroundings on, WatchedWorkspace workspace, AlertSubjects subjects);

  // Of every step that the journal has stored; cheap.
  void stored(const journal::Step& step);
  // About once a minute.
  Task<Result<void>> refresh();
  bool is_loaded() const { return loaded_; }

  // open: subjects of the open alerts of this kind.
  std::vector<desk::Signal> silence(bool platform_answers, const std::set<std::string>& open,
                                    Instant now) const;
  std::vector<desk::Signal> unidentified(const AlertThresholds& thresholds,
                                         const std::set<std::string>& open, Instant now) const;

  // docs/console.md GET /stores, by name; paused: with who did it.
  json::Array rows(const std::map<std::string, journal::Pause>& paused, Instant now) const;

 private:
  struct Counts {
    std::int64_t sales = 0, returns = 0, unidentified = 0;
    std::int64_t records = 0;  // of all kinds
    Counts& operator+=(const Counts& other);
  };
  struct Store {
    std::map<std::int64_t, Counts> hours;
    std::optional<Instant> last_sale;  // by the till
    desk::StoreRhythm rhythm;
  };
  struct Day {
    Counts today, yesterday;
  };
  using Tallies = std::vector<journal::Tally>;

  Task<Result<void>> load(std::int64_t hour);
  Task<Result<void>> read_last_sales();
  void take(const Tallies& tallies);
  void learn();
  std::optional<Instant> last_sale(const Store& store, Instant now) const;
  Day days_of(const Store& store, Instant now) const;
  json::Object row(const std::string& name, const Store& store, Instant now) const;

  Surroundings on_;
  WatchedWorkspace workspace_;
  AlertSubjects subjects_;
  std::map<std::string, Store> stores_;
  std::set<std::int64_t> changed_hours_;  // older than those that are read each time
  std::int64_t learned_at_ = 0;           // hour
  bool loaded_ = false;
};

}  // namespace tillbridge::app
