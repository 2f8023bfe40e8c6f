#include "sitoo/order_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace sandbox::sitoo {

using tillbridge::json::append_quoted;

struct OrderField {
  std::string_view name;
  bool in_default_list;
  void (*write)(std::string& out, const Order& order);
};

namespace {

void append_fraction(std::string& out, std::int64_t units, int digits) {
  std::array<char, 32> buffer{};
  const bool negative = units < 0;
  std::uint64_t rest =
      negative ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  std::size_t at = buffer.size();
  for (int i = 0; i < digits || rest > 0 || i == digits; ++i) {
    if (i == digits) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (negative) buffer[--at] = '-';
  out += '"';
  out.append(buffer.data() + at, buffer.size() - at);
  out += '"';
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_quoted(out, text);
  }
}

void append_percent(std::string& out, int basis_points) {
  append_integer(out, basis_points / 100);
  if (basis_points % 100 == 0) return;
  out += '.';
  out += static_cast<char>('0' + basis_points % 100 / 10);
  if (basis_points % 10 != 0) out += static_cast<char>('0' + basis_points % 10);
}

void append_map(std::string& out, const StringMap& map) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map.entries()) {
    if (!first) out += ',';
    first = false;
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
  }
  out += '}';
}

// `,"name":` in front of a value; names are ours and need no escaping.
void member(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

void money_member(std::string& out, std::string_view name, std::int64_t minor) {
  member(out, name);
  append_money(out, minor);
}

void text_member(std::string& out, std::string_view name, std::string_view text) {
  member(out, name);
  append_quoted(out, text);
}

void append_item(std::string& out, const OrderItem& item, std::size_t index) {
  out += "{\"orderitemid\":";
  append_integer(out, static_cast<std::int64_t>(index));
  out += ",\"orderitemtype\":10,\"productid\":";
  append_integer(out, item.product_id);
  text_member(out, "productname", item.product_name);
  text_member(out, "sku", item.sku);
  text_member(out, "productattributes", item.product_attributes);
  member(out, "quantity");
  append_integer(out, item.quantity);
  out += ",\"decimalunitquantity\":null";
  text_member(out, "unitlabel", item.unit_label);
  member(out, "vatvalue");
  append_percent(out, item.vat_basis_points);
  money_member(out, "moneynetpriceperunit", item.unit_net);
  money_member(out, "moneynetpriceperquantity", item.unit_net);
  money_member(out, "moneypriceorg", item.unit_net_original);
  money_member(out, "moneyoriginalprice", item.unit_net_original);
  money_member(out, "moneydiscountedprice", item.row_discount == 0 ? 0 : item.unit_net);
  money_member(out, "moneydiscount", item.unit_discount);
  money_member(out, "moneyitemtotal_net", item.net);
  money_member(out, "moneyitemtotal_vat", item.vat);
  member(out, "decimalquantitytotal");
  append_decimal(out, std::int64_t{item.quantity} * 1000);
  text_member(out, "vouchercode", item.voucher_code);
  text_member(out, "vouchername", item.voucher_name);
  out += ",\"salestaxes\":[]";
  member(out, "additionaldata");
  append_map(out, item.additional);
  out += '}';
}

void append_payment(std::string& out, const Payment& payment, bool reserved) {
  out += "{\"name\":";
  append_quoted(out, payment.name);
  if (reserved) text_member(out, "id", payment.id);
  money_member(out, reserved ? "moneyreserved" : "moneyamount", payment.amount);
  text_member(out, "externalid", payment.external_id);
  text_member(out, "reftype", payment.ref_type);
  text_member(out, "refid", payment.ref_id);
  text_member(out, "cardissuer", payment.card_issuer);
  member(out, "additionaldata");
  append_map(out, payment.additional);
  out += '}';
}

template <typename Range, typename Append>
void append_array(std::string& out, const Range& range, Append append) {
  out += '[';
  bool first = true;
  for (const auto& element : range) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

template <std::size_t index>
constexpr auto text_name() {
  constexpr std::array names = {"email",
                                "namefirst",
                                "namelast",
                                "company",
                                "personalid",
                                "phone",
                                "customerref",
                                "checkoutref",
                                "comment",
                                "commentinternal",
                                "invoice_address",
                                "invoice_address2",
                                "invoice_zip",
                                "invoice_city",
                                "invoice_state",
                                "invoice_countryid",
                                "delivery_address",
                                "delivery_address2",
                                "delivery_zip",
                                "delivery_city",
                                "delivery_state",
                                "delivery_countryid",
                                "checkouttypename",
                                "deliverytypename"};
  if constexpr (index < names.size()) {
    return std::string_view(names[index]);
  }
}
constexpr std::size_t text_count = 24;

template <std::size_t index>
constexpr OrderField text_field() {
  // Company and the two legacy names are in the default list, addresses and phone are not.
  constexpr bool by_default = index < 4 || index >= 22;
  return {text_name<index>(), by_default, [](std::string& out, const Order& order) {
            append_quoted(out, order.texts.get(text_name<index>()));
          }};
}

void write_items(std::string& out, const Order& order) {
  std::size_t index = 0;
  append_array(out, order.items, [&](const OrderItem& item) { append_item(out, item, index++); });
}

void write_optional(std::string& out, std::optional<std::int64_t> number) {
  if (number) {
    append_integer(out, *number);
  } else {
    out += "null";
  }
}

using Out = std::string;
constexpr auto zero_money = [](Out& out, const Order&) { append_money(out, 0); };

constexpr std::array plain_fields = {
    OrderField{"orderid", true, [](Out& out, const Order& o) { append_integer(out, o.id); }},
    OrderField{"eshopid", true, [](Out& out, const Order&) { out += '1'; }},
    OrderField{"externalid", false,
               [](Out& out, const Order& o) { append_text_or_null(out, o.external_id); }},
    OrderField{"creditorderid", false,
               [](Out& out, const Order& o) { write_optional(out, o.credit_order_id); }},
    OrderField{"ordertypeid", true, [](Out& out, const Order& o) { append_integer(out, o.type); }},
    OrderField{"orderstateid", true,
               [](Out& out, const Order& o) { append_integer(out, o.state); }},
    OrderField{"paymentstateid", true,
               [](Out& out, const Order& o) { append_integer(out, o.payment_state); }},
    OrderField{"orderdate", true, [](Out& out, const Order& o) { append_integer(out, o.date_s); }},
    OrderField{"datereserved", true,
               [](Out& out, const Order& o) { write_optional(out, o.date_reserved_s); }},
    OrderField{"currencycode", true,
               [](Out& out, const Order& o) { append_quoted(out, o.currency); }},
    OrderField{"warehouseid", true,
               [](Out& out, const Order& o) { write_optional(out, o.warehouse_id); }},
    OrderField{"registerid", true,
               [](Out& out, const Order& o) { append_text_or_null(out, o.register_id); }},
    OrderField{"userid_staff", false,
               [](Out& out, const Order& o) { append_text_or_null(out, o.staff_user_id); }}};

constexpr std::array money_and_lists = {
    OrderField{"moneytotal_net", false, [](Out& out, const Order& o) { append_money(out, o.net); }},
    OrderField{"moneytotal_vat", false, [](Out& out, const Order& o) { append_money(out, o.vat); }},
    OrderField{"moneycheckout_net", false, zero_money},
    OrderField{"moneycheckout_vat", false, zero_money},
    OrderField{"moneytotal_gross_checkout", false, zero_money},
    OrderField{"moneydelivery_net", false, zero_money},
    OrderField{"moneydelivery_vat", false, zero_money},
    OrderField{"moneytotal_gross_delivery", false, zero_money},
    OrderField{"moneyfinal_net", true, [](Out& out, const Order& o) { append_money(out, o.net); }},
    OrderField{"moneyfinal_vat", true, [](Out& out, const Order& o) { append_money(out, o.vat); }},
    OrderField{"moneyfinal_salestax", false, zero_money},
    OrderField{"moneytotal_gross_roundoff", true,
               [](Out& out, const Order& o) { append_money(out, o.roundoff); }},
    OrderField{"moneytotal_gross_all", true,
               [](Out& out, const Order& o) { append_money(out, o.gross_all()); }},
    OrderField{"additionaldata", true,
               [](Out& out, const Order& o) { append_map(out, o.additional); }},
    OrderField{"orderitems", true, write_items},
    OrderField{"payments", true,
               [](Out& out, const Order& o) {
                 append_array(out, o.payments,
                              [&](const Payment& p) { append_payment(out, p, false); });
               }},
    OrderField{"reservedpayments", false,
               [](Out& out, const Order& o) {
                 append_array(out, o.reserved_payments,
                              [&](const Payment& p) { append_payment(out, p, true); });
               }},
    OrderField{"orderlogitems", false, append_log_items}};

template <std::size_t... indexes>
std::vector<OrderField> make_catalogue(std::index_sequence<indexes...>) {
  std::vector<OrderField> fields(plain_fields.begin(), plain_fields.end());
  (fields.push_back(text_field<indexes>()), ...);
  fields.insert(fields.end(), money_and_lists.begin(), money_and_lists.end());
  return fields;
}

const std::vector<OrderField>& catalogue() {
  static const std::vector<OrderField> fields =
      make_catalogue(std::make_index_sequence<text_count>());
  return fields;
}

}  // namespace

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), end);
}

