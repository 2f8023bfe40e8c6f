#pragma once
// What an endpoint of the retailer's own is sent (docs/formats/order_event.md, "What goes out"):
// the same order gives the same bytes on every node and day. Any thread.

#include <string>
#include <string_view>

#include "model/order_event.h"

namespace tillbridge::connectors::relay {

std::string document_bytes(const model::RelayedOrder& order);

// The event id that a document begins with: what its repetitions are known by. "" when the bytes
// are not a document of ours.
std::string_view event_id_of(std::string_view document);

}  // namespace tillbridge::connectors::relay
