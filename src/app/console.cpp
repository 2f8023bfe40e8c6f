#include "app/console.h"

#include <cstdio>
#include <fstream>
#include <span>

#include <fmt/format.h>
#include <sys/stat.h>

#include "api/gate.h"
#include "api/rooms.h"
#include "app/alerts/alert_watch.h"
#include "app/desk/bulk_actions.h"
#include "app/desk/privacy_platforms.h"
#include "app/desk/record_acts.h"
#include "app/desk/settings_desk.h"
#include "app/listener_settings.h"
#include "app/provider_call.h"
#include "http/static_files.h"
#include "telemetry/log.h"

namespace tillbridge {
std::span<const http::StaticFile> handbook_files();
std::span<const http::StaticFile> console_files();
}  // namespace tillbridge

namespace tillbridge::app {
namespace {

// The console's own files only: nothing from elsewhere, no scripts or styles in the page, in no
// frame.
constexpr const char* content_security_policy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

std::vector<http::Header> security_headers(bool over_tls) {
  std::vector<http::Header> headers{{"Content-Security-Policy", content_security_policy},
                                    {"X-Content-Type-Options", "nosniff"},
                                    {"X-Frame-Options", "DENY"},
                                    {"Referrer-Policy", "no-referrer"},
                                    {"Cross-Origin-Opener-Policy", "same-origin"},
                                    {"Permissions-Policy", "camera=(), microphone=()"}};
  if (over_tls) headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
  return headers;
}

std::vector<std::pair<std::string_view, std::string_view>> pages_of(
    std::span<const http::StaticFile> files) {
  std::vector<std::pair<std::string_view, std::string_view>> pages;
  for (const http::StaticFile& file : files) pages.emplace_back(file.path, file.body);
  return pages;
}

std::vector<std::string> names_of(const Config& config) {
  std::vector<std::string> names;
  for (const Workspace& one : config.workspaces) names.push_back(one.name);
  return names;
}

WorkspaceRuntime* find(const ConsoleParts& parts, const std::string& name) {
  for (const auto& one : parts.workspaces) {
    if (one->name() == name) return one.get();
  }
  return nullptr;
}

bool sends(const TargetConnection* connection) {
  const json::Object status = connection->status();
  return !json::boolean(status, "paused").value_or(false) &&
         json::text(status, "mode").value_or("") == "live";
}

std::vector<PrivacyPlatform> privacy_platforms(const ConsoleParts& parts,
                                               const std::string& workspace) {
  std::vector<PrivacyPlatform> platforms;
  WorkspaceRuntime* const found = find(parts, workspace);
  if (found == nullptr) return platforms;
  if (KlaviyoConnection* const klaviyo = found->klaviyo(); klaviyo != nullptr)
    platforms.push_back(klaviyo_privacy(klaviyo->account(), [klaviyo] { return sends(klaviyo); }));
  if (BloomreachConnection* const bloomreach = found->bloomreach(); bloomreach != nullptr) {
    platforms.push_back(bloomreach_privacy(bloomreach->customers(),
                                           found->settings().bloomreach_flows,
                                           [bloomreach] { return sends(bloomreach); }));
  }
  for (const RelaySettings& relay : found->settings().relays)
    platforms.push_back(relay_privacy(relay.endpoint.name));
  return platforms;
}

PrivacyParts privacy_parts(const ConsoleParts& parts) {
  PrivacyParts made{parts.on.loop, parts.on.clock, parts.on.journal, parts.on.ids, {}, {}};
  made.platforms = [&parts](const std::string& workspace) {
    return privacy_platforms(parts, workspace);
  };
  made.drop = [&parts](const std::string& workspace, const journal::OpenDelivery& delivery) {
    WorkspaceRuntime* const found = find(parts, workspace);
    TargetConnection* const target =
        found == nullptr ? nullptr : found->connection(delivery.connection);
    if (target != nullptr) target->erased(delivery);
  };
  return made;
}

AlertWatchParts alert_parts(const ConsoleParts& parts, api::LiveFeed& live) {
  AlertWatchParts made{
      parts.on, parts.mailer, {}, {}, parts.config.hub.console_url, parts.config.hub.data_dir, {}};
  made.status = [&parts] { return parts.operations.status(); };
  made.changed = [&live](std::string topic) { live.changed(std::move(topic)); };
  for (const Workspace& one : parts.config.workspaces)
    made.workspaces.push_back({one.name, one.zone, one.lag_alert, one.lag_recover});
  return made;
}

AlertWatchSettings alert_settings(const ConsoleParts& parts) {
  AlertWatchSettings settings;
  settings.sending.allow_private_urls = parts.config.hub.alerts_to_private_addresses;
  settings.sending.ca_file = parts.config.outbound.ca_file;
  return settings;
}

PrivacySettings privacy_settings(const ConsoleParts& parts) {
  PrivacySettings settings;
  for (const auto& one : parts.workspaces)
    settings.workspaces.push_back({one->name(), one->settings().crm.country, &one->turns()});
  return settings;
}

}  // namespace

struct Console::State {
  explicit State(ConsoleParts given);