void append_money(std::string& out, std::int64_t minor) {
  append_fraction(out, minor, 2);
}

void append_decimal(std::string& out, std::int64_t milli) {
  append_fraction(out, milli, 3);
}

void append_log_items(std::string& out, const Order& order) {
  append_array(out, order.log, [&](const LogItem& entry) {
    out += "{\"datelog\":";
    append_integer(out, entry.date_s);
    member(out, "orderid");
    append_integer(out, order.id);
    member(out, "orderlogtypeid");
    append_integer(out, entry.type);
    text_member(out, "strvalue", entry.text);
    member(out, "fvalue");
    append_integer(out, static_cast<std::int64_t>(entry.number));
    out += '}';
  });
}

void append_deliveries(std::string& out, const Order& order) {
  append_array(out, order.deliveries, [&](const Delivery& delivery) {
    out += "{\"orderdeliveryid\":";
    append_integer(out, delivery.id);
    member(out, "orderid");
    append_integer(out, order.id);
    member(out, "warehouseid");
    append_integer(out, delivery.warehouse_id);
    text_member(out, "orderdeliveryref", delivery.reference);
    member(out, "datedelivery");
    append_integer(out, delivery.date_s);
    out += ",\"datecancelled\":null,\"pluginname\":\"\",\"orderdeliveryitems\":";
    append_array(out, delivery.items, [&](const DeliveryItem& item) {
      out += "{\"orderdeliveryitemid\":";
      append_integer(out, item.id);
      member(out, "orderdeliveryid");
      append_integer(out, delivery.id);
      member(out, "orderitemid");
      append_integer(out, item.order_item);
      member(out, "quantity");
      append_integer(out, item.quantity);
      out += '}';
    });
    out += '}';
  });
}

