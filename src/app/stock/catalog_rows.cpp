#include "app/stock/catalog_rows.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

using connectors::bloomreach::item_id_of;

constexpr std::string_view between = "__";
constexpr int quantity_digits = 3;  // as the source counts

// What item_id_of() has escaped.
std::string plain(std::string_view id) {
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const std::string_view three = id.substr(i, 3);
    if (three == "%2F" || three == "%25") {
      out += three == "%2F" ? '/' : '%';
      i += 2;
    } else {
      out += id[i];
    }
  }
  return out;
}

json::Value quantity_value(Decimal quantity) {
  const auto whole = quantity.to_units(0);
  if (whole && Decimal::of(*whole) == quantity) return json::Value(*whole);
  return json::Value(std::stod(quantity.to_text(quantity_digits)));
}

std::optional<Decimal> decimal_of(const json::Value& value) {
  if (value.is_string()) {
    const auto parsed = Decimal::parse(std::string_view(value.get_string()));
    return parsed ? std::optional(*parsed) : std::nullopt;
  }
  if (value.is_int64()) return Decimal::of(value.get_int64());
  if (value.is_uint64()) return Decimal::of(static_cast<std::int64_t>(value.get_uint64()));
  if (!value.is_double()) return std::nullopt;
  const auto parsed = Decimal::parse(fmt::format("{:.{}f}", value.get_double(), quantity_digits));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace

std::string row_id(const std::string& place, const std::string& sku) {
  return place.empty() ? item_id_of(sku) : item_id_of(place + std::string(between) + sku);
}

std::optional<RowOf> inventory_row_of(const connectors::bloomreach::CatalogRow& row,
                                      const flows::StockToBloomreachSettings& names) {
  const auto place = json::text(row.properties, names.store_column);
  const auto sku = json::text(row.properties, names.sku_column);
  if (place && sku && row_id(*place, *sku) == row.item_id) return RowOf{*place, *sku};
  const std::string id = plain(row.item_id);
  const std::size_t at = id.find(between);
  if (at == std::string::npos || at == 0 || at + between.size() == id.size()) return std::nullopt;
  return RowOf{id.substr(0, at), id.substr(at + between.size())};
}

std::optional<RowOf> row_of_part(const std::string& part,
                                 const flows::StockToBloomreachSettings& names) {
  const auto parsed = json::parse(part);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  const json::Object* properties =
      object == nullptr ? nullptr : json::object(*object, "properties");
  if (properties == nullptr) return std::nullopt;
  const auto place = json::text(*properties, names.store_column);
  const auto sku = json::text(*properties, names.sku_column);
  if (place && sku) return RowOf{*place, *sku};
  const auto id = json::text(*object, "item_id");
  return id ? std::optional(RowOf{"", plain(*id)}) : std::nullopt;
}

desk::ShownLevel shown_by(const json::Object& properties, const std::string& quantity_column,
                          const std::string& updated_column) {
  desk::ShownLevel shown;
  if (const json::Value* quantity = properties.if_contains(quantity_column))
    shown.quantity = decimal_of(*quantity);
  if (const auto at = json::integer(properties, updated_column))
    shown.updated_at = from_unix_seconds(*at);
  return shown;
}

std::string row_bytes(const flows::PublishedLevel& level,
                      const flows::StockToBloomreachSettings& names) {
  json::Object properties;
  if (level.place.empty()) {
    properties[names.sum_column] = quantity_value(level.quantity);
    if (names.active_from_stock) properties[names.active_column] = !level.quantity.is_zero();
    return connectors::bloomreach::row_part(row_id("", level.sku), properties, false);
  }
  properties[names.store_column] = level.place;
  properties[names.sku_column] = level.sku;
  properties[names.quantity_column] = quantity_value(level.quantity);
  properties[names.updated_column] = to_unix_seconds(level.changed_at);
  return connectors::bloomreach::row_part(row_id(level.place, level.sku), properties, true);
}

}  // namespace tillbridge::app
