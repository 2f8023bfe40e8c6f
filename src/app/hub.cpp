#include "app/hub.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "app/desk/settings_desk.h"
#include "app/fixed_settings.h"
#include "app/journal_place.h"
#include "app/lease_figures.h"
#include "app/listener_settings.h"
#include "app/outbound_settings.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration stop_grace = std::chrono::seconds{5};
constexpr int http_ok = 200;
constexpr int http_unavailable = 503;

// "": a certificate would have to name the loopback address.
std::string url_from_here(const Listener& listener, std::uint16_t port) {
  if (!listener.tls_certificate_file.empty()) return {};
  const bool everywhere = listener.address == "0.0.0.0" || listener.address == "::";
  const bool v6 = !everywhere && listener.address.find(':') != std::string::npos;
  const std::string host = everywhere ? "127.0.0.1"
                           : v6       ? "[" + listener.address + "]"
                                      : listener.address;
  return fmt::format("http://{}:{}", host, port);
}

Task<http::Reply> put_off() {
  http::Reply reply;
  reply.status = http_unavailable;
  co_return reply;
}

}  // namespace

Hub::Hub(Loop& loop, SystemClock& clock, Config config, HubOptions options)
    : loop_(loop),
      clock_(clock),
      config_(std::move(config)),
      options_(options),
      tasks_(loop, [](const std::string& what) {
        telemetry::log(telemetry::Level::error, "task_failed", {{"what", what}});
      }) {}

Hub::~Hub() {
  if (options_.leading != nullptr) options_.leading->shows_in(nullptr);
}

Task<Result<void>> Hub::start() {
  if (options_.leading != nullptr) {
    options_.leading->shows_in(&metrics_);
  } else {
    show_alone(metrics_);
  }
  TB_CO_CHECK(open_journal());
  std::function<Result<std::uint64_t>(journal::Reader&)> highest = [](journal::Reader& reader) {
    return reader.highest_id();
  };
  const auto above = co_await journal_->read<std::uint64_t>(std::move(highest));
  if (!above) co_return fail(above.error());
  ids_ = std::make_unique<IdSource>(clock_, options_.node, *above);
  TB_CO_CHECK(co_await apply_edited_settings(config_, options_.file, *journal_));
  transport_ =
      std::make_unique<outbound::CurlTransport>(loop_, metrics_, outbound_settings(config_));
  mailer_ = std::make_unique<outbound::CurlMailer>(loop_, metrics_);
  for (const Workspace& workspace : config_.workspaces) {
    const auto held = co_await hold_fixed_settings(workspace, *journal_, clock_);
    if (!held) co_return fail(held.error());
    const auto version = co_await store_settings(workspace);
    if (!version) co_return fail(version.error());
    const Surroundings surroundings{loop_, clock_, *journal_, *ids_, metrics_, *transport_};
    workspaces_.push_back(std::make_unique<WorkspaceRuntime>(surroundings, workspace, *version,
                                                             config_.hub.data_dir));
  }
  operations_ =
      std::make_unique<HubOperations>(clock_, *journal_, *ids_, workspaces_, options_.drills);
  TB_CO_CHECK(co_await share_work());
  take_up_ = std::make_unique<TakeUp>(loop_, *journal_, workspaces_, *above, end_process);
  TB_CO_CHECK(co_await take_up_->begin());
  TB_CO_TRY(Secret token, control_token());
  const Surroundings surroundings{loop_, clock_, *journal_, *ids_, metrics_, *transport_};
  ConsoleParts parts{surroundings, config_,          options_.file, *operations_,  workspaces_,
                     *mailer_,     std::move(token), options_.demo, options_.renew};
  console_ = std::make_unique<Console>(std::move(parts));
  journal_->on_committed([this, lives = std::weak_ptr(lives_)](const journal::Step& step) {
    if (!lives.expired()) console_->stored(step);
  });
  TB_CO_CHECK(co_await console_->start(tasks_));
  TB_CO_CHECK(build_public_server());
  for (const auto& workspace : workspaces_) workspace->start(tasks_);
  tasks_.start(take_up_and_follow());
  operations_->set_public_url(url_from_here(config_.hub.listen, public_port()));
  operations_->set_ready(true);
  telemetry::log(telemetry::Level::info, "ready",
                 {{"public_port", public_port()}, {"control_port", control_port()}});
  if (options_.announce) announce();
  co_return Result<void>{};
}

Result<void> Hub::open_journal() {
  std::error_code error;
  std::filesystem::create_directories(config_.hub.data_dir, error);
  if (error)
    return fail(Error::Kind::unavailable, fmt::format("the data folder {} cannot be made: {}",
                                                      config_.hub.data_dir, error.message()));
  JournalPlace place = journal_place(config_);
  place.allow_volatile = options_.allow_volatile;
  place.node = options_.node;
  if (options_.leading != nullptr) place.fence = options_.leading->fence();
  TB_TRY(journal_, start_journal(loop_, clock_, metrics_, config_, place));
  return {};
}

