#pragma once
// Stock as retail talks about it: levels, movements, warehouses (docs/flows/stock.md). Quantities
// are decimals, as goods are sold by weight too. Plain data; any thread.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/decimal.h"

namespace tillbridge::model {

// Of one SKU in one warehouse, at one moment. Any of them may be negative.
struct StockLevel {
  std::string warehouse;  // the source's number
  std::string sku;
  Decimal total;
  Decimal reserved;
  Decimal available;
  std::optional<Instant> moved_at;  // last movement by the source's clock
};

enum class MovementKind : std::uint8_t { sale, refund, inbound, outbound, count, other };

// One SKU's part of a warehouse transaction.
struct StockMovement {
  std::int64_t id = 0;  // of the transaction; rising within an account
  std::string warehouse;
  std::string sku;
  MovementKind kind = MovementKind::other;
  Decimal quantity;  // the change, signed
  Decimal total_after;
  Instant at;  // the source's clock
};

struct Warehouse {
  std::string id;     // the source's number
  std::string code;   // our code for it at the source, "" none
  std::string name;   // for people
  std::string store;  // our code of its store, "" none
  bool sellable = false;
  bool has_movements = true;  // false: levels are set from elsewhere and leave no transactions
};

}  // namespace tillbridge::model
