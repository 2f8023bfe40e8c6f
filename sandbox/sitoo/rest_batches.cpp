#include <algorithm>
#include <charconv>

#include "sitoo/order_json.h"
#include "sitoo/rest_endpoints.h"
#include "sitoo/rest_stock.h"
#include "sitoo/warehouse_batches.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::http::Reply;
using Kind = tillbridge::Error::Kind;

namespace {

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value{} : json::Value(boost::json::string(text));
}

Object batch_object(const WarehouseBatch& batch) {
  return {{"warehousebatchid", batch.id},
          {"warehouseid", batch.warehouse_id},
          {"warehousetransactionid",
           batch.transaction_id == 0 ? json::Value{} : json::Value(batch.transaction_id)},
          {"transactiontype", batch.type},
          {"datecreated", batch.created_s},
          {"warehousebatchstate", batch.state},
          {"emailowner", nullptr},
          {"comment", text_or_null(batch.comment)},
          {"shipmentid", nullptr},
          {"externalid", text_or_null(batch.external_id)},
          {"reasoncode", text_or_null(batch.reason)}};
}

// By the ids in the path; nullptr: none in this warehouse.
WarehouseBatch* batch_of(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  const std::string& text = call.ids.at(1);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (warehouse == nullptr || error != std::errc{} || end != text.data() + text.size()) {
    return nullptr;
  }
  return call.account.batches().find(warehouse->id, id);
}

void take_texts(WarehouseBatch& batch, const Object& body) {
  for (const auto& [key, member] : {std::pair{"comment", &WarehouseBatch::comment},
                                    std::pair{"externalid", &WarehouseBatch::external_id},
                                    std::pair{"reasoncode", &WarehouseBatch::reason}}) {
    if (const auto* value = body.if_contains(key); value != nullptr && value->is_string()) {
      batch.*member = std::string(value->get_string());
    }
  }
}

Result<json::Value> put_item(WarehouseBatch& batch, const Object& entry) {
  TB_TRY(std::string sku, needed_text(entry, "sku"));
  TB_TRY(const std::int64_t quantity, needed_units(entry, "decimalquantity", 3));
  if (const auto fault = quantity_fault(batch.type, quantity); !fault.empty()) {
    return fail(Kind::invalid_input, std::string(fault));
  }
  batch.items[std::move(sku)] = quantity;
  return json::Value(true);
}

Result<json::Value> remove_item(WarehouseBatch& batch, const Object& entry) {
  TB_TRY(const std::string sku, needed_text(entry, "sku"));
  if (batch.items.erase(sku) == 0) return fail(Kind::not_found, "sku is not in the batch");
  return json::Value(true);
}

// A batch that can still be changed, or the refusal.
tl::expected<WarehouseBatch*, Reply> open_batch_of(const RestCall& call) {
  WarehouseBatch* batch = batch_of(call);
  if (batch == nullptr) return tl::unexpected(error_reply(404, "Unknown warehouse batch"));
  if (batch->state != batch_open) {
    return tl::unexpected(error_reply(400, "The warehouse batch is closed"));
  }
  return batch;
}

}  // namespace

Reply list_batches(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  auto states = integers_of(call, "warehousebatchstate");
  if (!states) return error_reply(400, "Malformed parameter");
  if (states->empty()) states->push_back(batch_open);
  std::vector<Object> all;
  for (const WarehouseBatch& batch : call.account.batches().all()) {
    if (batch.warehouse_id == warehouse->id &&
        std::find(states->begin(), states->end(), batch.state) != states->end()) {
      all.push_back(batch_object(batch));
    }
  }
  return enveloped(call, all);
}

Reply post_batch(const RestCall& call) {
  const Warehouse* warehouse = warehouse_of(call);
  if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
  if (warehouse->type != warehouse_fifo) {
    return error_reply(400, "A virtual warehouse has no batches");
  }
  const auto body = json::parse(call.request.body);
  if (!body || !body->is_object()) return error_reply(400, "The body must be an object");
  const auto type = json::integer(body->get_object(), "transactiontype");
  if (!type || (*type != transaction_count && *type != transaction_move_in &&
                *type != transaction_move_out)) {
    return error_reply(400, "transactiontype is missing or cannot be staged");
  }
  WarehouseBatch batch;
  batch.warehouse_id = warehouse->id;
  batch.type = static_cast<int>(*type);
  batch.created_s = call.account.now_s();
  take_texts(batch, body->get_object());
  const auto opened =
      call.account.batches().open(std::move(batch), call.account.stock_settings().one_open_batch);
  if (!opened) return error_reply(400, opened.error().what);
  return json_reply(std::to_string((*opened)->id));
}

Reply get_batch(const RestCall& call) {
  const WarehouseBatch* batch = batch_of(call);
  if (batch == nullptr) return error_reply(404, "Unknown warehouse batch");
  return json_reply(json::to_text(batch_object(*batch)));
}

Reply put_batch(const RestCall& call) {
  const auto batch = open_batch_of(call);
  if (!batch) return batch.error();
  const auto body = json::parse(call.request.body);
  if (!body || !body->is_object()) return error_reply(400, "The body must be an object");
  const Object& changes = body->get_object();
  const auto state = json::integer(changes, "warehousebatchstate");
  if (changes.contains("warehousebatchstate") &&
      (!state || (*state != batch_open && *state != batch_closed))) {
    return error_reply(400, "warehousebatchstate is 10 or 20");
  }
  take_texts(**batch, changes);
  if (state == batch_closed) call.account.commit(**batch);
  return json_reply("true");
}

Reply list_batch_items(const RestCall& call) {
  const WarehouseBatch* batch = batch_of(call);
  if (batch == nullptr) return error_reply(404, "Unknown warehouse batch");
  std::vector<Object> all;
  for (const auto& [sku, quantity_milli] : batch->items) {
    std::string quantity;
    append_decimal(quantity, quantity_milli);
    all.push_back({{"sku", sku}, {"decimalquantity", *json::parse(quantity)}});
  }
  return enveloped(call, all);
}

Reply put_batch_items(const RestCall& call) {
  const auto batch = open_batch_of(call);
  if (!batch) return batch.error();
  return each_entry(call, [&batch](const Object& entry) { return put_item(**batch, entry); });
}

Reply delete_batch_items(const RestCall& call) {
  const auto batch = open_batch_of(call);
  if (!batch) return batch.error();
  return each_entry(call, [&batch](const Object& entry) { return remove_item(**batch, entry); });
}

}  // namespace sandbox::sitoo
