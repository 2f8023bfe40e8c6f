#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "app/carrying.h"
#include "app/commands/commands.h"
#include "app/commands/where.h"
#include "app/hub.h"
#include "app/journal_place.h"
#include "app/leading.h"
#include "app/standing_by.h"

namespace tillbridge::app {
namespace {

// A validation or comparison that runs while settings are saved is not cut off: requests are put
// off for a moment, and when it takes longer they are answered again and the change waits.
constexpr Duration acts_end_within = std::chrono::seconds{3};
constexpr Duration next_try_after = std::chrono::seconds{10};

// The ports stay those of the first start, also where the configuration leaves the choice to us.
template <typename PortHolder>
void keep_ports(Config& config, const PortHolder& holder) {
  if (holder.public_port() > 0) config.hub.listen.port = holder.public_port();
  if (holder.console_port() > 0) config.hub.console.port = holder.console_port();
  if (holder.control_port() > 0) config.hub.control.port = holder.control_port();
}

struct Ending {
  explicit Ending(Loop& loop) : woken(loop) {}
  Signal woken;
  bool asked = false;    // by a signal
  bool renewal = false;  // the settings were changed: start anew with them
  bool watched = false;
  std::function<void()> on_watched = [] {};
  int exit_code = exit_done;
};

Task<void> watch_signals(Loop& loop, Ending& ending) {
  std::vector<int> ends{SIGTERM, SIGINT};
  co_await next_signal(loop, std::move(ends));
  ending.asked = true;
  ending.woken.notify();
}

// One hub after the other: changed settings are taken up by a new one on the same data and ports.
// Whoever calls in the second between is refused and tries again, as all senders do. started_with:
// told of each with the ports that it has.
Task<void> serve_until_ended(Loop& loop, SystemClock& clock, Config config, HubOptions options,
                             std::function<void(const HubSettings&)> started_with, TaskGroup& tasks,
                             Ending& ending) {
  while (!ending.asked) {
    ending.renewal = false;
    Hub hub(loop, clock, config, options);
    const auto started = co_await hub.start();
    if (!started) {
      ending.exit_code = report(started.error());
      co_await hub.stop();
      // Ends whoever watches for signals.
      if (ending.watched) (void)std::raise(SIGTERM);
      co_return;
    }
    keep_ports(config, hub);
    started_with(config.hub);
    options.announce = false;
    if (!ending.watched) {
      ending.watched = true;
      tasks.start(watch_signals(loop, ending));
      co_await yield_now(loop);
      ending.on_watched();
    }
    while (!ending.asked) {
      if (!ending.renewal) {
        co_await ending.woken.wait(std::chrono::hours{1});
      } else if (co_await hub.make_way(acts_end_within)) {
        break;
      } else {
        co_await ending.woken.wait(next_try_after);
      }
    }
    co_await hub.stop();
  }
}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

NodeAddress address_of(const HubSettings& hub, const ServeOptions& options) {
  NodeAddress address;
  address.host = host_of(hub.listen.address, options.reached_at, machine_name());
  address.public_port = hub.listen.port;
  if (hub.console_served) address.console_port = hub.console.port;
  return address;
}

// While another hub leads: this one holds its ports, passes on who calls them, and sends what lies
// in its own shards, until it leads or is asked to end.
class Waiting {
 public:
  Waiting(const Config& config, const ServeOptions& options, const ConfigFile& file,
          Leading& leading)
      : ports_(config.hub), config_(config), options_(options), leading_(leading) {
    keep_ports(config_, ports_);
    leading.shows_in(&ports_.metrics());
    leading.reached_at(address_of(config_.hub, options));
    CarryingOptions carrying;
    carrying.file = file;
    carrying.allow_volatile = options.allow_volatile;
    carrying.node = static_cast<std::uint16_t>(options.node);
    carrying_ = std::make_unique<Carrying>(config_, std::move(carrying), leading);
    ports_.shows_too([this] { return carrying_->metrics(); });
  }
  ~Waiting() {
    ports_.shows_too(nullptr);
    leading_.shows_in(nullptr);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  void passes_on_to(const std::optional<NodeAddress>& leader) {
    // Its own address under another number, or a balancer's that leads back here.
    const bool is_own = leader && leader->host == address_of(config_.hub, options_).host &&
                        leader->public_port == ports_.public_port();
    ports_.leads(is_own ? std::nullopt : leader);
  }
  // As they are bound, for who leads here.
  void leave_ports_to(Config& config) const { keep_ports(config, ports_); }

 private:
  StandingBy ports_;
  Config config_;
  const ServeOptions& options_;
  Leading& leading_;
  std::unique_ptr<Carrying> carrying_;
};

// SIGTERM and SIGINT, while another hub leads and until they are watched where this one does: what
// it holds is given back first. To be made before other threads, which are not to get them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~EndSignals() {
    stop();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  void lead_to(std::function<void()> end) {
    thread_ = std::thread([this, end = std::move(end)] {
      constexpr timespec at_most{0, 200'000'000};
      while (!stopping_) {
        if (sigtimedwait(&signals_, nullptr, &at_most) <= 0) continue;
        asked_ = true;
        return end();
      }
    });
  }
  // Nothing is led to any more; true: it was.
  bool stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return asked_;
  }

