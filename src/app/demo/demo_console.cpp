#include "app/demo/demo_console.h"

#include <array>

#include <fmt/format.h>

#include "base/entropy.h"
#include "base/json.h"

namespace tillbridge::app {
namespace {

constexpr std::int64_t ms_per_hour = 3'600'000;
constexpr int hours_per_day = 24;

}  // namespace

Result<DemoAdministrator> add_demo_administrator(ControlClient& hub) {
  // The password is for this demo alone and made anew each time; whoever has this machine's folder
  // has the control token as well.
  json::Object wish;
  wish["name"] = "demo";
  wish["display"] = "Demo Administrator";
  wish["role"] = "administrator";
  std::array<std::byte, 8> bytes{};
  fill_secure(bytes);
  std::string password = "demo";
  for (std::size_t at = 0; at < bytes.size(); ++at)
    password += fmt::format("{}{:02x}", at % 4 == 0 ? "-" : "", std::to_integer<int>(bytes[at]));
  wish["password"] = password;
  wish["must_change_password"] = false;
  TB_TRY(const auto made, hub.call("POST", "/api/v1/users", wish));
  return DemoAdministrator{"demo", Secret(password)};
}

Result<void> move_demo_clocks(ControlClient& sandbox, ControlClient& hub, int hours) {
  const json::Object step{{"step_ms", hours * ms_per_hour}};
  TB_TRY(const auto there, sandbox.call("POST", "/control/clock", step));
  TB_TRY(const auto here, hub.call("POST", "/api/v1/drills/clock", step));
  return {};
}

std::chrono::milliseconds demo_hour_lasts(int hours_ago, int hour_now) {
  // Shops open at ten, are busiest after work and close at eight; a few web orders at night.
  constexpr std::array<int, hours_per_day> lasts{20,   10,   10,  10,  10,  10,  20,  40,
                                                 80,   150,  500, 700, 900, 800, 700, 800,
                                                 1000, 1200, 900, 600, 100, 60,  40,  30};
  const int hour = (hour_now - hours_ago + 2 * hours_per_day) % hours_per_day;
  return std::chrono::milliseconds{lasts.at(static_cast<std::size_t>(hour))};
}

}  // namespace tillbridge::app
