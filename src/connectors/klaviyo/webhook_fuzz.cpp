// Any body is entries that can be used, or refused without naming anybody.

#include <cstdint>

#include "base/assert.h"
#include "base/json.h"
#include "connectors/klaviyo/webhook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  using namespace tillbridge::connectors::klaviyo;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  TB_ASSERT(!signature_is_right(Secret{"at-least-16-characters-long"}, body, "",
                                body.substr(0, body.size() / 2)));
  const auto entries = webhook_entries(body, "01JXWEBHOOK00000000000001");
  if (!entries) {
    TB_ASSERT(entries.error().kind == Error::Kind::invalid_input);
    TB_ASSERT(entries.error().what.size() < 200);
    return 0;
  }
  for (const WebhookEntry& entry : *entries) {
    TB_ASSERT(!entry.event_id.empty() && !entry.topic.empty());
    TB_ASSERT(entry.channel.has_value() == meaning_of_topic(entry.topic).has_value());
    TB_ASSERT(json::parse(entry.raw).has_value());
  }
  return 0;
}
