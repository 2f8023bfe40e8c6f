#pragma once
// What Klaviyo's documents say (klaviyo.md 3.1, 8.6, 10.5): bodies -> profiles, events, metrics.
// Pure; any thread. A delivered answer whose body is not the documented shape becomes transient,
// connection at fault; single entries without id or time are left out.

#include "base/json.h"
#include "connectors/klaviyo/client.h"

namespace tillbridge::connectors::klaviyo {

Page<Profile> profile_page(Answer answer);
Page<Profile> person_page(Answer answer);  // with their values
// With the e-mails of included profiles.
Page<Event> event_page(Answer answer);
// only_api_and_own: see Client::metrics().
Page<Client::Metric> metric_page(Answer answer, bool only_api_and_own);
Page<std::string> id_page(Answer answer);  // ids of any resources
Client::Imported imported(Answer answer);
Client::Account account_of(Answer answer);

// One {"type":"event",...} resource; nullopt without an id or a time.
std::optional<Event> event_of(const json::Object& resource);

}  // namespace tillbridge::connectors::klaviyo
