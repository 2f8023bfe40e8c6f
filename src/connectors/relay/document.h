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

// Under which the endpoint knows a call and its repetitions: the event id, and for bytes that a
// person wrote another key for other bytes, as the answer to the first ones is not theirs.
enum class Written { planned, by_person };
std::string idempotency_key(std::string_view document, Written written);

}  // namespace tillbridge::connectors::relay
