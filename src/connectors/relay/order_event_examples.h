#pragma once
// The example of docs/formats/order_event.md, for tests.

#include <string>
#include <string_view>

namespace tillbridge::connectors::relay::examples {

constexpr std::string_view order_event =
    R"({"event_id": "9f2c-000001", "type": "order.closed", "order_number": "W-1001", "receipt": "R-77",
 "happened_at": "2026-03-14T11:22:33+01:00", "currency": "SEK", "total": "902.00",
 "store": {"id": "7", "name": "Stockholm"},
 "customer": {"number": "C-4471", "email": "astrid@example.com",
              "given_name": "Astrid", "family_name": "Lindqvist"},
 "lines": [{"sku": "TS-4471-BLU-M", "name": "T-shirt, blue, M", "quantity": 2, "price": "199.00", "vat": 25},
           {"sku": "JN-0032", "name": "Jeans", "quantity": 1, "price": "504.00", "vat": 25}],
 "payments": [{"method": "card", "amount": "902.00"}],
 "attributes": {"channel": "app", "campaign": "spring"}})";

// With its first occurrence of `from` replaced.
inline std::string order_event_with(std::string_view from, std::string_view to) {
  std::string text(order_event);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace tillbridge::connectors::relay::examples
