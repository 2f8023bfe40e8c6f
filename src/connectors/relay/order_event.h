#pragma once
// The order event as a retailer's own system posts it (docs/formats/order_event.md). Limits: 1 000
// lines, 50 payments, 32 attributes, ids of 128 characters; what is larger is refused by name. Any
// thread.

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/order_event.h"

namespace tillbridge::connectors::relay {

// What a body is. Reasons name members, never their values: those may be personal.
struct ParsedOrderEvent {
  // "": the body is not an order event at all, and cannot be told from another one.
  std::string event_id;
  Result<model::OrderEvent> event;  // invalid_input, with what a sender has to correct
};
ParsedOrderEvent parse_order_event(std::string_view body);

// Whom a body names that cannot be used, as far as it says so: by what is kept of it, they are
// found and forgotten. Texts as they are written.
model::OrderEvent::Buyer buyer_named_in(std::string_view body);

}  // namespace tillbridge::connectors::relay
