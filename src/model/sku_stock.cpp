#include "model/sku_stock.h"

#include <cmath>

#include "base/json.h"

namespace tillbridge::model {
namespace {

constexpr double half_life_days = 7;
constexpr double ln_2 = 0.693147180559945;
constexpr int speed_digits = 4;

double days(Duration span) {
  return std::chrono::duration<double, std::ratio<86'400>>(span).count();
}

bool set_available(WarehouseStock& stock, Decimal available, Instant at) {
  if (stock.available == available) return false;
  stock.available = available;
  stock.changed_at = at;
  return true;
}

Result<Decimal> decimal(const json::Object& object, std::string_view key) {
  const auto text = json::text(object, key);
  return text ? Decimal::parse(*text) : Result<Decimal>(Decimal{});
}

Result<WarehouseStock> parse_warehouse(const json::Object& object) {
  WarehouseStock stock;
  TB_TRY(stock.total, decimal(object, "total"));
  TB_TRY(stock.reserved, decimal(object, "reserved"));
  TB_TRY(stock.available, decimal(object, "available"));
  stock.changed_at = from_unix_seconds(json::integer(object, "changed_at").value_or(0));
  stock.movement = json::integer(object, "movement").value_or(0);
  stock.read_mark = static_cast<std::uint64_t>(json::integer(object, "read_mark").value_or(0));
  stock.read_done = static_cast<std::uint64_t>(json::integer(object, "read_done").value_or(0));
  stock.read_cursor = json::integer(object, "read_cursor").value_or(0);
  if (const auto at = json::integer(object, "read_at")) stock.read_at = from_unix_seconds(*at);
  return stock;
}

}  // namespace

void SalesSpeed::sold(Decimal units, Instant at) {
  const double pieces = std::stod(units.magnitude().to_text());
  units_per_day_ = units_per_day(at) + pieces * ln_2 / half_life_days;
  at_ = std::max(at_, at);
}

double SalesSpeed::units_per_day(Instant now) const {
  if (units_per_day_ <= 0) return 0;
  return units_per_day_ * std::exp2(-std::max(0.0, days(now - at_)) / half_life_days);
}

const WarehouseStock* SkuStock::find(std::string_view warehouse) const {
  const auto found = warehouses.find(warehouse);
  return found == warehouses.end() ? nullptr : &found->second;
}

Observed SkuStock::observe(const StockMovement& movement) {
  const auto found = warehouses.find(movement.warehouse);
  if (found == warehouses.end()) return Observed::read_again;
  WarehouseStock& stock = found->second;
  if (movement.id <= stock.movement) return Observed::older;
  const bool maybe_in_read = stock.read_at && movement.at <= *stock.read_at;
  if (movement.id < stock.read_cursor)
    return maybe_in_read ? Observed::older : Observed::read_again;
  if (maybe_in_read || !stock.reserved.is_zero()) return Observed::read_again;
  stock.movement = movement.id;
  stock.total = movement.total_after;
  return set_available(stock, movement.total_after, movement.at) ? Observed::changed
                                                                 : Observed::same;
}

Observed SkuStock::observe(const StockLevel& level, const ReadMoment& moment) {
  WarehouseStock& stock = warehouses[level.warehouse];
  if (moment.mark < stock.read_mark) return Observed::older;
  if (moment.mark < stock.read_done) {
    // Both were on their way at once: the source may have looked for the later one first.
    const bool same = stock.total == level.total && stock.reserved == level.reserved;
    return same ? Observed::older : Observed::read_again;
  }
  if (stock.movement >= moment.cursor && stock.movement > 0) {
    // Taken in while the read was on its way.
    const bool after_the_answer = stock.changed_at > moment.answered_at;
    return after_the_answer ? Observed::older : Observed::read_again;
  }
  const bool first = stock.read_mark == 0;
  stock.total = level.total;
  stock.reserved = level.reserved;
  stock.read_mark = moment.mark;
  stock.read_done = moment.done;
  stock.read_cursor = moment.cursor;
  stock.read_at = moment.answered_at;
  const Instant at = level.moved_at.value_or(moment.answered_at);
  if (first) {
    stock.available = level.available;
    stock.changed_at = at;
    return Observed::changed;
  }
  // A reservation does not say when it was made.
  return set_available(stock, level.available, std::max(at, stock.changed_at)) ? Observed::changed
                                                                               : Observed::same;
}

std::string SkuStock::document() const {
  json::Object all;
  for (const auto& [id, stock] : warehouses) {
    json::Object one;
    one["total"] = stock.total.to_text();
    if (!stock.reserved.is_zero()) one["reserved"] = stock.reserved.to_text();
    one["available"] = stock.available.to_text();
    one["changed_at"] = to_unix_seconds(stock.changed_at);
    one["movement"] = stock.movement;
    one["read_mark"] = stock.read_mark;
    if (stock.read_done != 0) one["read_done"] = stock.read_done;
    one["read_cursor"] = stock.read_cursor;
    if (stock.read_at) one["read_at"] = to_unix_seconds(*stock.read_at);
    all[id] = std::move(one);
  }
  json::Object document;
  document["sku"] = sku;
  document["warehouses"] = std::move(all);
  if (speed.ever_sold()) {
    const double rounded =
        std::round(speed.units_per_day(speed.last_sold_at()) * std::pow(10.0, speed_digits)) /
        std::pow(10.0, speed_digits);
    document["units_per_day"] = rounded;
    document["last_sold_at"] = to_unix_seconds(speed.last_sold_at());
  }
  return json::to_text(document);
}

Result<SkuStock> SkuStock::parse(std::string_view document) {
  TB_TRY(const json::Value parsed, json::parse(document));
  const json::Object* object = parsed.if_object();
  const json::Object* all = object == nullptr ? nullptr : json::object(*object, "warehouses");
  const auto sku = object == nullptr ? std::nullopt : json::text(*object, "sku");
  if (all == nullptr || !sku)
    return fail(Error::Kind::corrupt, "a stock record that has no SKU or no warehouses");
  SkuStock stock;
  stock.sku = *sku;
  for (const auto& [id, value] : *all) {
    if (!value.is_object())
      return fail(Error::Kind::corrupt, "the stock record of " + *sku + " cannot be read");
    TB_TRY(stock.warehouses[std::string(id)], parse_warehouse(value.as_object()));
  }
  const json::Value* speed = object->if_contains("units_per_day");
  if (speed != nullptr && speed->is_number()) {
    stock.speed = SalesSpeed(speed->to_number<double>(),
                             from_unix_seconds(json::integer(*object, "last_sold_at").value_or(0)));
  }
  return stock;
}

}  // namespace tillbridge::model
