#pragma once
// What a retailer's own system tells us about an order, all of it in one message, and what of it
// other systems of the retailer are told (docs/formats/order_event.md). Plain values; any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/money.h"

namespace tillbridge::model {

struct OrderEvent {
  struct Store {
    std::string id;
    std::string name;
  };
  struct Buyer {  // all empty: a guest
    std::string number;
    std::string email;
    std::string phone;
    std::string given_name;
    std::string family_name;
  };
  struct Line {
    std::string sku;
    std::string name;
    Decimal quantity;     // negative on rows brought back
    Money unit_price;     // VAT included
    Decimal vat_percent;  // 0 to 100
  };
  struct Payment {
    std::string method;
    Money amount;
  };

  std::string event_id;  // the sender's; printable ASCII without blanks, quotes and backslashes
  std::string type;      // "order.closed"
  std::string order_number;
  std::string receipt;  // "" none
  Instant happened_at;
  Currency currency;
  Money total;
  Store store;
  Buyer customer;
  std::vector<Line> lines;
  std::vector<Payment> payments;
  // The sender's own, handed on as they are, in their order.
  std::vector<std::pair<std::string, std::string>> attributes;
};

// What follows from an order event for those who are told of it.
struct RelayedOrder {
  struct Line {
    Money total;  // VAT included
    Money vat;    // within it
  };
  OrderEvent event;
  std::vector<Line> lines;  // one per line of the event
  Money vat;                // within all lines
};

}  // namespace tillbridge::model
