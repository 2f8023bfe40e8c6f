#include "flows/klaviyo_event.h"

#include <algorithm>

namespace tillbridge::flows::klaviyo {
namespace {

bool is_discounted(const SideRow& row) {
  return !row.line->unit_discount_net.is_zero();
}

// With VAT, rounded per piece.
Result<Money> discount_of(const SideRow& row) {
  const model::OrderLine& line = *row.line;
  TB_TRY(const Decimal percent, add(Decimal::of(100), line.vat_percent));
  TB_TRY(const Decimal factor, multiply(percent, Decimal::of_scaled(1, 2)));
  TB_TRY(const Money piece, convert(line.unit_discount_net, factor, line.net.currency()));
  return convert(piece, row.quantity, line.net.currency());
}

model::TextList titles(const OrderSide& side) {
  model::TextList list;
  for (const SideRow& row : side.rows) {
    const std::string& title = row.line->title;
    if (!title.empty() && std::find(list.begin(), list.end(), title) == list.end())
      list.push_back(title);
  }
  return list;
}

}  // namespace

model::CustomerIds who_of(const Identity& identity) {
  model::CustomerIds who;
  who.ids.push_back(identity.id);
  return who;
}

std::string lane_of(const About& about) {
  return "customer/" + about.person.lane;
}

void EventProperties::put(std::string_view name, model::PropertyValue value) {
  properties_.push_back(model::Property{std::string(name), std::move(value)});
}

void EventProperties::text(std::string_view name, const std::string& text) {
  if (!text.empty()) put(name, text);
}

void EventProperties::list(std::string_view name, model::TextList list) {
  if (!list.empty()) put(name, std::move(list));
}

void EventProperties::number(std::string_view name, Decimal number) {
  if (number.is_zero())
    put(name, std::string("0"));
  else
    put(name, model::Number{number.to_text()});
}

void EventProperties::amount(std::string_view name, Money amount) {
  if (amount.is_zero())
    put(name, std::string("0"));
  else
    put(name, model::Number{amount.to_text()});
}

void EventProperties::flag(std::string_view name, bool yes) {
  put(name, yes);
}

void EventProperties::rows(std::string_view name, std::vector<model::PropertyList> rows) {
  if (!rows.empty()) put(name, std::move(rows));
}

Money paid(const OrderSide& side, const KlaviyoSettings& settings) {
  return settings.value == KlaviyoSettings::Value::net ? side.net : side.paid;
}

Money row_total(const SideRow& row, const KlaviyoSettings& settings) {
  return settings.value == KlaviyoSettings::Value::net ? row.net : row.gross;
}

Result<Money> item_price(const SideRow& row, const KlaviyoSettings& settings) {
  return divide(row_total(row, settings), row.quantity);
}

void add_place(EventProperties& properties, const About& about) {
  const model::Order& order = about.order;
  properties.text("Source Name",
                  order.rung_up_at_register ? about.settings.source_name : std::string("Web"));
  properties.text("StoreName", order.place.store_name);
  properties.text("StoreId", order.place.store_code);
}

void add_contents(EventProperties& properties, const OrderSide& side) {
  properties.list("ItemNames", titles(side));
  properties.list("SKUs", distinct_skus(side));
  properties.number("Item Count", side.quantity);
}

Result<model::PropertyList> item_of(const SideRow& row, const KlaviyoSettings& settings) {
  const model::OrderLine& line = *row.line;
  TB_TRY(const Money price, item_price(row, settings));
  model::PropertyList item{{"ProductID", line.sku}, {"SKU", line.sku}};
  if (!line.title.empty()) item.push_back({"ProductName", line.title});
  item.push_back({"Quantity", model::Number{row.quantity.to_text()}});
  item.push_back({"ItemPrice", model::Number{price.to_text()}});
  item.push_back({"RowTotal", model::Number{row_total(row, settings).to_text()}});
  return item;
}

Result<EventProperties> order_properties(const About& about, const OrderSide& side) {
  const model::Order& order = about.order;
  Money discount(0, order.currency);
  std::vector<model::PropertyList> items;
  for (const SideRow& row : side.rows) {
    if (is_discounted(row)) {
      TB_TRY(const Money off, discount_of(row));
      TB_TRY(discount, add(discount, off));
    }
    TB_TRY(model::PropertyList item, item_of(row, about.settings));
    items.push_back(std::move(item));
  }
  EventProperties properties;
  properties.text("OrderId", order.id);
  properties.text("ReceiptId", order.receipt_id);
  add_place(properties, about);
  add_contents(properties, side);
  properties.flag("Is Discounted", std::any_of(side.rows.begin(), side.rows.end(), is_discounted));
  properties.amount("DiscountValue", discount);
  properties.text("DiscountCode", first_voucher(side));
  properties.rows("Items", std::move(items));
  properties.text("ExchangeRefundId", order.exchange_return_id);
  return properties;
}

model::CustomerEvent event_of(const About& about, const std::string& metric, Instant at,
                              const std::string& id, Money value, EventProperties properties) {
  model::CustomerEvent event;
  event.who = who_of(about.identity);
  event.type = metric;
  event.at = std::chrono::floor<std::chrono::seconds>(at);
  event.properties = std::move(properties).take();
  if (!value.is_negative()) event.value = value;
  event.unique_id = about.settings.id_prefix + id;
  event.history = about.history;
  return event;
}

}  // namespace tillbridge::flows::klaviyo