 private:
  sigset_t signals_{}, before_{};
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> asked_ = false;
  std::thread thread_;
};

// Returns when this hub leads; false: it was asked to end before.
bool await_lead(Leading& leading, Config& config, const ServeOptions& options,
                const ConfigFile& file) {
  std::unique_ptr<Waiting> waiting;
  const bool leads = leading.await([&](const Standing& standing) {
    telemetry::log(telemetry::Level::info, "stands_by",
                   {{"reason", standing.why},
                    {"passes_on_to", standing.leader ? to_text(*standing.leader) : "nobody"}});
    if (!waiting) waiting = std::make_unique<Waiting>(config, options, file, leading);
    waiting->passes_on_to(standing.leader);
  });
  if (waiting) waiting->leave_ports_to(config);
  if (leads) telemetry::log(telemetry::Level::info, "leads", {{"node", options.node}});
  return leads;
}

// nullptr: it was asked to end before this hub led.
Result<std::unique_ptr<Leading>> lead(Config& config, const ServeOptions& options,
                                      const ConfigFile& file, EndSignals& signals) {
  JournalPlace place = journal_place(config);
  place.allow_volatile = options.allow_volatile;
  // Made, or brought up to date. Away at the start, the database is waited for before this hub
  // leads: tables that are brought up to date by one that does may take its leases.
  const auto make_ready = [place]() -> Result<void> {
    TB_CHECK(open_store(place));
    return {};
  };
  const auto ready = make_ready();
  if (!ready && ready.error().kind != Error::Kind::unavailable) return fail(ready.error());
  LeadingSettings settings;
  settings.url = place.url.reveal();
  settings.node = static_cast<std::uint16_t>(options.node);
  settings.name = machine_name();
  if (!ready) settings.make_ready = make_ready;
  auto leading = std::make_unique<Leading>(std::move(settings), [](const std::string& why) {
    ::alarm(1);  // also when the log cannot be written
    telemetry::log(telemetry::Level::error, "leads_no_more", {{"reason", why}});
    telemetry::stop_log();
    std::_Exit(exit_failed);  // at once: nothing more may go out
  });
  signals.lead_to([leads = leading.get()] { leads->end_waiting(); });
  const bool leads = await_lead(*leading, config, options, file);
  if (signals.stop() || !leads) return nullptr;
  return leading;
}

}  // namespace

int serve(const ServeOptions& options) {
  ConfigFile file;
  auto config = load(Where{options.config_file, "", false}, Warnings::show, &file);
  if (!config) return exit_failed;
  if (!options.journal.empty()) config->journal.url = Secret(options.journal);
  const bool has_others = !config->journal.url.empty();
  std::optional<EndSignals> signals;
  if (has_others) signals.emplace();
  telemetry::start_log(config->hub.log_level);
  auto leading = has_others ? lead(*config, options, file, *signals)
                            : Result<std::unique_ptr<Leading>>(nullptr);
  if (!leading || (has_others && !*leading)) {
    telemetry::stop_log();
    return leading ? exit_done : report(leading.error());
  }
  SystemClock clock;
  int exit_code = exit_done;
  {
    Loop loop{1};
    Ending ending(loop);
    HubOptions hub_options;
    hub_options.drills = options.drills;
    hub_options.allow_volatile = options.allow_volatile;
    hub_options.announce = options.announce;
    hub_options.demo = options.demo;
    hub_options.node = static_cast<std::uint16_t>(options.node);
    hub_options.leading = leading->get();
    hub_options.file = std::move(file);
    ending.on_watched = [&signals] { signals.reset(); };
    hub_options.renew = [&ending] {
      ending.renewal = true;
      ending.woken.notify();
    };
    TaskGroup main_task(loop, [&](const std::string& what) {
      fmt::print(stderr, "tillbridge: stopped by an unexpected error: {}\n", what);
      ending.exit_code = exit_failed;
    });
    const auto started_with = [&leading, &options](const HubSettings& hub) {
      if (*leading) (*leading)->reached_at(address_of(hub, options));
    };
    main_task.start(serve_until_ended(loop, clock, std::move(*config), std::move(hub_options),
                                      started_with, main_task, ending));
    loop.run();
    exit_code = ending.exit_code;
  }
  leading->reset();  // the journal is closed: another hub may lead
  telemetry::stop_log();
  return exit_code;
}

}  // namespace tillbridge::app
