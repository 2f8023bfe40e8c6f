// Any body is an order event that can be planned and written down, or a refusal that names a member
// and no value.

#include <cstdint>

#include "base/assert.h"
#include "base/json.h"
#include "connectors/relay/document.h"
#include "connectors/relay/order_event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  using namespace tillbridge::connectors::relay;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  ParsedOrderEvent parsed = parse_order_event(body);
  if (!parsed.event) {
    TB_ASSERT(parsed.event.error().kind == Error::Kind::invalid_input);
    TB_ASSERT(parsed.event.error().what.size() < 200);
    return 0;
  }
  TB_ASSERT(parsed.event_id == parsed.event->event_id && !parsed.event_id.empty());
  model::RelayedOrder order;
  order.lines.resize(parsed.event->lines.size());
  order.event = std::move(*parsed.event);
  const std::string bytes = document_bytes(order);
  TB_ASSERT(json::parse(bytes).has_value());
  TB_ASSERT(event_id_of(bytes) == parsed.event_id);
  return 0;
}
