#include <csignal>

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/where.h"
#include "app/hub.h"

namespace tillbridge::app {
namespace {

Task<void> run(Loop& loop, Hub& hub, int& exit_code) {
  const auto started = co_await hub.start();
  if (!started) {
    exit_code = report(started.error());
  } else {
    std::vector<int> ends{SIGTERM, SIGINT};
    co_await next_signal(loop, std::move(ends));
  }
  co_await hub.stop();
}

}  // namespace

int serve(const ServeOptions& options) {
  auto config = load(Where{options.config_file, "", false}, Warnings::show);
  if (!config) return exit_failed;
  telemetry::start_log(config->hub.log_level);
  SystemClock clock;
  int exit_code = exit_done;
  {
    Loop loop{1};
    HubOptions hub_options;
    hub_options.drills = options.drills;
    hub_options.allow_volatile = options.allow_volatile;
    hub_options.announce = options.announce;
    Hub hub(loop, clock, std::move(*config), hub_options);
    TaskGroup main_task(loop, [&](const std::string& what) {
      fmt::print(stderr, "tillbridge: stopped by an unexpected error: {}\n", what);
      exit_code = exit_failed;
    });
    main_task.start(run(loop, hub, exit_code));
    loop.run();
  }
  telemetry::stop_log();
  return exit_code;
}

}  // namespace tillbridge::app
