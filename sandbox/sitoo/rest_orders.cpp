#include <algorithm>
#include <charconv>

#include "sitoo/order_json.h"
#include "sitoo/rest_endpoints.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using tillbridge::http::Reply;

namespace {

using Integers = std::vector<std::int64_t>;

struct OrderFilter {
  Integers sites, states, payment_states, types, warehouses;
  std::optional<std::int64_t> id_from, id_to, date_from, date_to;
  std::string email;
  std::optional<Integers> only;  // candidates by id, receipt, credit or external id
  bool ascending = false;
};

bool any_of(const Integers& wanted, std::int64_t value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool passes(const Order& order, const OrderFilter& filter) {
  if (filter.id_from && order.id < *filter.id_from) return false;
  if (filter.id_to && order.id >= *filter.id_to) return false;
  if (filter.date_from && order.date_s < *filter.date_from) return false;
  if (filter.date_to && order.date_s > *filter.date_to) return false;
  return any_of(filter.states, order.state) && any_of(filter.types, order.type) &&
         any_of(filter.payment_states, order.payment_state) && any_of(filter.sites, 1) &&
         any_of(filter.warehouses, order.warehouse_id.value_or(-1)) &&
         (filter.email.empty() || order.texts.get("email") == filter.email);
}

bool read_integer(const RestCall& call, std::string_view name, std::optional<std::int64_t>& into) {
  const auto list = integers_of(call, name);
  if (!list || list->size() > 1) return false;
  if (!list->empty()) into = list->front();
  return true;
}

bool read_list(const RestCall& call, std::string_view name, Integers& into) {
  const auto list = integers_of(call, name);
  if (list) into = *list;
  return list.has_value();
}

// receiptid and creditorderid override orderid; externalid is a list of its own.
bool read_candidates(const RestCall& call, OrderFilter& filter) {
  std::optional<std::int64_t> credit;
  Integers ids;
  if (!read_integer(call, "creditorderid", credit) || !read_list(call, "orderid", ids))
    return false;
  if (const auto receipt = call.request.parameter("receiptid")) {
    filter.only = call.account.by_receipt(*receipt);
  } else if (credit) {
    filter.only = call.account.by_credit(*credit);
  } else if (!ids.empty()) {
    filter.only = ids;
  }
  const auto externals = texts_of(call, "externalid");
  if (!externals.empty()) {
    Integers found;
    for (const std::string& external : externals) {
      const auto id = call.account.by_external(external);
      if (id && (!filter.only || any_of(*filter.only, *id))) found.push_back(*id);
    }
    filter.only = found;
  }
  return true;
}

std::optional<OrderFilter> read_filter(const RestCall& call) {
  OrderFilter filter;
  const bool sound =
      read_list(call, "eshopid", filter.sites) && read_list(call, "orderstate", filter.states) &&
      read_list(call, "paymentstate", filter.payment_states) &&
      read_list(call, "ordertype", filter.types) &&
      read_list(call, "warehouseid", filter.warehouses) &&
      read_integer(call, "orderidfrom", filter.id_from) &&
      read_integer(call, "orderidto", filter.id_to) &&
      read_integer(call, "orderdatefrom", filter.date_from) &&
      read_integer(call, "orderdateto", filter.date_to) && read_candidates(call, filter);
  if (!sound) return std::nullopt;
  filter.email = call.request.parameter("email").value_or("");
  const std::string sort = call.request.parameter("sort").value_or("-orderid");
  if (sort != "orderid" && sort != "-orderid") return std::nullopt;
  filter.ascending = sort == "orderid";
  return filter;
}

std::vector<const Order*> find_orders(const Account& account, const OrderFilter& filter) {
  std::vector<const Order*> found;
  const auto consider = [&](std::int64_t id) {
    const Order* order = account.find(id);
    if (order != nullptr && account.visible(*order) && passes(*order, filter)) {
      found.push_back(order);
    }
  };
  if (filter.only) {
    Integers ids = *filter.only;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const std::int64_t id : ids) consider(id);
  } else {
    const std::int64_t from =
        std::max(filter.id_from.value_or(account.first_order_id()), account.first_order_id());
    const std::int64_t to =
        std::min(filter.id_to.value_or(account.next_order_id()), account.next_order_id());
    for (std::int64_t id = from; id < to; ++id) consider(id);
  }
  if (!filter.ascending) std::reverse(found.begin(), found.end());
  return found;
}

// nullptr: unknown, or not seen yet.
const Order* order_of(const RestCall& call) {
  std::int64_t id = 0;
  const std::string& text = call.ids.back();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return nullptr;
  const Order* order = call.account.find(id);
  return order != nullptr && call.account.visible(*order) ? order : nullptr;
}

bool sound_external_id(std::string_view id) {
  return id.size() <= 40 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-';
         });
}

