#include "app/klaviyo_webhooks.h"

#include "base/json.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;

std::string& address_in(klaviyo::WebhookEntry& entry) {
  return entry.channel == model::ConsentChannel::email ? entry.email : entry.phone_number;
}

// "PREFERENCE_PAGE" where the event says so, else what happened.
std::string method_of(const klaviyo::WebhookEntry& entry) {
  const auto parsed = json::parse(entry.raw);
  const json::Object* at = parsed ? parsed->if_object() : nullptr;
  for (const char* step : {"payload", "data", "attributes", "event_properties"}) {
    if (at != nullptr) at = json::object(*at, step);
  }
  std::string method = at == nullptr ? "" : json::text(*at, "method").value_or("");
  return method.empty() ? entry.topic.substr(entry.topic.rfind('.') + 1) : method;
}

}  // namespace

KlaviyoWebhooks::KlaviyoWebhooks(Surroundings on, std::string workspace, KlaviyoAccount& account,
                                 ConsentBook& consents)
    : workspace_(std::move(workspace)), account_(account), consents_(consents) {
  const telemetry::Labels labels{{"workspace", workspace_}, {"connection", "klaviyo"}};
  received_ = on.metrics.counter("tillbridge_webhook_entries_total",
                                 "Entries of webhooks that were taken, all topics", labels);
  refused_ = on.metrics.counter("tillbridge_webhooks_refused_total",
                                "Webhooks with a wrong signature or an unknown form", labels);
  put_off_ = on.metrics.counter("tillbridge_webhooks_put_off_total",
                                "Webhooks answered 503 because they could not be kept", labels);
}

Task<http::Reply> KlaviyoWebhooks::receive(http::Request request) {
  http::Reply reply;
  if (!klaviyo::signature_is_right(account_.config().webhook_secret, request.body,
                                   request.header("Klaviyo-Timestamp"),
                                   request.header("Klaviyo-Signature"))) {
    refused_.add();
    telemetry::log(telemetry::Level::error, "webhook_refused",
                   {{"workspace", workspace_},
                    {"peer", request.peer},
                    {"do",
                     "compare the webhook's secret at Klaviyo with webhook_secret in the "
                     "configuration"}});
    reply.status = 401;
    co_return reply;
  }
  auto entries = klaviyo::webhook_entries(request.body, request.header("Klaviyo-Webhook-Id"));
  if (!entries) {
    refused_.add();
    telemetry::log(telemetry::Level::error, "webhook_not_understood",
                   {{"workspace", workspace_}, {"what", entries.error().what}});
    reply.status = 400;
    co_return reply;
  }
  const auto count = static_cast<double>(entries->size());
  const auto kept = co_await keep(std::move(*entries));
  if (!kept) {
    put_off_.add();
    telemetry::log(telemetry::Level::warning, "webhook_put_off",
                   {{"workspace", workspace_}, {"what", kept.error().what}});
    reply.status = 503;
    reply.headers.push_back({"Retry-After", "5"});
    co_return reply;
  }
  received_.add(count);
  co_return reply;
}

Task<Result<void>> KlaviyoWebhooks::keep(Entries entries) {
  std::erase_if(entries, [](const klaviyo::WebhookEntry& entry) { return !entry.channel; });
  auto named = co_await with_addresses(std::move(entries));
  if (!named) co_return fail(named.error());
  for (klaviyo::WebhookEntry& entry : *named) {
    KlaviyoFinding said;
    said.address = address_in(entry);
    if (said.address.empty()) continue;  // deleted since
    said.key = event_key(entry.event_id);
    said.via = journal::ArrivalSource::event;
    said.channel = *entry.channel;
    said.entry.state = entry.state;
    said.entry.decided_at = entry.at;
    said.entry.source = "Klaviyo: " + method_of(entry);
    said.payload = std::move(entry.raw);
    const auto kept = co_await keep_finding(consents_, std::move(said));
    if (!kept) co_return fail(kept.error());
  }
  co_return Result<void>{};
}

Task<Result<KlaviyoWebhooks::Entries>> KlaviyoWebhooks::with_addresses(Entries entries) {
  for (const auto channel : {model::ConsentChannel::email, model::ConsentChannel::sms}) {
    std::vector<std::string> nameless;
    for (klaviyo::WebhookEntry& entry : entries) {
      if (entry.channel == channel && address_in(entry).empty())
        nameless.push_back(entry.profile_id);
    }
    const auto addresses = co_await addresses_of(account_, std::move(nameless), channel);
    if (!addresses) co_return fail(addresses.error());
    for (klaviyo::WebhookEntry& entry : entries) {
      const auto found = addresses->find(entry.profile_id);
      if (entry.channel == channel && address_in(entry).empty() && found != addresses->end())
        address_in(entry) = found->second;
    }
  }
  co_return entries;
}

}  // namespace tillbridge::app