const std::vector<std::string_view>& text_fields() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> found;
    const std::vector<OrderField>& fields = catalogue();
    for (std::size_t i = 0; i < text_count - 2; ++i) {  // the two legacy names are read-only
      found.push_back(fields[plain_fields.size() + i].name);
    }
    return found;
  }();
  return names;
}

const FieldSelection& all_fields() {
  static const FieldSelection selection = [] {
    FieldSelection fields;
    for (const OrderField& field : catalogue()) fields.push_back(&field);
    return fields;
  }();
  return selection;
}

const FieldSelection& default_list_fields() {
  static const FieldSelection selection = [] {
    FieldSelection fields;
    for (const OrderField& field : catalogue()) {
      if (field.in_default_list) fields.push_back(&field);
    }
    return fields;
  }();
  return selection;
}

FieldSelection chosen_fields(std::string_view comma_separated) {
  const std::string wanted = "," + std::string(comma_separated) + ",";
  FieldSelection fields;
  for (const OrderField& field : catalogue()) {
    if (wanted.find("," + std::string(field.name) + ",") != std::string::npos) {
      fields.push_back(&field);
    }
  }
  return fields;
}

void append_order(std::string& out, const Order& order, const FieldSelection& fields) {
  out += '{';
  bool first = true;
  for (const OrderField* field : fields) {
    out += first ? "\"" : ",\"";
    first = false;
    out += field->name;
    out += "\":";
    field->write(out, order);
  }
  out += '}';
}

}  // namespace sandbox::sitoo
