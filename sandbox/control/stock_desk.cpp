#include "control/stock_desk.h"

#include <cmath>

#include <fmt/format.h>

#include "base/decimal.h"
#include "sitoo/warehouse_work.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using sitoo::Goods;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

// By externalid or number.
Result<int> warehouse_in(const sitoo::Masterdata& data, const std::optional<std::string>& name) {
  if (!name) return fail(Kind::invalid_input, "a warehouse is missing");
  for (const sitoo::Warehouse& warehouse : data.warehouses) {
    if (warehouse.external_id == *name || std::to_string(warehouse.id) == *name) {
      return warehouse.id;
    }
  }
  return fail(Kind::not_found, "no such warehouse: " + *name);
}

// Text, or a number written as text.
std::optional<std::string> name_in(const Object& body, std::string_view key) {
  if (auto text = json::text(body, key)) return text;
  const auto number = json::integer(body, key);
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

// "2", "2.5", 2 or 2.5.
Result<std::int64_t> quantity_in(const Object& body) {
  const auto* value = body.if_contains("quantity");
  if (value != nullptr && value->is_number()) {
    const double number = value->to_number<double>();
    constexpr double max = 1e9;
    if (std::abs(number) <= max) return static_cast<std::int64_t>(std::llround(number * 1000));
  } else if (const auto text = json::text(body, "quantity")) {
    const auto parsed = tillbridge::Decimal::parse(*text);
    if (const auto milli = parsed ? parsed->to_units(3) : fail(parsed.error())) return *milli;
  }
  return fail(Kind::invalid_input, "quantity is missing or no number");
}

json::Value number_of(std::int64_t milli) {
  if (milli % 1000 == 0) return milli / 1000;
  return static_cast<double>(milli) / 1000;
}

double number_or(const Object& body, std::string_view key, double otherwise) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

Object level_object(const sitoo::Account& account, int warehouse_id, std::string_view sku) {
  const auto level = account.stock().level(warehouse_id, sku).value_or(sitoo::StockLevel{});
  return {{"total", number_of(level.total_milli)},
          {"reserved", number_of(level.reserved_milli)},
          {"available", number_of(level.available_milli())}};
}

// The ids of what it booked.
Result<json::Array> perform(sitoo::Account& account, int warehouse, std::string_view kind,
                            const Goods& goods, const std::optional<std::string>& to) {
  sitoo::WarehouseWork work(account);
  if (kind == "transfer") {
    TB_TRY(const int target, warehouse_in(account.masterdata(), to));
    TB_TRY(const sitoo::Transfer ids, work.transfer(warehouse, target, {goods}));
    return json::Array{ids.out, ids.in};
  }
  if (kind == "virtual") {
    TB_CHECK(work.set_online(warehouse, goods));
    return json::Array{};
  }
  if (kind != "receipt" && kind != "out" && kind != "count") {
    return fail(Kind::invalid_input, "kind is receipt, out, count, transfer or virtual");
  }
  TB_TRY(const auto id, kind == "receipt" ? work.receive(warehouse, {goods})
                        : kind == "out"   ? work.take_out(warehouse, {goods})
                                          : work.count(warehouse, {goods}));
  return json::Array{id};
}

Result<void> read_flag(const Object& changes, std::string_view key, bool& into) {
  const auto* value = changes.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_bool()) return fail(Kind::invalid_input, std::string(key) + " is true or false");
  into = value->get_bool();
  return {};
}

}  // namespace

StockAnswer start_stock_day(sitoo::SitooSimulator& sitoo, const Object& body) {
  sitoo::StockDaySettings settings;
  settings.seconds = number_or(body, "seconds", settings.seconds);
  settings.per_second = number_or(body, "per_second", settings.per_second);
  if (const auto seed = json::integer(body, "seed")) {
    settings.seed = static_cast<std::uint64_t>(*seed);
  }
  TB_CHECK(sitoo.stock_day().start(settings));
  return Object{{"started", true}};
}

