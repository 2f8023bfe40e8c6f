#pragma once
// One run of the demo: sandbox and hub as processes, a shopping day, faults and kills, the drain,
// the verdict.

#include <string>

#include "app/commands/commands.h"
#include "app/control_client.h"
#include "app/demo/child_process.h"
#include "app/demo/demo_config.h"
#include "app/demo/demo_console.h"

namespace tillbridge::app {

class Demo {
 public:
  explicit Demo(const DemoOptions& options);
  // Exit code: 0 when nothing is missing, invented, doubled, wrong or out of order.
  int run();

 private:
  Result<void> set_up();
  Result<void> start_sandbox();
  Result<void> start_hub();
  Result<void> start_day();
  Result<void> live_through_yesterday();
  Result<void> live_through_day();
  Result<bool> drain();
  Result<json::Object> verdict(bool drained);
  Result<void> set_phase(const char* phase);
  Result<void> follow_stocktaking(Tick now);
  void kill_and_restart();
  void step_hub_clock();
  void show(const char* phase);
  Result<void> set_faults(const std::string& preset, const char* phase);
  Result<void> follow_fault_plan(Tick now);
  bool hub_is_idle();
  bool till_is_quiet();
  std::vector<std::string> sandbox_command() const;
  void print(const json::Object& verdict) const;

  DemoOptions options_;
  SystemClock clock_;
  std::string dir_;
  DemoPorts ports_;
  ChildProcess sandbox_;
  ChildProcess hub_;
  std::unique_ptr<ControlClient> sandbox_control_;
  std::unique_ptr<ControlClient> hub_control_;
  DemoAdministrator administrator_;  // with the console only
  Tick started_;
  Tick last_shown_;
  bool stocktaking_due_ = false;
  enum class FaultPlan { none, waiting, on, over };
  FaultPlan fault_plan_ = FaultPlan::none;
  int kills_ = 0;
  std::uint64_t shown_received_ = 0;
  std::uint64_t shown_acknowledged_ = 0;
};

}  // namespace tillbridge::app