// 200 when the external id may be used for this order.
std::optional<Reply> external_id_trouble(const RestCall& call, const Order& order) {
  if (order.external_id.empty()) return std::nullopt;
  if (!sound_external_id(order.external_id)) {
    return error_reply(400, "externalid: only letters, digits, _ and -, at most 40 characters");
  }
  const auto holder = call.account.by_external(order.external_id);
  if (holder && *holder != order.id) return error_reply(400, "externalid is already used");
  return std::nullopt;
}

TillKind kind_of(const Order& order) {
  if (order.type == order_type_booking) return TillKind::booking;
  if (order.type == order_type_parked) return TillKind::parked;
  const bool sold = std::any_of(order.items.begin(), order.items.end(),
                                [](const OrderItem& item) { return item.quantity > 0; });
  const bool returned = std::any_of(order.items.begin(), order.items.end(),
                                    [](const OrderItem& item) { return item.quantity < 0; });
  if (sold && returned) return TillKind::mixed;
  if (returned) return order.credit_order_id ? TillKind::returned : TillKind::manual_return;
  return order.is_final() ? TillKind::sale : TillKind::open_order;
}

tillbridge::Result<json::Object> body_of(const RestCall& call) {
  TB_TRY(json::Value value, json::parse(call.request.body));
  if (!value.is_object()) {
    return tillbridge::fail(tillbridge::Error::Kind::invalid_input, "the body must be one object");
  }
  return std::move(value.as_object());
}

}  // namespace

Reply list_orders(const RestCall& call) {
  const auto filter = read_filter(call);
  const auto page = page_of(call);
  if (!filter || !page) return error_reply(400, "Malformed parameter");
  const auto chosen = call.request.parameter("fields");
  const FieldSelection fields = chosen ? chosen_fields(*chosen) : default_list_fields();
  const std::vector<const Order*> found = find_orders(call.account, *filter);
  std::string body = "{\"totalcount\":" + std::to_string(found.size()) + ",\"items\":[";
  const std::size_t end = std::min(found.size(), page->start + page->num);
  for (std::size_t i = page->start; i < end; ++i) {
    if (i > page->start) body += ',';
    append_order(body, *found[i], fields);
  }
  body += "]}";
  return json_reply(std::move(body));
}

Reply get_order(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  const auto chosen = call.request.parameter("fields");
  std::string body;
  append_order(body, *order, chosen ? chosen_fields(*chosen) : all_fields());
  return json_reply(std::move(body));
}

Reply post_order(const RestCall& call) {
  const auto body = body_of(call);
  if (!body) return error_reply(400, body.error().what);
  if (!body->contains("ordertypeid")) return error_reply(400, "ordertypeid is missing");
  Order order;
  order.date_s = call.account.now_s();
  order.currency = "SEK";
  order.zone = "Europe/Stockholm";
  if (const auto applied = apply_order_body(order, *body, false); !applied) {
    return error_reply(400, applied.error().what);
  }
  if (auto trouble = external_id_trouble(call, order)) return *trouble;
  const Masterdata& data = call.account.masterdata();
  if (order.warehouse_id) {
    const Warehouse* warehouse = data.find_warehouse(*order.warehouse_id);
    if (warehouse == nullptr) return error_reply(400, "Unknown warehouseid");
    if (warehouse->store) order.zone = data.stores[*warehouse->store].zone;
  }
  for (OrderItem& item : order.items) {
    if (const Product* product = data.find_product(item.sku)) item.product_id = product->id;
  }
  order.kind = kind_of(order);
  return json_reply(std::to_string(call.account.create(std::move(order))));
}

