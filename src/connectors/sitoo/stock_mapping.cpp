#include "connectors/sitoo/stock_mapping.h"

#include "connectors/sitoo/wire_values.h"

namespace tillbridge::connectors::sitoo {
namespace {

constexpr std::int64_t virtual_warehouse = 20;  // sitoo.md 3

// References are null when unset, and 0 is no number that Sitoo gives.
std::string reference(const json::Object& object, std::string_view key) {
  std::string number = text_or_number(object, key);
  return number == "0" ? std::string{} : number;
}

std::string label(const std::string& sku) {
  constexpr std::size_t shown_bytes_max = 100;
  return sku.size() <= shown_bytes_max ? "SKU " + sku
                                       : "a SKU of " + std::to_string(sku.size()) + " bytes";
}

tl::unexpected<Error> wrong(const std::string& sku, std::string_view key, std::string_view what) {
  return fail(Error::Kind::invalid_input,
              label(sku) + ": " + std::string(key) + " " + std::string(what));
}

Result<std::optional<Decimal>> quantity(const json::Object& item, const std::string& sku,
                                        std::string_view key) {
  Result<std::optional<Decimal>> number = decimal(item, key);
  if (!number) return wrong(sku, key, number.error().what);
  return number;
}

Result<Decimal> required_quantity(const json::Object& item, const std::string& sku,
                                  std::string_view key) {
  TB_TRY(const std::optional<Decimal> number, quantity(item, sku, key));
  if (!number) return wrong(sku, key, "is missing");
  return *number;
}

model::MovementKind kind_of(std::optional<std::int64_t> transaction_type) {
  switch (transaction_type.value_or(-1)) {
    case 10:
      return model::MovementKind::inbound;
    case 20:
      return model::MovementKind::outbound;
    case 30:
      return model::MovementKind::sale;
    case 40:
      return model::MovementKind::refund;
    case 50:
      return model::MovementKind::count;
    default:
      return model::MovementKind::other;
  }
}

// `of` holds what all rows of the transaction share.
Result<model::StockMovement> to_movement(const json::Value& row, model::StockMovement of) {
  const json::Object* item = row.if_object();
  if (item != nullptr) of.sku = text_or_number(*item, "sku");
  if (of.sku.empty()) return fail(Error::Kind::invalid_input, "a row without sku");
  TB_TRY(of.quantity, required_quantity(*item, of.sku, "decimalquantity"));
  TB_TRY(of.total_after, required_quantity(*item, of.sku, "decimaltotal"));
  return of;
}

}  // namespace

std::string_view warehouse_fields() {
  return "warehouseid,warehousetype,storeid,sellable,name,externalid";
}

std::string_view store_fields() {
  return "storeid,externalid";
}

std::string_view level_fields() {
  return "sku,decimaltotal,decimalreserved,decimalavailable,datelastmodified";
}

std::string_view movement_fields() {
  return "warehousetransactionid,warehouseid,datecreated,transactiontype,items";
}

void add_store(StoreCodes& codes, const json::Value& item) {
  const json::Object* store = item.if_object();
  if (store == nullptr) return;
  std::string id = reference(*store, "storeid");
  std::string code = text_or_number(*store, "externalid");
  if (!id.empty() && !code.empty()) codes.insert_or_assign(std::move(id), std::move(code));
}

std::optional<model::Warehouse> to_warehouse(const json::Value& item, const StoreCodes& codes) {
  const json::Object* wire = item.if_object();
  if (wire == nullptr) return std::nullopt;
  model::Warehouse warehouse;
  warehouse.id = reference(*wire, "warehouseid");
  if (warehouse.id.empty()) return std::nullopt;
  warehouse.code = text_or_number(*wire, "externalid");
  warehouse.name = text_or_number(*wire, "name");
  if (const auto store = codes.find(reference(*wire, "storeid")); store != codes.end())
    warehouse.store = store->second;
  warehouse.sellable = json::boolean(*wire, "sellable").value_or(false);
  warehouse.has_movements = json::integer(*wire, "warehousetype") != virtual_warehouse;
  return warehouse;
}

Result<model::StockLevel> to_level(const json::Value& item, const std::string& warehouse) {
  model::StockLevel level;
  level.warehouse = warehouse;
  const json::Object* wire = item.if_object();
  if (wire != nullptr) level.sku = text_or_number(*wire, "sku");
  if (level.sku.empty()) return fail(Error::Kind::invalid_input, "an item without sku");
  TB_TRY(level.total, required_quantity(*wire, level.sku, "decimaltotal"));
  TB_TRY(const std::optional<Decimal> reserved, quantity(*wire, level.sku, "decimalreserved"));
  level.reserved = reserved.value_or(Decimal{});
  TB_TRY(const std::optional<Decimal> available, quantity(*wire, level.sku, "decimalavailable"));
  if (available) {
    level.available = *available;
  } else {
    const Result<Decimal> difference = add(level.total, -level.reserved);
    if (!difference) return wrong(level.sku, "decimaltotal", "is out of range");
    level.available = *difference;
  }
  level.moved_at = instant(*wire, "datelastmodified");
  return level;
}

std::int64_t transaction_id(const json::Value& transaction) {
  const json::Object* wire = transaction.if_object();
  const std::int64_t id =
      wire == nullptr ? 0 : json::integer(*wire, "warehousetransactionid").value_or(0);
  return id > 0 ? id : 0;
}

void add_movements(std::vector<model::StockMovement>& movements,
                   std::vector<std::string>& unreadable, const json::Value& transaction) {
  model::StockMovement shared;
  shared.id = transaction_id(transaction);
  if (shared.id == 0) return note(unreadable, "a transaction without warehousetransactionid");
  const json::Object& wire = transaction.get_object();
  const std::string where = "transaction " + std::to_string(shared.id);
  shared.warehouse = reference(wire, "warehouseid");
  if (shared.warehouse.empty()) return note(unreadable, where + ": warehouseid is missing");
  const std::optional<Instant> at = instant(wire, "datecreated");
  if (!at) return note(unreadable, where + ": datecreated is not a time in Unix seconds");
  shared.at = *at;
  shared.kind = kind_of(json::integer(wire, "transactiontype"));
  const json::Array* rows = json::array(wire, "items");
  if (rows == nullptr) return note(unreadable, where + ": items is missing");
  for (const json::Value& row : *rows) {
    Result<model::StockMovement> movement = to_movement(row, shared);
    if (movement)
      movements.push_back(std::move(*movement));
    else
      note(unreadable, where + ", " + movement.error().what);
  }
}

void note(std::vector<std::string>& unreadable, std::string what) {
  if (unreadable.size() < unreadable_max) unreadable.push_back(std::move(what));
}

}  // namespace tillbridge::connectors::sitoo
