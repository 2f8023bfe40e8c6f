#pragma once
// What is known about one SKU's stock in all warehouses, and how an observation changes it: the
// rules of "which observation is newer" (docs/flows/stock.md "Observing"). Kept as the payload of
// the SKU's record. Pure; any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/stock.h"

namespace tillbridge::model {

// How fast something sells: units per day, of which a sale a week ago counts half.
class SalesSpeed {
 public:
  SalesSpeed() = default;
  SalesSpeed(double units_per_day, Instant at) : units_per_day_(units_per_day), at_(at) {}
  void sold(Decimal units, Instant at);
  double units_per_day(Instant now) const;
  Instant last_sold_at() const { return at_; }
  bool ever_sold() const { return units_per_day_ > 0; }

 private:
  double units_per_day_ = 0;  // at `at_`
  Instant at_;
};

struct WarehouseStock {
  Decimal total;
  Decimal reserved;
  Decimal available;
  Instant changed_at;  // of the available level, by the source's clock
  // What it was learned from: the last movement taken in, and the last read.
  std::int64_t movement = 0;
  std::uint64_t read_mark = 0;     // when the read was asked; rising
  std::uint64_t read_done = 0;     // when its answer was here, on the same scale
  std::int64_t read_cursor = 0;    // all movements below were known when it was asked
  std::optional<Instant> read_at;  // when it was answered, by the source's clock
};

// When a level was read.
struct ReadMoment {
  std::uint64_t mark = 0;   // rising with the time at which reads are asked
  std::int64_t cursor = 0;  // all movements below were known when it was asked
  Instant answered_at;      // by the source's clock
  std::uint64_t done = 0;   // when the answer was here, on the scale of mark
};

enum class Observed : std::uint8_t {
  changed,     // the available level is another one now
  same,        // taken in, the available level stays
  older,       // something newer is known: nothing is changed
  read_again,  // it cannot be told which is newer, or what is reserved: the source has to be read
};

struct SkuStock {
  std::string sku;
  std::map<std::string, WarehouseStock, std::less<>> warehouses;
  SalesSpeed speed;

  Observed observe(const StockMovement& movement);
  Observed observe(const StockLevel& level, const ReadMoment& moment);
  const WarehouseStock* find(std::string_view warehouse) const;

  // The record's payload: JSON, the same for the same content.
  std::string document() const;
  static Result<SkuStock> parse(std::string_view document);
};

}  // namespace tillbridge::model