StockAnswer take_stock(sitoo::SitooSimulator& sitoo, const Object& body) {
  const auto levels = json::integer(body, "levels");
  if (!levels || *levels < 1) return fail(Kind::invalid_input, "levels is missing");
  const auto seed = static_cast<std::uint64_t>(json::integer(body, "seed").value_or(1));
  TB_TRY(const sitoo::Stocktaking done,
         sitoo::take_stock(sitoo.account(), static_cast<std::size_t>(*levels), seed));
  return Object{{"levels_changed", done.levels_changed}, {"transactions", done.transactions}};
}

StockAnswer move_stock(sitoo::SitooSimulator& sitoo, const Object& body) {
  sitoo::Account& account = sitoo.account();
  TB_TRY(const int warehouse, warehouse_in(account.masterdata(), name_in(body, "warehouse")));
  const auto sku = json::text(body, "sku");
  if (!sku) return fail(Kind::invalid_input, "sku is missing");
  TB_TRY(const std::int64_t milli, quantity_in(body));
  const std::string kind = json::text(body, "kind").value_or("");
  TB_TRY(auto ids, perform(account, warehouse, kind, {*sku, milli}, name_in(body, "to")));
  Object answer = level_object(account, warehouse, *sku);
  answer["transactions"] = std::move(ids);
  return answer;
}

StockAnswer level_at(sitoo::SitooSimulator& sitoo, const tillbridge::http::Request& request) {
  const sitoo::Account& account = sitoo.account();
  TB_TRY(const int warehouse, warehouse_in(account.masterdata(), request.parameter("warehouse")));
  const auto sku = request.parameter("sku");
  if (!sku) return fail(Kind::invalid_input, "sku is missing");
  if (!account.stock().level(warehouse, *sku)) {
    return fail(Kind::not_found, "the SKU does not lie there");
  }
  return level_object(account, warehouse, *sku);
}

Object stock_state(sitoo::SitooSimulator& sitoo) {
  return {{"running", sitoo.stock_day().running()},
          {"moves", sitoo.stock_day().moves()},
          {"levels_changed", sitoo.account().stock().levels_changed()},
          {"transactions", sitoo.account().stock().transactions().size()},
          {"events", sitoo.stock_events()},
          {"events_acknowledged", sitoo.stock_events_acknowledged()}};
}

Result<void> apply_stock_settings(sitoo::StockSettings& settings, Object& changes) {
  sitoo::StockSettings changed = settings;
  if (const auto* value = changes.if_contains("stock_events")) {
    const std::string_view events =
        value->is_string() ? std::string_view(value->get_string()) : std::string_view();
    if (events != "ids" && events != "empty" && events != "off") {
      return fail(Kind::invalid_input, "stock_events is ids, empty or off");
    }
    changed.events = events == "ids"     ? sitoo::StockEvents::ids
                     : events == "empty" ? sitoo::StockEvents::empty
                                         : sitoo::StockEvents::off;
  }
  TB_CHECK(read_flag(changes, "stock_events_for_sales", changed.events_for_sales));
  TB_CHECK(read_flag(changes, "reservations_touch_levels", changed.reservations_touch_levels));
  TB_CHECK(read_flag(changes, "one_open_batch", changed.one_open_batch));
  for (const char* known :
       {"stock_events", "stock_events_for_sales", "reservations_touch_levels", "one_open_batch"}) {
    changes.erase(known);
  }
  settings = changed;
  return {};
}

StockAnswer set_stock(sitoo::SitooSimulator& sitoo, const Object& body) {
  Object rest = body;
  sitoo::StockSettings changed = sitoo.account().stock_settings();
  TB_CHECK(apply_stock_settings(changed, rest));
  if (!rest.empty()) {
    return fail(Kind::invalid_input, "unknown setting: " + std::string(rest.begin()->key()));
  }
  sitoo.account().stock_settings() = changed;
  return Object{{"ok", true}};
}

}  // namespace sandbox::control
