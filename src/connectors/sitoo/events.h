#pragma once
// Sitoo's Events SPI (sitoo.md 10): the body of a POST /events, taken apart leniently. Pure; any
// thread. Nothing in a body can make this fail as a whole: what cannot be understood comes back as
// malformed with its raw text, because an answer other than 200 makes Sitoo drop or resend the
// whole batch.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace tillbridge::connectors::sitoo {

struct Event {
  // This element, byte for byte; the whole body when it is not an array.
  std::string raw;
  // Not an object, or without id, type or data; a "warehouse-transaction" needs no data.
  bool malformed = false;
  std::string problem;  // what is wrong with it, plain words
  std::string event_id;
  std::string
      event_type;  // "order", "booking", "order-delivery", "shipment", ... or one unknown to us
  std::optional<Instant> happened_at;
  std::int64_t account_id = 0;
  std::int64_t eshop_id = 0;
  std::string subject;  // "order/20417" for the types that name an order; "" otherwise
  std::string
      announces;  // "open", "closed", "cancelled"; "" when the event says nothing about the state
  std::string
      order_event_type;   // "add", "update", "ready-for-pickup", "pickup-rejected", "email-receipt"
  std::string warehouse;  // data's warehouse_id: Sitoo's number, "" none
  // A "warehouse-transaction": what its data holds is not documented (sitoo.md 10.2), so it says
  // no more than that stock moved.
  bool stock_hint = false;
};

constexpr std::size_t events_per_body_max =
    10'000;  // LIMIT: the rest of a larger body is one malformed element

std::vector<Event> parse_events(std::string_view body);

}  // namespace tillbridge::connectors::sitoo
