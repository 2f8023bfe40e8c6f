#pragma once
// POST /klaviyo/{workspace}/webhooks (klaviyo.md 11.3): check the signature, keep what people
// decided, answer 200 once everything is durable. 401 for a wrong signature, 400 for a body that is
// none, 503 for anything that may pass. Core thread.

#include <string>
#include <vector>

#include "app/klaviyo_consent.h"
#include "app/surroundings.h"
#include "connectors/klaviyo/webhook.h"
#include "http/message.h"

namespace tillbridge::app {

class KlaviyoWebhooks {
 public:
  KlaviyoWebhooks(Surroundings on, std::string workspace, KlaviyoAccount& account,
                  ConsentBook& consents);

  Task<http::Reply> receive(http::Request request);

 private:
  using Entries = std::vector<connectors::klaviyo::WebhookEntry>;
  Task<Result<void>> keep(Entries entries);
  // Klaviyo names some people by their profile only.
  Task<Result<Entries>> with_addresses(Entries entries);

  std::string workspace_;
  KlaviyoAccount& account_;
  ConsentBook& consents_;
  telemetry::Counter received_, refused_, put_off_;
};

}  // namespace tillbridge::app
