#include <algorithm>

#include "base/decimal.h"
#include "sitoo/order_json.h"
#include "sitoo/rest_endpoints.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::Decimal;
using tillbridge::http::Reply;

namespace {

std::string decimal_text(std::int64_t milli) {
  return Decimal::of_scaled(milli, 3).to_text(3);
}
std::string money_text(std::int64_t minor) {
  return Decimal::of_scaled(minor, 2).to_text(2);
}

Object warehouse_object(const Masterdata& data, const Warehouse& warehouse) {
  const Store& store = data.stores[warehouse.store];
  return {{"warehouseid", warehouse.id},
          {"warehousetype", warehouse.type},
          {"usetype", warehouse.use_type},
          {"storeid", store.id},
          {"sellable", true},
          {"currencycode", store.currency},
          {"name", warehouse.name},
          {"city", store.city},
          {"countryid", store.country},
          {"externalid", warehouse.external_id}};
}

Object level_object(int warehouse_id, const std::string& sku, const StockLevel& level) {
  return {
      {"warehouseitemid", level.item_id},
      {"warehouseid", warehouse_id},
      {"sku", sku},
      {"binlocation", level.bin},
      {"decimalthreshold", decimal_text(level.threshold_milli)},
      {"decimaltotal", decimal_text(level.total_milli)},
      {"decimalreserved", decimal_text(level.reserved_milli)},
      {"decimalavailable", decimal_text(level.total_milli - level.reserved_milli)},
      {"moneytotal", money_text(level.value_minor)},
      {"datelastmodified", level.modified_s == 0 ? json::Value{} : json::Value(level.modified_s)},
      {"datelaststocktaking", nullptr}};
}

Object transaction_object(const StockTransaction& transaction) {
  json::Array items;
  for (const StockMove& move : transaction.moves) {
    items.push_back(Object{{"sku", move.sku},
                           {"decimalquantity", decimal_text(move.change_milli)},
                           {"decimaltotal", decimal_text(move.total_milli)},
                           {"moneypricein", nullptr},
                           {"moneytotal", "0.00"},
                           {"moneyvalue", "0.00"}});
  }
  return {{"warehousetransactionid", transaction.id},
          {"warehouseid", transaction.warehouse_id},
          {"datecreated", transaction.created_s},
          {"transactiontype", transaction.type},
          {"description", ""},
          {"orderdeliveryid", transaction.delivery_id},
          {"shipmentid", nullptr},
          {"externalid", ""},
          {"reasoncode", ""},
          {"items", std::move(items)}};
}

const Warehouse* warehouse_of(const RestCall& call) {
  for (const Warehouse& warehouse : call.account.masterdata().warehouses) {
    if (std::to_string(warehouse.id) == call.ids.back()) return &warehouse;
  }
  return nullptr;
}

// One entry of the batch: "" when done, else what is wrong with it.
std::string put_level(const RestCall& call, const Warehouse& warehouse, const json::Value& entry) {
  if (!entry.is_object()) return "not an object";
  const Object& body = entry.as_object();
  const auto sku = json::text(body, "sku");
  if (!sku) return "sku is missing";
  const auto decimal = [&](std::string_view key, int digits) -> std::optional<std::int64_t> {
    const auto text = json::text(body, key);
    if (!text) return std::nullopt;
    const auto parsed = Decimal::parse(*text);
    const auto units = parsed ? parsed->to_units(digits) : tillbridge::Result<std::int64_t>(0);
    return parsed && units ? std::optional(*units) : std::nullopt;
  };
  if (body.contains("decimaltotal") && warehouse.type != 20) {
    return "decimaltotal can only be set in a virtual warehouse";
  }
  StockLevel& level = *call.account.stock().level(warehouse.id, *sku);
  if (const auto bin = json::text(body, "binlocation")) level.bin = *bin;
  if (const auto threshold = decimal("decimalthreshold", 3)) level.threshold_milli = *threshold;
  if (const auto total = decimal("decimaltotal", 3)) level.total_milli = *total;
  if (const auto value = decimal("moneytotal", 2)) level.value_minor = *value;
  level.modified_s = call.account.now_s();
  return "";
}

struct TransactionFilter {
  std::vector<std::int64_t> ids, from, to, created_from, created_to, warehouses, types;
};

bool passes(const StockTransaction& transaction, const TransactionFilter& filter) {
  const auto any_of = [](const std::vector<std::int64_t>& wanted, std::int64_t value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  };
  return any_of(filter.ids, transaction.id) &&
         any_of(filter.warehouses, transaction.warehouse_id) &&
         any_of(filter.types, transaction.type) &&
         (filter.from.empty() || transaction.id >= filter.from.front()) &&
         (filter.to.empty() || transaction.id < filter.to.front()) &&
         (filter.created_from.empty() || transaction.created_s >= filter.created_from.front()) &&
         (filter.created_to.empty() || transaction.created_s <= filter.created_to.front());
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
  if (!from || !to) return error_reply(400, "Malformed parameter");
  const auto skus = texts_of(call, "sku");
  std::vector<Object> all;
  for (const auto& [sku, level] : *call.account.stock().levels(warehouse->id)) {
    if (!skus.empty() && std::find(skus.begin(), skus.end(), sku) == skus.end()) continue;
    if (!from->empty() && level.modified_s < from->front()) continue;
    if (!to->empty() && level.modified_s > to->front()) continue;
    all.push_back(level_object(warehouse->id, sku, level));
  }
  return enveloped(call, all);
}

Reply put_warehouse_items(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  const auto body = json::parse(call.request.body);
  if (!body || !body->is_array()) return error_reply(400, "The body must be an array");
  json::Array results;
  for (const json::Value& entry : body->as_array()) {
    const std::string trouble = put_level(call, *warehouse, entry);
    if (trouble.empty()) {
      results.push_back(Object{{"statuscode", 200}, {"return", true}});
    } else {
      results.push_back(Object{{"statuscode", 400}, {"errortext", trouble}});
    }
  }
  return json_reply(json::to_text(results));
}

Reply list_transactions(const RestCall& call) {
  TransactionFilter filter;
  const std::pair<std::string_view, std::vector<std::int64_t>*> wanted[] = {
      {"warehousetransactionid", &filter.ids},  {"warehousetransactionidfrom", &filter.from},
      {"warehousetransactionidto", &filter.to}, {"datecreatedfrom", &filter.created_from},
      {"datecreatedto", &filter.created_to},    {"warehouseid", &filter.warehouses},
      {"transactiontype", &filter.types}};
  for (const auto& [name, list] : wanted) {
    const auto read = integers_of(call, name);
    if (!read) return error_reply(400, "Malformed parameter");
    *list = *read;
  }
  if (!call.ids.empty()) {
    const Warehouse* warehouse = warehouse_of(call);
    if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
    filter.warehouses = {warehouse->id};
  }
  const auto page = page_of(call);
  if (!page) return error_reply(400, "Malformed parameter");
  std::vector<const StockTransaction*> found;
  for (const StockTransaction& one : call.account.stock().transactions()) {
    if (passes(one, filter)) found.push_back(&one);
  }
  if (call.request.parameter("sort") != "warehousetransactionid") {
    std::reverse(found.begin(), found.end());
  }
  std::string body = "{\"totalcount\":" + std::to_string(found.size()) + ",\"items\":[";
  const std::size_t end = std::min(found.size(), page->start + page->num);
  for (std::size_t i = page->start; i < end; ++i) {
    if (i > page->start) body += ',';
    body += json::to_text(transaction_object(*found[i]));
  }
  return json_reply(body + "]}");
}

}  // namespace sandbox::sitoo
