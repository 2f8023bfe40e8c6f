#include "app/klaviyo_connection.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "flows/customer_to_klaviyo.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* klaviyo = "klaviyo";
using connectors::klaviyo::Operation;

// Pacing is the account's there: the dispatch only keeps calls from piling up.
constexpr engine::BudgetSettings unpaced{1'000, 1'000, 0.0};
constexpr std::uint32_t profiles_per_call_max = 25;
constexpr std::uint32_t person_calls_max = 4;

engine::CourierSettings courier_settings(const Workspace& workspace, std::string duty) {
  engine::CourierSettings settings;
  settings.workspace = workspace.name;
  settings.connection = klaviyo;
  settings.duty = std::move(duty);
  settings.dispatch.breaker = workspace.breaker;
  settings.dispatch.retry = workspace.retry;
  settings.dispatch.budget = unpaced;
  settings.dispatch.calls_in_flight_max = person_calls_max;
  return settings;
}

KlaviyoSourceSettings source_settings(const Workspace& workspace) {
  KlaviyoSourceSettings settings;
  settings.connection = klaviyo;
  settings.mapping = flows::customer_mapping_of(workspace.klaviyo_flows);
  settings.categories = workspace.crm.categories;
  settings.country = workspace.sitoo.country;
  settings.numbers_are_ours =
      workspace.klaviyo_flows.external_id_from == model::IdentitySource::crm_customer_id;
  settings.id_prefix = workspace.klaviyo_flows.id_prefix;
  return settings;
}

// A refresh token is good for one use: the newest one is kept, readable by its owner only.
connectors::klaviyo::Config with_kept_token(connectors::klaviyo::Config config,
                                            const std::string& file) {
  std::ifstream kept(file);
  std::string token;
  if (!config.oauth.client_id.empty() && std::getline(kept, token) && !token.empty())
    config.oauth.refresh_token = Secret(token);
  return config;
}

void keep_token(const std::string& file, const Secret& token) {
  const std::string fresh = file + ".new";
  const mode_t before = ::umask(0077);
  std::ofstream out(fresh);
  out << token.reveal() << '\n';
  out.close();
  ::umask(before);
  std::error_code failed;
  std::filesystem::rename(fresh, file, failed);
  if (!out || failed) {
    telemetry::log(telemetry::Level::error, "refresh_token_not_kept",
                   {{"file", file}, {"do", "make the folder writable, else the next start fails"}});
  }
}

}  // namespace

KlaviyoConnection::KlaviyoConnection(Surroundings on, const Workspace& workspace,
                                     engine::LagBoard& lag, ConsentBook& consents,
                                     const std::string& keep_token_in)
    : TargetConnection(klaviyo, workspace.klaviyo_mode),
      account_(on.loop, on.transport, on.clock, with_kept_token(workspace.klaviyo, keep_token_in)),
      reads_(on.clock, unpaced, workspace.breaker),
      source_(account_, reads_, source_settings(workspace)),
      profiles_(account_, on.journal, workspace.name),
      consent_poll_(on, workspace.name, workspace.klaviyo_consent_poll_every, account_, consents),
      comparison_(on, workspace, account_, [this](const journal::OpenDelivery& delivery) {
        constexpr bool was_blocked = false;
        send_again(delivery, was_blocked);
      }) {
  if (workspace.crm_served && workspace.crm_source == klaviyo)
    account_.keep_for_tills(workspace.crm_till_share);
  account_.client().on_refresh_token(
      [keep_token_in](const Secret& token) { keep_token(keep_token_in, token); });
  const KlaviyoParts parts{on.clock,
                           on.ids,
                           workspace.name,
                           account_,
                           profiles_,
                           consents,
                           workspace.klaviyo_double_opt_in,
                           workspace.klaviyo_consent_fresh};
  const auto add = [&](std::unique_ptr<engine::Channel> channel, std::vector<std::string> flows,
                       engine::CourierSettings settings) {
    Carrier carrier;
    carrier.flows = std::move(flows);
    carrier.channel = std::move(channel);
    carrier.courier =
        std::make_unique<engine::Courier>(on.loop, on.clock, on.journal, on.ids, on.metrics, lag,
                                          std::move(settings), *carrier.channel);
    carriers_.push_back(std::move(carrier));
  };
  auto events = courier_settings(workspace, "events");
  events.dispatch.calls_in_flight_max = workspace.klaviyo.requests_in_flight_max;
  events.dispatch.request_per_part = true;
  events.dispatch.budget = account_.budget_of(Operation::create_event);
  events.dispatch.bulk = engine::DispatchSettings::Bulk{
      account_.budget_of(Operation::create_events),
      static_cast<std::uint32_t>(workspace.klaviyo.events_per_job_max)};
  add(std::make_unique<KlaviyoEventChannel>(parts), {}, std::move(events));
  auto profiles = courier_settings(workspace, "profiles");
  profiles.dispatch.parts_per_call_max = profiles_per_call_max;
  add(std::make_unique<KlaviyoProfileChannel>(parts), {"customer_update_to_klaviyo"},
      std::move(profiles));
  auto acts = courier_settings(workspace, "consents");
  acts.dispatch.parts_per_call_max = 1;
  add(std::make_unique<KlaviyoConsentChannel>(parts), {"consent_to_klaviyo"}, std::move(acts));
  take_up_mode();
}

std::vector<std::string> KlaviyoConnection::flows() const {
  return {"sale_to_klaviyo",     "return_to_klaviyo",          "cancellation_to_klaviyo",
          "customer_to_klaviyo", "customer_update_to_klaviyo", "consent_to_klaviyo"};
}

void KlaviyoConnection::start(TaskGroup& tasks) {
  TargetConnection::start(tasks);
  tasks.start(consent_poll_.run());
  tasks.start(comparison_.run());
}

void KlaviyoConnection::request_stop() {
  consent_poll_.request_stop();
  comparison_.request_stop();
  TargetConnection::request_stop();
  account_.request_stop();
}

json::Object KlaviyoConnection::status() const {
  json::Object out = TargetConnection::status();
  out["comparison"] = comparison_.last();
  return out;
}

}  // namespace tillbridge::app
