#pragma once
// Klaviyo's signed webhooks (klaviyo.md 11.3): bytes -> consent changes. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/tracking.h"

namespace tillbridge::connectors::klaviyo {

// Lower-case hex HMAC-SHA256 over the body followed by the Klaviyo-Timestamp text, compared in
// constant time. False with an empty secret.
bool signature_is_right(const Secret& secret, std::string_view body, std::string_view timestamp,
                        std::string_view signature);

struct WebhookEntry {
  std::string event_id;  // idempotency key
  std::string topic;     // "event:klaviyo.unsubscribed_from_email_marketing"
  std::string profile_id;
  std::string email;  // as far as the event names it
  std::string phone_number;
  Instant at;
  // What it says about consent; nullopt: nothing (other topics).
  std::optional<model::ConsentChannel> channel;
  model::ConsentState state = model::ConsentState::unknown;
  std::string raw;  // the entry as it came
};
// invalid_input: not the documented shape, or the header's webhook id differs from the body's.
Result<std::vector<WebhookEntry>> webhook_entries(std::string_view body,
                                                  std::string_view webhook_id_header);
// The topics of 11.2 that say something about consent, by their metric's name as well
// ("Unsubscribed from Email Marketing"): nullopt for others.
struct ConsentMeaning {
  model::ConsentChannel channel = model::ConsentChannel::email;
  model::ConsentState state = model::ConsentState::unknown;
};
std::optional<ConsentMeaning> meaning_of_topic(std::string_view topic);
std::optional<ConsentMeaning> meaning_of_metric(std::string_view metric_name);

}  // namespace tillbridge::connectors::klaviyo