Reply put_order(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  const auto body = body_of(call);
  if (!body) return error_reply(400, body.error().what);
  Order changed = *order;
  if (const auto applied = apply_order_body(changed, *body, call.put_merges); !applied) {
    return error_reply(400, applied.error().what);
  }
  if (order->is_final() && changed.state != order->state) {
    return error_reply(400, "The order is final");
  }
  if (auto trouble = external_id_trouble(call, changed)) return *trouble;
  const auto done = call.account.change(order->id, "update",
                                        [&changed](Order& edited) { edited = std::move(changed); });
  return done ? json_reply("true") : error_reply(404, done.error().what);
}

Reply delete_order(const RestCall&) {
  return error_reply(400, "Orders cannot be deleted, set orderstateid to 20");
}

Reply list_deliveries(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  std::string body = "{\"totalcount\":" + std::to_string(order->deliveries.size()) + ",\"items\":";
  append_deliveries(body, *order);
  return json_reply(body + "}");
}

Reply post_delivery(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  const auto body = body_of(call);
  if (!body) return error_reply(400, body.error().what);
  Delivery delivery;
  const auto warehouse = json::integer(*body, "warehouseid");
  if (!warehouse ||
      call.account.masterdata().find_warehouse(static_cast<int>(*warehouse)) == nullptr) {
    return error_reply(400, "warehouseid is missing or unknown");
  }
  delivery.warehouse_id = static_cast<int>(*warehouse);
  delivery.reference = json::text(*body, "orderdeliveryref").value_or("");
  const auto* rows = json::array(*body, "orderdeliveryitems");
  if (rows == nullptr || rows->empty()) return error_reply(400, "orderdeliveryitems is missing");
  for (const auto& row : *rows) {
    const auto item =
        row.is_object() ? json::integer(row.as_object(), "orderitemid") : std::nullopt;
    const auto quantity =
        row.is_object() ? json::integer(row.as_object(), "quantity") : std::nullopt;
    if (!item || *item < 0 || *item >= static_cast<std::int64_t>(order->items.size()) ||
        !quantity || std::abs(*quantity) > 1'000'000) {
      return error_reply(400, "orderdeliveryitems: orderitemid or quantity is wrong");
    }
    delivery.items.push_back({0, static_cast<int>(*item), static_cast<int>(*quantity)});
  }
  const bool ignore_stock = call.request.parameter("ignorestock") == "true";
  return json_reply(
      std::to_string(call.account.add_delivery(order->id, std::move(delivery), ignore_stock)));
}

Reply list_log_items(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  std::string body = "{\"totalcount\":" + std::to_string(order->log.size()) + ",\"items\":";
  append_log_items(body, *order);
  return json_reply(body + "}");
}

Reply post_log_item(const RestCall& call) {
  const Order* order = order_of(call);
  if (order == nullptr) return error_reply(404, "Unknown order");
  const auto body = body_of(call);
  if (!body) return error_reply(400, body.error().what);
  const auto type = json::integer(*body, "orderlogtypeid");
  if (type != log_ready_for_pickup && type != log_pickup_rejected) {
    return error_reply(400, "orderlogtypeid must be 900 or 910");
  }
  LogItem entry{call.account.now_s(), static_cast<int>(*type),
                json::text(*body, "strvalue").value_or(""), 0};
  const auto done = call.account.change(
      order->id, *type == log_ready_for_pickup ? "ready-for-pickup" : "pickup-rejected",
      [&entry](Order& edited) { edited.log.push_back(std::move(entry)); });
  return done ? json_reply("true") : error_reply(404, done.error().what);
}

}  // namespace sandbox::sitoo
