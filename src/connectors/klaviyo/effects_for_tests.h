#pragma once
// The effects that tests of this room send.

#include "model/tracking.h"

namespace tillbridge::connectors::klaviyo::test {

inline Money sek(std::int64_t minor) {
  return {minor, Currency::parse("SEK").value()};
}

// 2026-07-20T11:45:10.250Z; Klaviyo sees whole seconds.
inline Instant till_time() {
  return from_unix_us(1'784'547'910'250'000);
}

// The event of klaviyo.md 8.1.
inline model::CustomerEvent placed_order() {
  model::CustomerEvent event;
  event.who.ids = {{"email", "elin.berg@kund.example"}};
  event.type = "Placed Order";
  event.at = till_time();
  event.properties = {{"OrderId", "1001-000123"},
                      {"Source Name", "POS"},
                      {"StoreName", "Uppsala Centrum"},
                      {"ItemNames", model::TextList{"Wool cap"}}};
  event.value = sek(299'00);
  event.unique_id = "sitoo:1001-000123";
  return event;
}

inline model::ConsentAct act(model::ConsentState decision,
                             model::ConsentChannel channel = model::ConsentChannel::email) {
  model::ConsentAct made;
  if (channel == model::ConsentChannel::email)
    made.who.ids = {{"email", "elin.berg@kund.example"}};
  else
    made.who.ids = {{"phone_number", "+46701740601"}};
  made.channel = channel;
  made.decision = decision;
  made.at = till_time();
  made.source = "Till, Uppsala Centrum";
  return made;
}

}  // namespace tillbridge::connectors::klaviyo::test