// Before work is read: what others change from then on is followed.
Task<Result<void>> Hub::share_work() {
  if (options_.leading == nullptr) co_return Result<void>{};
  SharedWork::Parts parts;
  parts.carry = [this](const engine::ShardSet& shards) {
    for (const auto& workspace : workspaces_) workspace->carry(shards);
  };
  parts.under_way_in = [this](const engine::ShardSet& shards) {
    return std::any_of(workspaces_.begin(), workspaces_.end(),
                       [&](const auto& one) { return one->under_way_in(shards); });
  };
  parts.changed = [this](const journal::OpenDelivery& delivery) {
    const auto known = std::find_if(workspaces_.begin(), workspaces_.end(), [&](const auto& one) {
      return one->name() == delivery.workspace;
    });
    if (known != workspaces_.end() && !(*known)->changed_elsewhere(delivery)) return false;
    changed_elsewhere(delivery);
    return true;
  };
  parts.heard = [this](const engine::BreakerNews& news) {
    for (const auto& workspace : workspaces_) {
      if (workspace->name() == news.workspace) workspace->heard(news);
    }
  };
  shared_ = std::make_unique<SharedWork>(loop_, clock_, *journal_, *options_.leading,
                                         config_.journal.url, options_.node, std::move(parts));
  for (const auto& workspace : workspaces_)
    workspace->tell_breakers([this](const engine::BreakerNews& news) { shared_->tell(news); });
  TB_CO_CHECK(co_await shared_->begin());
  TB_CO_CHECK(co_await withdraw_other_settings());
  shared_->lead();
  co_return Result<void>{};
}

