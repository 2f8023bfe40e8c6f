#pragma once
// What the demo does for its console: an administrator, and a day of sales that has happened when
// somebody looks. For that day both wall clocks, the hub's and the sandbox's, start a day ago and
// are moved on hour by hour while the shops sell.

#include <string>

#include "app/control_client.h"

namespace tillbridge::app {

struct DemoAdministrator {
  std::string name;
  Secret password;
};
// The password is made anew each time and shown by the demo alone.
Result<DemoAdministrator> add_demo_administrator(ControlClient& hub);

constexpr int demo_hours_before = 24;
constexpr double demo_rate_before = 150;  // orders per second, while a second is hours
Result<void> move_demo_clocks(ControlClient& sandbox, ControlClient& hub, int hours);
// How long the shops sell for this hour of the day to have its share: few at night.
std::chrono::milliseconds demo_hour_lasts(int hours_ago, int hour_now);

}  // namespace tillbridge::app
