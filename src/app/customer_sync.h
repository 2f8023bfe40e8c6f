#pragma once
// Lets profiles of the platform that holds the customers flow into the register's index: on
// request, and as often as the settings say (REQUIREMENTS B10; docs/flows/till.md "Index"). Core
// thread.

#include <string>

#include "app/surroundings.h"
#include "base/json.h"
#include "base/task_group.h"
#include "crm/customer_desk.h"

namespace tillbridge::app {

class CustomerSync {
 public:
  // every: zero: on request only.
  CustomerSync(Surroundings on, std::string workspace, Duration every, crm::ProfileSource& source,
               crm::CustomerDesk& desk);

  Task<void> run();  // until request_stop()
  // Once: how many profiles were looked at. unavailable: the platform cannot be asked, or a run is
  // under way; what was learned stays, and the next run begins where the last whole one did.
  Task<Result<std::uint64_t>> look();
  void request_stop();
  json::Object status() const;  // {"running", "profiles", "last_run", "trouble"}

 private:
  Task<Result<std::uint64_t>> look_alone();
  Task<Result<Instant>> last_whole_run();

  Surroundings on_;
  std::string workspace_;
  Duration every_;
  crm::ProfileSource& source_;
  crm::CustomerDesk& desk_;
  Signal stop_;
  bool stopping_ = false;
  bool running_ = false;
  std::uint64_t profiles_ = 0;  // of the run under way, or the last one
  std::optional<Instant> finished_at_;
  std::string trouble_;
};

}  // namespace tillbridge::app
