#include <algorithm>
#include <array>

#include "sitoo/order_json.h"
#include "sitoo/rest_endpoints.h"
#include "sitoo/rest_stock.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::append_quoted;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::http::Reply;

namespace {

Object warehouse_object(const Masterdata& data, const Warehouse& warehouse) {
  const Store* store = warehouse.store ? &data.stores[*warehouse.store] : nullptr;
  return {{"warehouseid", warehouse.id},
          {"warehousetype", warehouse.type},
          {"usetype", warehouse.use_type},
          {"storeid", store == nullptr ? json::Value{} : json::Value(store->id)},
          {"sellable", warehouse.sellable},
          {"currencycode", store == nullptr ? "SEK" : store->currency},
          {"name", warehouse.name},
          {"city", store == nullptr ? "" : store->city},
          {"countryid", store == nullptr ? "se" : store->country},
          {"externalid", warehouse.external_id}};
}

struct ItemRow {
  int warehouse_id = 0;
  StockLevel level;
};

void append_date(std::string& out, std::int64_t at_s) {
  if (at_s == 0) {
    out += "null";
  } else {
    append_integer(out, at_s);
  }
}

using ItemMember = RowMember<ItemRow>;
constexpr std::array item_members = {
    ItemMember{
        "warehouseitemid",
        [](std::string& out, const ItemRow& row) { append_integer(out, row.level.item_id); }},
    ItemMember{"warehouseid",
               [](std::string& out, const ItemRow& row) { append_integer(out, row.warehouse_id); }},
    ItemMember{"sku",
               [](std::string& out, const ItemRow& row) { append_quoted(out, row.level.sku); }},
    ItemMember{"binlocation",
               [](std::string& out, const ItemRow& row) { append_quoted(out, row.level.bin); }},
    ItemMember{"decimalthreshold",
               [](std::string& out, const ItemRow& row) {
                 append_decimal(out, row.level.threshold_milli);
               }},
    ItemMember{
        "decimaltotal",
        [](std::string& out, const ItemRow& row) { append_decimal(out, row.level.total_milli); }},
    ItemMember{"decimalreserved",
               [](std::string& out, const ItemRow& row) {
                 append_decimal(out, row.level.reserved_milli);
               }},
    ItemMember{"decimalavailable",
               [](std::string& out, const ItemRow& row) {
                 append_decimal(out, row.level.available_milli());
               }},
    ItemMember{"moneytotal", [](std::string& out,
                                const ItemRow& row) { append_money(out, row.level.value_minor); }},
    ItemMember{
        "datelastmodified",
        [](std::string& out, const ItemRow& row) { append_date(out, row.level.modified_s); }},
    ItemMember{"datelaststocktaking", [](std::string& out, const ItemRow& row) {
                 append_date(out, row.level.counted_s);
               }}};

// One entry of the batch.
Result<json::Value> put_level(Account& account, const Warehouse& warehouse, const Object& body) {
  TB_TRY(const std::string sku, needed_text(body, "sku"));
  for (const std::string_view key : {"decimaltotal", "moneytotal"}) {
    if (body.contains(key) && warehouse.type != warehouse_virtual) {
      return fail(tillbridge::Error::Kind::rejected,
                  std::string(key) + " can only be set in a virtual warehouse");
    }
  }
  LevelPut put;
  TB_TRY(put.total_milli, units_of(body, "decimaltotal", 3));
  TB_TRY(put.threshold_milli, units_of(body, "decimalthreshold", 3));
  TB_TRY(put.value_minor, units_of(body, "moneytotal", 2));
  if (const auto* bin = body.if_contains("binlocation"); bin != nullptr && bin->is_string()) {
    put.bin = std::string(bin->get_string());
  }
  account.put_level(warehouse.id, sku, put);
  return json::Value(true);
}

}  // namespace

Reply list_warehouses(const RestCall& call) {
  const Masterdata& data = call.account.masterdata();
  std::vector<Object> all;
  for (const Warehouse& warehouse : data.warehouses)
    all.push_back(warehouse_object(data, warehouse));
  return enveloped(call, all);
}

Reply get_warehouse(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  return json_reply(json::to_text(warehouse_object(call.account.masterdata(), *warehouse)));
}

Reply list_warehouse_items(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  const auto from = integers_of(call, "datelastmodifiedfrom");
  const auto to = integers_of(call, "datelastmodifiedto");
  const auto page = page_of(call);
  if (!from || !to || !page) return error_reply(400, "Malformed parameter");
  LevelQuery query;
  query.skus = texts_of(call, "sku");
  if (!from->empty()) query.from_s = from->front();
  if (!to->empty()) query.to_s = to->front();
  query.start = page->start;
  query.num = std::min(page->num, stock_page_max);
  const LevelPage found = call.account.stock().levels(warehouse->id, query);
  const auto members = members_for(call, item_members);
  std::string body = "{\"totalcount\":" + std::to_string(found.total) + ",\"items\":[";
  for (const StockLevel& level : found.levels) {
    if (&level != &found.levels.front()) body += ',';
    append_row(body, ItemRow{warehouse->id, level}, members);
  }
  return json_reply(body + "]}");
}

Reply put_warehouse_items(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  return each_entry(
      call, [&](const Object& entry) { return put_level(call.account, *warehouse, entry); });
}

}  // namespace sandbox::sitoo
