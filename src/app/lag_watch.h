#pragma once
// Looks at how far the platforms are behind: opens a case when a flow passes the agreed threshold
// and closes it with a note when it is over (REQUIREMENTS K4). Core thread.

#include <map>
#include <string>

#include "app/surroundings.h"
#include "base/json.h"
#include "base/task_group.h"
#include "engine/lag.h"

namespace tillbridge::app {

class LagWatch {
 public:
  LagWatch(Surroundings on, std::string workspace, engine::LagBoard& board);

  Task<void> run();   // until request_stop()
  Task<void> look();  // once; run() does so every few seconds
  void request_stop();
  json::Array status();  // rows of the board, in milliseconds

 private:
  Task<void> adopt_open_cases();

  Surroundings on_;
  std::string workspace_;
  engine::LagBoard& board_;
  std::map<std::string, CaseId> open_;  // by group
  Signal stop_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
