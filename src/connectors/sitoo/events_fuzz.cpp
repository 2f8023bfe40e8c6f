// Any body gives events whose raw text is not lost; nothing fails as a whole.

#include <cstdint>

#include "base/assert.h"
#include "base/json.h"
#include "connectors/sitoo/events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge::connectors::sitoo;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto whole = tillbridge::json::parse(body);
  for (const Event& event : parse_events(body)) {
    // What was cut out of an array stands by itself.
    TB_ASSERT(!whole || tillbridge::json::parse(event.raw));
    TB_ASSERT(event.malformed == !event.problem.empty());
    TB_ASSERT(event.malformed || (!event.event_id.empty() && !event.event_type.empty()));
    TB_ASSERT(!event.malformed || event.subject.empty());
    TB_ASSERT(event.stock_hint ==
              (!event.malformed && event.event_type == "warehouse-transaction"));
    TB_ASSERT(!event.stock_hint || event.subject.empty());
    TB_ASSERT(event.subject.empty() || event.subject.starts_with("order/"));
  }
  return 0;
}