// The others go by the newest settings: a workspace that this hub does not have has none any more.
Task<Result<void>> Hub::withdraw_other_settings() {
  TB_CO_TRY(const auto newest, co_await shared_->newest_settings());
  journal::Step step;
  for (const auto& [name, settings] : newest) {
    const bool is_known = std::any_of(workspaces_.begin(), workspaces_.end(),
                                      [&](const auto& one) { return one->name() == name; });
    if (is_known || settings.document.empty()) continue;
    step.settings.push_back(
        {name, settings.version + 1, clock_.now(), "not in the configuration file", ""});
  }
  if (step.settings.empty()) co_return Result<void>{};
  const auto stored = co_await journal_->commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

// The console shows it as if it had been stored from here.
void Hub::changed_elsewhere(const journal::OpenDelivery& delivery) {
  if (!console_) return;
  journal::Step step;
  journal::UpdateDelivery update;
  update.id = delivery.id;
  update.workspace = delivery.workspace;
  update.state = delivery.state;
  step.delivery_updates.push_back(std::move(update));
  console_->stored(step);
}

Task<void> Hub::take_up_and_follow() {
  co_await take_up_->run();
  if (shared_) co_await shared_->run();
}

// A settings document that changed since the last start gets a new version; records say which one
// planned them.
Task<Result<std::uint32_t>> Hub::store_settings(const Workspace& workspace) {
  const std::string document = effective_document(workspace);
  std::function<Result<std::optional<journal::SettingsVersion>>(journal::Reader&)> query =
      [name = workspace.name](journal::Reader& reader) { return reader.latest_settings(name); };
  const auto latest =
      co_await journal_->read<std::optional<journal::SettingsVersion>>(std::move(query));
  if (!latest) co_return fail(latest.error());
  if (*latest && (*latest)->document == document) co_return (*latest)->version;
  const std::uint32_t version = *latest ? (*latest)->version + 1 : 1;
  journal::Step step;
  step.settings.push_back({workspace.name, version, clock_.now(), "configuration file", document});
  const auto stored = co_await journal_->commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return version;
}

Result<Secret> Hub::control_token() const {
  const std::string file = config_.hub.data_dir + "/control.token";
  if (std::ifstream existing(file); existing) {
    std::string text;
    std::getline(existing, text);
    if (!text.empty()) return Secret(text);
  }
  std::array<std::byte, 32> bytes{};
  fill_secure(bytes);
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  const mode_t before = ::umask(0077);
  std::ofstream fresh(file);
  fresh << text << '\n';
  fresh.close();
  ::umask(before);
  if (!fresh)
    return fail(Error::Kind::unavailable,
                fmt::format("the control token cannot be written to {}", file));
  return Secret(text);
}

void Hub::announce() const {
  std::printf("{\"public_port\":%u,\"control_port\":%u,\"console_port\":%u}\n", public_port(),
              control_port(), console_port());
  std::fflush(stdout);
}

Result<void> Hub::build_public_server() {
  const http::Handler events = [this](http::Request request) {
    return receive_events(std::move(request));
  };
  public_routes_.add("POST", "/sitoo/{workspace}/events", events);
  if (workspaces_.size() == 1) public_routes_.add("POST", "/events", events);
  public_routes_.add("POST", "/klaviyo/{workspace}/webhooks",
                     [this](http::Request request) { return receive_webhook(std::move(request)); });
  public_routes_.add("POST", "/feed/{workspace}/orders", [this](http::Request request) {
    return receive_order_event(std::move(request));
  });
  public_server_ = std::make_unique<http::Server>(
      loop_, clock_, metrics_, server_settings(config_.hub.listen, "public"),
      [this](http::Request request) { return receive_public(std::move(request)); });
  return public_server_->start();
}

// A register's own routes are settings of its workspace: everything below its address is handed on.
// What only hands on here, and below, is no coroutine: each would cost every event a frame of its
// own.
Task<http::Reply> Hub::receive_public(http::Request request) {
  constexpr std::string_view below = "/crm/";
  if (!request.path.starts_with(below)) return public_routes_.handle(std::move(request));
  const std::string rest = request.path.substr(below.size());
  const std::string named = rest.substr(0, rest.find('/'));
  TillRegister* only = nullptr;
  for (const auto& workspace : workspaces_) {
    TillRegister* const served = workspace->till_register();
    if (served == nullptr) continue;
    if (workspace->name() == named) return served->receive(std::move(request));
    if (workspaces_.size() == 1) only = served;
  }
  if (only != nullptr) return only->receive(std::move(request));
  return public_routes_.handle(std::move(request));
}

Task<http::Reply> Hub::receive_events(http::Request request) {
  const std::string wanted(request.capture("workspace"));
  for (const auto& workspace : workspaces_) {
    if (workspace->name() != wanted && !wanted.empty()) continue;
    const bool shared = std::any_of(workspaces_.begin(), workspaces_.end(), [&](const auto& other) {
      return other->settings().events_from == workspace->name();
    });
    return shared ? receive_for_all(*workspace, std::move(request))
                  : workspace->receiver().receive(std::move(request));
  }
  // Sitoo drops what is answered 404, and a workspace taken out of the configuration is most likely
  // a mistake.
  telemetry::log(telemetry::Level::error, "events_for_unknown_workspace", {{"workspace", wanted}});
  return put_off();
}

// Every market that lives on these events has them before Sitoo is told so.
Task<http::Reply> Hub::receive_for_all(WorkspaceRuntime& first, http::Request request) {
  http::Request copy = request;
  http::Reply reply = co_await first.receiver().receive(std::move(copy));
  for (const auto& workspace : workspaces_) {
    if (reply.status != http_ok || workspace->settings().events_from != first.name()) continue;
    copy = request;
    reply = co_await workspace->receiver().receive(std::move(copy));
  }
  co_return reply;
}

Task<http::Reply> Hub::receive_webhook(http::Request request) {
  const std::string wanted(request.capture("workspace"));
  for (const auto& workspace : workspaces_) {
    KlaviyoWebhooks* const webhooks = workspace->klaviyo_webhooks();
    if (workspace->name() == wanted && webhooks != nullptr)
      return webhooks->receive(std::move(request));
  }
  // Likewise: Klaviyo sends again what is answered 503.
  telemetry::log(telemetry::Level::error, "webhook_for_unknown_workspace", {{"workspace", wanted}});
  return put_off();
}

Task<http::Reply> Hub::receive_order_event(http::Request request) {
  const std::string wanted(request.capture("workspace"));
  for (const auto& workspace : workspaces_) {
    OrderFeed* const feed = workspace->order_feed();
    if (workspace->name() == wanted && feed != nullptr) return feed->receive(std::move(request));
  }
  // Likewise: a retailer's own system may take 404 for an answer.
  telemetry::log(
      telemetry::Level::error, "order_event_for_unknown_workspace",
      {{"workspace", wanted}, {"do", "add [workspace.feed], or correct the sender's url"}});
  return put_off();
}

Task<bool> Hub::make_way(Duration at_most) {
  if (!co_await console_->finish_acts(at_most)) co_return false;
  take_up_->request_stop();
  if (shared_) shared_->request_stop();
  for (const auto& workspace : workspaces_) workspace->request_stop();
  console_->request_stop();
  tasks_.request_stop();
  co_await tasks_.join();
  co_return true;
}

Task<void> Hub::stop() {
  if (operations_) operations_->set_ready(false);
  if (public_server_) co_await public_server_->stop(stop_grace);
  if (take_up_) take_up_->request_stop();
  if (shared_) shared_->request_stop();
  for (const auto& workspace : workspaces_) workspace->request_stop();
  if (console_) console_->request_stop();
  tasks_.request_stop();
  co_await tasks_.join();
  if (console_) co_await console_->stop();
  shared_.reset();
  lives_.reset();
  transport_.reset();
  mailer_.reset();
  if (journal_) journal_->stop();
  telemetry::log(telemetry::Level::info, "stopped");
}

}  // namespace tillbridge::app