  Task<http::Reply> receive(http::Request request);
  Result<void> write_first_run_code() const;
  double calls_per_second(const std::string& workspace, const std::string& connection) const;

  ConsoleParts parts;
  bool over_tls;
  api::JournalShelf shelf;
  api::PasswordHasher hasher;
  api::Accounts accounts;
  ProviderCall provider_call;
  std::unique_ptr<api::SingleSignOn> single_sign_on;
  api::LiveFeed live;
  Turns turns;
  desk::Handbook handbook;
  HubBulkActions bulk;
  AlertWatch alerts;
  HubSettingsDesk settings;
  HubPrivacyDesk privacy;
  api::Rooms rooms;
  api::Gate control_gate;
  api::Gate console_gate;
  http::Router control_routes;
  http::Router console_routes;
  http::StaticFiles pages;
  std::unique_ptr<http::Server> control_server;
  std::unique_ptr<http::Server> console_server;
};

Console::State::State(ConsoleParts given)
    : parts(std::move(given)),
      over_tls(!parts.config.hub.console.tls_certificate_file.empty()),
      shelf(parts.on.journal, parts.on.clock),
      hasher(parts.on.loop),
      accounts(parts.on.loop, parts.on.clock, shelf, hasher),
      provider_call(parts.on.transport),
      single_sign_on(parts.config.hub.single_sign_on
                         ? std::make_unique<api::SingleSignOn>(parts.on.loop, parts.on.clock,
                                                               provider_call,
                                                               *parts.config.hub.single_sign_on)
                         : nullptr),
      live(parts.on.loop),
      turns(parts.on.loop),
      handbook(pages_of(handbook_files())),
      bulk(BulkParts{parts.on.loop, parts.on.clock, parts.on.journal, parts.on.ids,
                     parts.operations.record_acts(),
                     [this](const std::string& workspace, const std::string& connection) {
                       return calls_per_second(workspace, connection);
                     },
                     [this] { live.changed("bulk"); }},
           BulkSettings{.workspaces = names_of(parts.config)}),
      alerts(alert_parts(parts, live), alert_settings(parts)),
      settings(parts.on.clock, parts.on.journal, parts.config, parts.file, parts.renew),
      privacy(privacy_parts(parts), privacy_settings(parts)),
      rooms{parts.operations,
            parts.on.journal,
            parts.on.metrics,
            parts.on.clock,
            parts.on.ids,
            accounts,
            single_sign_on.get(),
            live,
            turns,
            handbook,
            parts.operations.record_acts(),
            bulk,
            alerts,
            settings,
            privacy,
            parts.demo},
      control_gate(rooms, api::GateSettings{parts.control_token, false, true}),
      console_gate(rooms, api::GateSettings{Secret(), over_tls, false}),
      pages(security_headers(over_tls)) {
  control_gate.bind(control_routes);
  console_gate.bind(console_routes);
  for (const http::StaticFile& file : console_files()) pages.add(file);
}

double Console::State::calls_per_second(const std::string& workspace,
                                        const std::string& connection) const {
  WorkspaceRuntime* const found = find(parts, workspace);
  const TargetConnection* const target = found == nullptr ? nullptr : found->connection(connection);
  if (target == nullptr) return 0;
  const json::Object status = target->status();
  const json::Value* const rate = status.if_contains("calls_per_second_max");
  return rate != nullptr && rate->is_number() ? rate->to_number<double>() : 0;
}

// Pages of the console for whoever asks; what is below /api/ is the gate's.
Task<http::Reply> Console::State::receive(http::Request request) {
  if (!request.path.starts_with("/api/")) {
    if (auto page = pages.serve(request)) co_return std::move(*page);
  }
  http::Reply reply = co_await console_routes.handle(std::move(request));
  for (http::Header& header : security_headers(over_tls))
    reply.headers.push_back(std::move(header));
  co_return reply;
}

// Beside the control token, for whoever may read the data folder; gone once there is an account.
Result<void> Console::State::write_first_run_code() const {
  const std::string file = parts.config.hub.data_dir + "/first-run.code";
  const auto code = accounts.first_run_code();
  if (!code) {
    (void)std::remove(file.c_str());
    return {};
  }
  const mode_t before = ::umask(0077);
  std::ofstream out(file, std::ios::trunc);
  out << code->reveal() << '\n';
  out.close();
  ::umask(before);
  if (!out)
    return fail(Error::Kind::unavailable,
                fmt::format("the first run's code cannot be written to {}", file));
  telemetry::log(telemetry::Level::info, "first_run",
                 {{"do", "make the first administrator in the console"}, {"code_file", file}});
  return {};
}

Console::Console(ConsoleParts parts) : state_(std::make_unique<State>(std::move(parts))) {}

Console::~Console() = default;

Task<Result<void>> Console::start(TaskGroup& tasks) {
  State& state = *state_;
  const Surroundings& on = state.parts.on;
  const HubSettings& hub = state.parts.config.hub;
  TB_CO_CHECK(co_await state.accounts.load());
  if (hub.console_served) TB_CO_CHECK(state.write_first_run_code());
  auto control = server_settings(hub.control, "control");
  control.handle_time_max = std::chrono::hours{1};  // a backup of a large journal takes its time
  state.control_server = std::make_unique<http::Server>(
      on.loop, on.clock, on.metrics, std::move(control), state.control_routes.as_handler());
  TB_CO_CHECK(state.control_server->start());
  if (hub.console_served) {
    auto console = server_settings(hub.console, "console");
    console.handle_time_max = std::chrono::minutes{10};  // comparisons and validation
    state.console_server = std::make_unique<http::Server>(
        on.loop, on.clock, on.metrics, std::move(console),
        [&state](http::Request request) { return state.receive(std::move(request)); });
    TB_CO_CHECK(state.console_server->start());
  }
  state.bulk.start(tasks);
  tasks.start(state.live.run());
  tasks.start(state.alerts.run());
  tasks.start(state.privacy.run());
  co_return Result<void>{};
}

void Console::request_stop() {
  state_->bulk.request_stop();
  state_->live.request_stop();
  state_->alerts.request_stop();
  state_->privacy.request_stop();
}

// Acts that wait for a platform may take minutes: nothing is taken away from under them.
Task<bool> Console::finish_acts(Duration at_most) {
  State& state = *state_;
  state.control_gate.close();
  state.console_gate.close();
  const Tick until = state.parts.on.clock.tick() + at_most;
  constexpr Duration pause = std::chrono::milliseconds{20};
  while (state.control_gate.under_way() + state.console_gate.under_way() > 0) {
    if (state.parts.on.clock.tick() >= until) {
      state.control_gate.open();
      state.console_gate.open();
      co_return false;
    }
    co_await sleep_for(state.parts.on.loop, pause);
  }
  co_return true;
}

Task<void> Console::stop() {
  constexpr Duration grace = std::chrono::seconds{1};
  if (state_->console_server) co_await state_->console_server->stop(grace);
  if (state_->control_server) co_await state_->control_server->stop(grace);
}

void Console::stored(const journal::Step& step) {
  state_->live.stored(step);
  state_->alerts.stored(step);
}

std::uint16_t Console::control_port() const {
  return state_->control_server ? state_->control_server->port() : 0;
}

std::uint16_t Console::console_port() const {
  return state_->console_server ? state_->console_server->port() : 0;
}

}  // namespace tillbridge::app
