#include "app/demo/demo.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/commands/where.h"
#include "app/demo/demo_console.h"
#include "app/demo/demo_stock.h"
#include "app/demo/demo_till.h"

namespace tillbridge::app {
namespace {

constexpr Duration ready_within = std::chrono::seconds{30};
constexpr auto tick_pause = std::chrono::milliseconds{200};
constexpr Duration clock_step_every = std::chrono::seconds{4};
constexpr int interactive_day_s = 24 * 3600;
constexpr std::uint16_t console_port =
    8080;  // where people look first; another one when it is taken

// How much slower Bloomreach got what was sold while Klaviyo was down or stock was counted.
std::optional<double> isolation_ratio(const json::Object& summary) {
  const json::Object* at = json::object(summary, "platforms");
  for (const char* step : {"bloomreach", "phases"}) {
    at = at == nullptr ? nullptr : json::object(*at, step);
  }
  const json::Object* calm = at == nullptr ? nullptr : json::object(*at, "calm");
  const json::Object* fault = at == nullptr ? nullptr : json::object(*at, "fault");
  if (calm == nullptr || fault == nullptr) return std::nullopt;
  const json::Value* without = calm->if_contains("lag_p99_ms");
  const json::Value* with = fault->if_contains("lag_p99_ms");
  if (without == nullptr || with == nullptr || without->to_number<double>() <= 0)
    return std::nullopt;
  return with->to_number<double>() / without->to_number<double>();
}

std::atomic<bool> interrupted{false};
void on_interrupt(int) {
  if (interrupted.exchange(true)) std::_Exit(exit_failed);  // the second time: at once
}

std::string own_path() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

// A port that is free now; the hub needs the same one again after each restart.
Result<std::uint16_t> free_port(std::uint16_t wanted = 0) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(wanted);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!found && wanted != 0) return free_port();
  if (!found) return fail(Error::Kind::unavailable, "this machine has no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

std::int64_t number(const json::Object& object, std::string_view key) {
  return json::integer(object, key).value_or(0);
}

double decimal(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

}  // namespace

Demo::Demo(const DemoOptions& options) : options_(options) {
  if (options_.rate == 0) options_.rate = options_.headless ? 20 : 2;
  if (options_.seconds == 0) options_.seconds = options_.headless ? 20 : interactive_day_s;
  dir_ = options_.data_dir.empty() ? demo_dir() : options_.data_dir;
}

int Demo::run() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  const auto ready = set_up();
  if (!ready) return report(ready.error());
  const auto lived = live_through_day();
  if (!lived) return report(lived.error());
  const auto drained = drain();
  if (!drained) return report(drained.error());
  const auto result = verdict(*drained);
  if (!result) return report(result.error());
  print(*result);
  const bool till_sound =
      options_.till == 0 || options_.faults != "none" ||
      (number(*result, "till_errors") == 0 && number(*result, "till_wrong") == 0);
  const bool stock_sound =
      number(*result, "stock_wrong_at_end") == 0 && number(*result, "stock_backwards") == 0;
  const bool sound = *drained && till_sound && stock_sound && number(*result, "missing") == 0 &&
                     number(*result, "invented") == 0 && number(*result, "doubled") == 0 &&
                     number(*result, "wrong") == 0 && number(*result, "out_of_order") == 0;
  return sound ? exit_done : exit_failed;
}

Result<void> Demo::set_up() {
  std::error_code error;
  for (const char* leftover : {"tillbridge.journal", "tillbridge.journal-wal",
                               "tillbridge.journal-shm", "hub.log", "sandbox.log"}) {
    std::filesystem::remove(std::filesystem::path(dir_) / leftover, error);
  }
  std::filesystem::create_directories(dir_, error);
  if (error)
    return fail(Error::Kind::unavailable,
                fmt::format("the folder {} cannot be made: {}", dir_, error.message()));
  TB_CHECK(start_sandbox());
  TB_TRY(ports_.hub_public, free_port());
  TB_TRY(ports_.hub_control, free_port());
  TB_TRY(ports_.hub_console, free_port(options_.headless ? 0 : console_port));
  std::ofstream config(dir_ + "/tillbridge.toml");
  config << demo_config_text(dir_, ports_,
                             {options_.settling_ms, options_.klaviyo_quota_factor,
                              demo_stock_config(options_), options_.via});
  config.close();
  if (options_.stock) TB_CHECK(fill_demo_catalogs(*sandbox_control_));
  TB_CHECK(start_hub());
  if (options_.stock) TB_CHECK(await_demo_stock(*hub_control_, options_.headless));
  if (options_.headless) return start_day();
  TB_TRY(administrator_, add_demo_administrator(*hub_control_));
  TB_CHECK(move_demo_clocks(*sandbox_control_, *hub_control_, -demo_hours_before));
  const double rate = std::exchange(options_.rate, demo_rate_before);
  TB_CHECK(start_day());
  TB_CHECK(live_through_yesterday());
  options_.rate = rate;
  return start_day();
}

// A day in a few seconds, so that the console has something to show.
Result<void> Demo::live_through_yesterday() {
  const auto now = std::chrono::floor<std::chrono::hours>(clock_.now().time_since_epoch());
  const int hour_now = static_cast<int>(now.count() % demo_hours_before);
  for (int hours_ago = demo_hours_before; hours_ago > 0 && !interrupted; --hours_ago) {
    std::this_thread::sleep_for(demo_hour_lasts(hours_ago, hour_now));
    TB_CHECK(move_demo_clocks(*sandbox_control_, *hub_control_, 1));
    if (!options_.json) fmt::print(stderr, "\r  a day of sales: {} h to go  ", hours_ago - 1);
  }
  TB_TRY(const auto closed, sandbox_control_->call("POST", "/control/day/close", json::Object{}));
  const Tick until = clock_.tick() + ready_within;
  while (clock_.tick() < until) {
    TB_TRY(const json::Value state, sandbox_control_->call("GET", "/control/state"));
    if (json::boolean(state.as_object(), "day_finished").value_or(false)) return {};
    std::this_thread::sleep_for(tick_pause);
  }
  return fail(Error::Kind::unavailable, "the day before today did not end");
}

std::vector<std::string> Demo::sandbox_command() const {
  const std::string program =
      (std::filesystem::path(own_path()).parent_path() / "tillbridge-sandbox").string();
  std::vector<std::string> command{program,
                                   "--seed",
                                   std::to_string(options_.seed),
                                   "--bloomreach-project",
                                   demo_project,
                                   "--klaviyo-key",
                                   demo_klaviyo_key,
                                   "--klaviyo-quota-factor",
                                   fmt::format("{}", options_.klaviyo_quota_factor),
                                   "--parent-pid",
                                   std::to_string(::getpid())};
  for (const auto& [platform, port] : options_.sandbox_ports) {
    command.push_back("--" + platform + "-port");
    command.push_back(port);
  }
  if (options_.stock) command.push_back("--stock");
  if (options_.skus > 0)
    command.insert(command.end(), {"--products", fmt::format("{}", options_.skus)});
  if (options_.stores > 0)
    command.insert(command.end(), {"--stores", fmt::format("{}", options_.stores)});
  return command;
}

Result<void> Demo::start_sandbox() {
  TB_CHECK(sandbox_.start(sandbox_command(), dir_ + "/sandbox.log"));
  const auto line = sandbox_.first_line(ready_within);
  if (!line)
    return fail(
        Error::Kind::unavailable,
        fmt::format("the sandbox did not start: {}; see {}/sandbox.log", line.error().what, dir_));
  TB_TRY(const json::Value ports, json::parse(*line));
  const json::Object& object = ports.as_object();
  ports_.sitoo = static_cast<std::uint16_t>(number(object, "sitoo_port"));
  ports_.bloomreach = static_cast<std::uint16_t>(number(object, "bloomreach_port"));
  ports_.klaviyo = static_cast<std::uint16_t>(number(object, "klaviyo_port"));
  sandbox_control_ = std::make_unique<ControlClient>(
      fmt::format("http://127.0.0.1:{}", number(object, "control_port")), Secret());
  return {};
}

Result<void> Demo::start_hub() {
  std::vector<std::string> command{
      own_path(),   "serve",    "--config",         dir_ + "/tillbridge.toml",
      "--announce", "--drills", "--allow-volatile", "--demo"};
  if (!options_.journal.empty()) command.insert(command.end(), {"--journal", options_.journal});
  TB_CHECK(hub_.start(command, dir_ + "/hub.log"));
  const auto line = hub_.first_line(ready_within);
  if (!line)
    return fail(Error::Kind::unavailable,
                fmt::format("the hub did not start: {}; see {}/hub.log", line.error().what, dir_));
  std::ifstream token_file(dir_ + "/control.token");
  std::string token;
  std::getline(token_file, token);
  hub_control_ = std::make_unique<ControlClient>(
      fmt::format("http://127.0.0.1:{}", ports_.hub_control), Secret(token));
  return {};
}

Result<void> Demo::start_day() {
  if (options_.faults == "storm") TB_CHECK(set_faults("storm", "fault"));
  if (options_.faults == "klaviyo-down" || options_.faults == "bloomreach-hang") {
    fault_plan_ = FaultPlan::waiting;
    TB_CHECK(set_faults("none", "calm"));
  }
  json::Object day;
  day["seconds"] = options_.seconds;
  day["rate"] = options_.rate;
  day["seed"] = options_.seed;
  day["expectations"] = demo_expectations(options_.settling_ms);
  day["subscription"] =
      json::Object{{"url", fmt::format("http://127.0.0.1:{}/sitoo/demo/events", ports_.hub_public)},
                   {"user", demo_events_user},
                   {"password", demo_events_password}};
  TB_TRY(const auto started, sandbox_control_->call("POST", "/control/day", day));
  if (options_.stock) TB_CHECK(start_demo_stock(*sandbox_control_, options_));
  stocktaking_due_ = options_.stocktaking > 0;
  if (stocktaking_due_) TB_CHECK(set_phase("calm"));
  if (options_.till > 0)
    TB_CHECK(start_demo_till(*sandbox_control_, *hub_control_, ports_.hub_public, options_.till,
                             options_.seconds, options_.seed));
  started_ = last_shown_ = clock_.tick();
  return {};
}

Result<void> Demo::live_through_day() {
  const Duration kill_every = std::chrono::seconds{options_.kill_every_s};
  Tick next_kill = started_ + kill_every;
  Tick next_step = started_ + clock_step_every;
  bool closing = false;
  while (true) {
    std::this_thread::sleep_for(tick_pause);
    if (interrupted && !closing) {
      TB_TRY(const auto closed,
             sandbox_control_->call("POST", "/control/day/close", json::Object{}));
      closing = true;
    }
    TB_TRY(const json::Value state, sandbox_control_->call("GET", "/control/state"));
    if (json::boolean(state.as_object(), "day_finished").value_or(false)) break;
    const Tick now = clock_.tick();
    if (options_.kill_every_s > 0 && now >= next_kill) {
      kill_and_restart();
      next_kill = clock_.tick() + kill_every;
    }
    if (options_.faults == "storm" && now >= next_step) {
      step_hub_clock();
      next_step = now + clock_step_every;
    }
    TB_CHECK(follow_fault_plan(now));
    TB_CHECK(follow_stocktaking(now));
    if (!hub_.running()) TB_CHECK(start_hub());
    show(closing ? "closing" : "open");
  }
  return {};
}

Result<void> Demo::set_faults(const std::string& preset, const char* phase) {
  TB_TRY(const auto set,
         sandbox_control_->call("POST", "/control/faults", json::Object{{"preset", preset}}));
  return set_phase(phase);
}

Result<void> Demo::set_phase(const char* phase) {
  TB_TRY(const auto marked,
         sandbox_control_->call("POST", "/control/phase", json::Object{{"name", phase}}));
  return {};
}

Result<void> Demo::follow_stocktaking(Tick now) {
  if (!stocktaking_due_ || now < started_ + std::chrono::seconds{options_.seconds} / 3) return {};
  stocktaking_due_ = false;
  TB_CHECK(set_phase("fault"));
  return take_demo_stock(*sandbox_control_, options_);
}

// The middle third of the day, so that the same day shows how it is without.
Result<void> Demo::follow_fault_plan(Tick now) {
  const Duration third = std::chrono::seconds{options_.seconds} / 3;
  if (fault_plan_ == FaultPlan::waiting && now >= started_ + third) {
    fault_plan_ = FaultPlan::on;
    return set_faults(options_.faults, "fault");
  }
  if (fault_plan_ == FaultPlan::on && now >= started_ + 2 * third) {
    fault_plan_ = FaultPlan::over;
    return set_faults("none", "after");
  }
  return {};
}

void Demo::kill_and_restart() {
  hub_.signal(SIGKILL);
  while (hub_.running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  ++kills_;
  if (const auto again = start_hub(); !again) report(again.error());
}

// Forth and back, an hour and a bit: schedules must not notice.
void Demo::step_hub_clock() {
  const std::int64_t step_ms =
      (clock_.tick().time_since_epoch() / clock_step_every) % 2 == 0 ? 3'700'000 : -3'700'000;
  const auto stepped =
      hub_control_->call("POST", "/api/v1/drills/clock", json::Object{{"step_ms", step_ms}});
  if (!stepped)
    fmt::print(stderr, "the hub's clock could not be stepped: {}\n", stepped.error().what);
}

bool Demo::hub_is_idle() {
  const auto status = hub_control_->call("GET", "/api/v1/status");
  return status && json::boolean(status->as_object(), "idle").value_or(false);
}

bool Demo::till_is_quiet() {
  json::Object figures;
  const auto ended = add_till_figures(*sandbox_control_, figures);
  return ended && *ended;
}

Result<bool> Demo::drain() {
  if (options_.faults != "none") {
    TB_TRY(const auto calm,
           sandbox_control_->call("POST", "/control/faults", json::Object{{"preset", "none"}}));
  }
  // A second without work anywhere; with stock, also time for warehouses that are read by time.
  const int quiet_rounds_needed = options_.stock ? 15 : 5;
  int quiet_rounds = 0;
  const Tick until = clock_.tick() + std::chrono::seconds{options_.drain_s_max};
  while (clock_.tick() < until && quiet_rounds < quiet_rounds_needed) {
    if (!hub_.running()) TB_CHECK(start_hub());
    TB_TRY(const json::Value state, sandbox_control_->call("GET", "/control/state"));
    const bool sent = number(state.as_object(), "events_queued") == 0 &&
                      number(state.as_object(), "events_in_flight") == 0;
    const bool asked = options_.till == 0 || till_is_quiet();
    quiet_rounds = sent && asked && hub_is_idle() ? quiet_rounds + 1 : 0;
    show("closing");
    std::this_thread::sleep_for(tick_pause);
  }
  return quiet_rounds >= quiet_rounds_needed;
}

Result<json::Object> Demo::verdict(bool drained) {
  TB_TRY(const json::Value summary, sandbox_control_->call("GET", "/control/summary"));
  json::Object result = summary.as_object();
  const double wall_s = std::chrono::duration<double>(clock_.tick() - started_).count();
  if (const auto status = hub_control_->call("GET", "/api/v1/status"); status) {
    if (const json::Object* journal = json::object(status->as_object(), "journal"))
      result["hub_journal"] = *journal;
  }
  hub_.stop(std::chrono::seconds{20});
  const double records = std::max(1.0, decimal(result, "records"));
  if (const auto state = sandbox_control_->call("GET", "/control/state"); state) {
    if (const json::Object* counters = json::object(state->as_object(), "klaviyo"))
      result["klaviyo_counters"] = *counters;
  }
  if (options_.till > 0) {
    TB_TRY([[maybe_unused]] const bool ended, add_till_figures(*sandbox_control_, result));
  }
  if (options_.stock) TB_CHECK(add_stock_figures(*sandbox_control_, result));
  if (const auto ratio = isolation_ratio(result);
      ratio && (options_.faults == "klaviyo-down" || options_.stocktaking > 0))
    result["isolation_ratio"] = *ratio;
  result["drained"] = drained;
  result["settling_ms"] = options_.settling_ms;
  result["wall_s"] = wall_s;
  result["cpu_s_per_10k"] = hub_.cpu_seconds() / records * 10'000;
  result["peak_rss_mb"] = hub_.peak_rss_mb();
  result["kills"] = kills_;
  result["faults"] = options_.faults;
  return result;
}

void Demo::show(const char* phase) {
  const Tick now = clock_.tick();
  if (now - last_shown_ < std::chrono::seconds{1}) return;
  const double since_s = std::chrono::duration<double>(now - last_shown_).count();
  last_shown_ = now;
  const auto state = sandbox_control_->call("GET", "/control/state");
  const auto status = hub_control_->call("GET", "/api/v1/status");
  if (!state) return;
  const json::Object& till = state->as_object();
  const auto received = static_cast<std::uint64_t>(number(till, "received"));
  const auto acknowledged = static_cast<std::uint64_t>(number(till, "acknowledged"));
  const double arrivals_per_s =
      static_cast<double>(acknowledged - std::min(acknowledged, shown_acknowledged_)) / since_s;
  const double delivered_per_s =
      static_cast<double>(received - std::min(received, shown_received_)) / since_s;
  shown_received_ = received;
  shown_acknowledged_ = acknowledged;
  const json::Object* stored = status ? json::object(status->as_object(), "journal") : nullptr;
  const auto from_hub = [&](std::string_view key) {
    return stored == nullptr ? 0 : number(*stored, key);
  };
  const double elapsed_s = std::chrono::duration<double>(now - started_).count();
  if (options_.headless) {
    fmt::print(stderr,
               "{:6.1f} s  {}  orders {}  arrivals {} ({:.0f}/s)  delivered {} ({:.0f}/s)  waiting "
               "{}  cases {}\n",
               elapsed_s, phase, number(till, "orders_made"), acknowledged, arrivals_per_s,
               received, delivered_per_s,
               from_hub("arrivals_waiting") + from_hub("deliveries_waiting"),
               from_hub("cases_open"));
    return;
  }
  std::string screen = "\x1b[H\x1b[J";
  screen += fmt::format(
      "Tillbridge demo: Sitoo -> hub -> Bloomreach, Klaviyo (all simulated)       {:7.0f} s   "
      "shops "
      "{}\n\n",
      elapsed_s, phase);
  screen += fmt::format("  orders rung up          {:>10}\n", number(till, "orders_made"));
  screen +=
      fmt::format("  events stored           {:>10}   {:>6.0f}/s\n", acknowledged, arrivals_per_s);
  screen +=
      fmt::format("  accepted by platforms   {:>10}   {:>6.0f}/s\n", received, delivered_per_s);
  screen += fmt::format("  expected, not there yet {:>10}   (settling {} ms)\n",
                        number(till, "missing"), options_.settling_ms);
  if (const auto summary = sandbox_control_->call("GET", "/control/summary"); summary) {
    screen += fmt::format("  lag, till to accepted   {:>10.0f} ms median, {:.0f} ms p99\n",
                          decimal(summary->as_object(), "lag_p50_ms"),
                          decimal(summary->as_object(), "lag_p99_ms"));
  }
  screen += fmt::format("  waiting in the hub      {:>10}   to be read {}, to be sent {}\n",
                        from_hub("arrivals_waiting") + from_hub("deliveries_waiting"),
                        from_hub("arrivals_waiting"), from_hub("deliveries_waiting"));
  screen += fmt::format("  unidentified (guests)   {:>10}\n", from_hub("records_unidentified"));
  screen += fmt::format("  open cases              {:>10}\n", from_hub("cases_open"));
  screen +=
      fmt::format("  journal on disk         {:>10} kB\n\n", from_hub("bytes_on_disk") / 1024);
  screen += fmt::format("  Console: http://localhost:{}   user {}, password {}\n\n",
                        ports_.hub_console, administrator_.name, administrator_.password.reveal());
  screen += fmt::format(
      "  tillbridge journey <order>   tillbridge cases   metrics: http://127.0.0.1:{}/metrics\n",
      ports_.hub_control);
  screen += "  Ctrl-C closes the shops and prints the summary.\n";
  fmt::print("{}", screen);
  std::fflush(stdout);
}

void Demo::print(const json::Object& verdict) const {
  if (options_.json) {
    fmt::print("{}\n", json::to_text(verdict));
    return;
  }
  fmt::print(
      "\nWhat the tills did and what the platforms received, by the sandbox's own ledger:\n");
  for (const char* key : {"acknowledged",
                          "records",
                          "effects_expected",
                          "effects_seen",
                          "missing",
                          "invented",
                          "doubled",
                          "wrong",
                          "out_of_order",
                          "unidentified",
                          "cases",
                          "lag_p50_ms",
                          "lag_p99_ms",
                          "settling_ms",
                          "wall_s",
                          "cpu_s_per_10k",
                          "kills",
                          "till_asked",
                          "till_errors",
                          "till_wrong",
                          "till_from_index",
                          "till_p50_ms",
                          "till_p99_ms",
                          "till_overhead_p99_ms",
                          "stock_changes",
                          "stock_calls",
                          "stock_wrong_at_end",
                          "stock_invented",
                          "stock_backwards",
                          "stock_stale_p50_ms",
                          "stock_stale_p99_ms",
                          "isolation_ratio"}) {
    if (const json::Value* value = verdict.if_contains(key))
      fmt::print(
          "  {:<18} {}\n", key,
          value->is_double() ? fmt::format("{:.1f}", value->get_double()) : json::to_text(*value));
  }
  if (const json::Array* findings = json::array(verdict, "findings");
      findings != nullptr && !findings->empty()) {
    for (const json::Value& finding : *findings) fmt::print("  ! {}\n", json::to_text(finding));
  }
  fmt::print("The journal stays in {}; try: tillbridge journey --data {} <order number>\n", dir_,
             dir_);
}

int demo(const DemoOptions& options) {
  return Demo(options).run();
}

}  // namespace tillbridge::app
