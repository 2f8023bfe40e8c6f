#include "connectors/sitoo/order_mapping.h"

#include <limits>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>

#include "connectors/sitoo/wire_values.h"

namespace tillbridge::connectors::sitoo {
namespace {

// Reads members and names the order and field in every error, never the value.
class Reader {
 public:
  Reader(const json::Object& object, std::string where)
      : object_(object), where_(std::move(where)) {}

  const json::Object& object() const { return object_; }

  std::string text(std::string_view key) const { return text_or_number(object_, key); }

  std::optional<std::int64_t> integer(std::string_view key) const {
    return json::integer(object_, key);
  }

  tl::unexpected<Error> wrong(std::string_view key, std::string_view what) const {
    return fail(Error::Kind::invalid_input, where_ + std::string(key) + " " + std::string(what));
  }

  // nullopt: absent. Sitoo's money is text (sitoo.md 2.4); whole JSON numbers are exact too.
  Result<std::optional<Money>> money(std::string_view key, Currency currency) const {
    const json::Value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_string() && !value->is_int64()) return wrong(key, "is not an amount as text");
    const std::string digits = text(key);
    if (digits.empty()) return std::nullopt;
    const Result<Money> amount = Money::parse(digits, currency);
    if (!amount) return wrong(key, "is not an amount in the order's currency");
    return *amount;
  }

  Result<Money> required_money(std::string_view key, Currency currency) const {
    TB_TRY(const std::optional<Money> amount, money(key, currency));
    if (!amount) return wrong(key, "is missing");
    return *amount;
  }

  // nullopt: absent.
  Result<std::optional<Decimal>> decimal(std::string_view key) const {
    Result<std::optional<Decimal>> number = sitoo::decimal(object_, key);
    if (!number) return wrong(key, number.error().what);
    return number;
  }

 private:
  const json::Object& object_;
  std::string where_;
};

// additionaldata: a map of texts (sitoo.md 4.5); an empty one also comes as [] or null.
class Extras {
 public:
  explicit Extras(const json::Object& owner) : map_(json::object(owner, "additionaldata")) {}

  std::string text(std::string_view key) const {
    return map_ == nullptr || key.empty() ? std::string{} : Reader(*map_, "").text(key);
  }
  std::string first_of(std::initializer_list<std::string_view> keys) const {
    for (const std::string_view key : keys) {
      if (std::string value = text(key); !value.empty()) return value;
    }
    return {};
  }
  bool is_true(std::string_view key) const {
    return text(key) == "true" || (map_ != nullptr && json::boolean(*map_, key).value_or(false));
  }

 private:
  const json::Object* map_;
};

model::OrderType type_of(std::optional<std::int64_t> id) {
  switch (id.value_or(-1)) {
    case 10:
      return model::OrderType::order;
    case 100:
      return model::OrderType::booking;
    case 110:
      return model::OrderType::parked;
    default:
      return model::OrderType::unknown;
  }
}

model::OrderState state_of(std::optional<std::int64_t> id) {
  if (!id) return model::OrderState::unknown;
  switch (*id) {
    case 0:
      return model::OrderState::open;
    case 10:
      return model::OrderState::closed;
    case 20:
      return model::OrderState::cancelled;
    case -1:
      return model::OrderState::abandoned;
    default:
      return model::OrderState::unknown;
  }
}

model::PaymentState payment_state_of(std::optional<std::int64_t> id) {
  switch (id.value_or(-1)) {
    case 0:
      return model::PaymentState::none;
    case 10:
      return model::PaymentState::pending;
    case 15:
      return model::PaymentState::reserved;
    case 20:
      return model::PaymentState::paid;
    case 30:
      return model::PaymentState::cancelled;
    case 40:
      return model::PaymentState::failed;
    default:
      return model::PaymentState::unknown;
  }
}

// Pieces, or weight and length for goods sold that way; the sign is that of `quantity`.
Result<Decimal> quantity_of(const Reader& item) {
  TB_TRY(const std::optional<Decimal> pieces, item.decimal("quantity"));
  if (!pieces) return item.wrong("quantity", "is missing");
  TB_TRY(const std::optional<Decimal> per_piece, item.decimal("decimalunitquantity"));
  if (!per_piece || per_piece->is_zero()) return *pieces;
  TB_TRY(const std::optional<Decimal> total, item.decimal("decimalquantitytotal"));
  if (total && !total->is_zero())
    return pieces->is_negative() ? -total->magnitude() : total->magnitude();
  const Result<Decimal> product = multiply(*pieces, per_piece->magnitude());
  if (!product) return item.wrong("decimalunitquantity", "is out of range");
  return *product;
}

// Without moneyoriginalprice it is the price after the discount plus the discount.
Result<void> read_unit_prices(model::OrderLine& line, const Reader& item, Currency currency) {
  TB_TRY(const std::optional<Money> discount, item.money("moneydiscount", currency));
  TB_TRY(const std::optional<Money> original, item.money("moneyoriginalprice", currency));
  TB_TRY(const std::optional<Money> after, item.money("moneynetpriceperunit", currency));
  line.unit_discount_net = discount ? discount->magnitude() : Money(0, currency);
  line.unit_original_net = Money(0, currency);
  if (original) {
    line.unit_original_net = original->magnitude();
  } else if (after) {
    const Result<Money> sum = add(after->magnitude(), line.unit_discount_net);
    if (!sum) return item.wrong("moneynetpriceperunit", "is out of range");
    line.unit_original_net = *sum;
  }
  return {};
}

Result<model::OrderLine> line_of(const Reader& item, std::size_t index, Currency currency) {
  model::OrderLine line;
  TB_TRY(line.quantity, quantity_of(item));
  if (line.quantity.is_zero()) return line;
  const Extras extras(item.object());
  line.line_id = item.text("orderitemid");
  if (line.line_id.empty()) line.line_id = std::to_string(index);
  line.sku = item.text("sku");
  line.product_id = item.text("productid");
  line.title = item.text("productname");
  TB_TRY(line.net, item.required_money("moneyitemtotal_net", currency));
  TB_TRY(line.vat, item.required_money("moneyitemtotal_vat", currency));
  TB_TRY(const std::optional<Decimal> percent, item.decimal("vatvalue"));
  line.vat_percent = percent.value_or(Decimal{});
  TB_CHECK(read_unit_prices(line, item, currency));
  line.voucher_code = item.text("vouchercode");
  line.promotion_id = extras.first_of({"crm-promotionid", "customcrm-promotionid"});
  line.bonus_check_id = extras.first_of({"crm-bonuscheckid", "customcrm-bonuscheckid"});
  line.reason = extras.text("reasoncode-return");
  line.original_line_id = extras.text("pos-originalsales-orderitemid");
  return line;
}

Result<void> read_lines(model::Order& order, const Reader& wire, const std::string& where) {
  constexpr std::int64_t product = 10;  // sitoo.md 3; other types are discount rows
  const json::Array* items = json::array(wire.object(), "orderitems");
  if (items == nullptr) return {};
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string name = where + "orderitems[" + std::to_string(i) + "].";
    const json::Object* object = (*items)[i].if_object();
    if (object == nullptr) return fail(Error::Kind::invalid_input, name + " is not an object");
    const Reader item(*object, name);
    if (item.integer("orderitemtype").value_or(product) != product) continue;
    TB_TRY(model::OrderLine line, line_of(item, i, order.currency));
    if (!line.quantity.is_zero()) order.lines.push_back(std::move(line));
  }
  return {};
}

Result<void> read_payments(model::Order& order, const Reader& wire, const std::string& where) {
  const json::Array* payments = json::array(wire.object(), "payments");
  if (payments == nullptr) return {};
  for (std::size_t i = 0; i < payments->size(); ++i) {
    const std::string name = where + "payments[" + std::to_string(i) + "].";
    const json::Object* object = (*payments)[i].if_object();
    if (object == nullptr) return fail(Error::Kind::invalid_input, name + " is not an object");
    const Reader wire_payment(*object, name);
    model::Payment payment;
    payment.name = wire_payment.text("name");
    TB_TRY(const std::optional<Money> amount, wire_payment.money("moneyamount", order.currency));
    payment.amount = amount.value_or(Money(0, order.currency));
    payment.offset = Extras(*object).is_true("virtual-payment");
    order.payments.push_back(std::move(payment));
  }
  return {};
}

void read_customer(model::CustomerFacts& customer, const Reader& wire, const Extras& extras,
                   const std::string& store_code, const Config& config) {
  customer.crm_customer_id =
      extras.first_of({"crm-customerid", "customcrm-contactid", "voyado-contactid"});
  customer.crm_member_number =
      extras.first_of({"crm-membernumber", "customcrm-membernumber", "voyado-membernumber"});
  customer.email = wire.text("email");
  customer.phone = wire.text("phone");
  customer.first_name = wire.text("namefirst");
  customer.last_name = wire.text("namelast");
  customer.company = wire.text("company");
  customer.cookie = extras.text(config.cookie_key);
  const auto store = config.store_countries.find(store_code);
  customer.country = boost::algorithm::to_upper_copy(
      store == config.store_countries.end() ? config.country : store->second,
      std::locale::classic());
}

void read_place(model::Place& place, const Reader& wire, const Extras& extras) {
  place.store_code = extras.text("store-externalid");
  place.store_name = extras.text("store-name");
  place.register_id = wire.text("registerid");
  place.staff_code = extras.text("pos-staff-externalid");
  place.warehouse = wire.text("warehouseid");
  place.zone = extras.text("pos-timezone");
}

void read_links(model::Order& order, const Reader& wire, const Extras& extras) {
  order.original_order_id = wire.text("creditorderid");
  if (order.original_order_id.empty() || order.original_order_id == "0")
    order.original_order_id = extras.text("pos-originalsales-orderid");
  order.exchange_sale_id = extras.text("pos-refundsales-orderid");
  order.exchange_return_id = extras.text("pos-refund-orderid");
  order.source_order_id = extras.text("pos-sourceorderid");
  order.reason = extras.text("refundreasoncode-reasoncode");
}

// The newest of the log's pickup entries decides; an order that is to be picked up without any is
// waiting.
model::Pickup pickup_of(const model::Order& order, const Reader& wire, const Extras& extras) {
  constexpr std::int64_t ready_for_pickup = 900;  // sitoo.md 3
  constexpr std::int64_t pickup_rejected = 910;
  model::Pickup pickup = model::Pickup::none;
  if (!extras.first_of({"delivery-pickup-externalid", "delivery-pickup-warehouseid"}).empty())
    pickup = model::Pickup::waiting;
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  if (const json::Array* log = json::array(wire.object(), "orderlogitems")) {
    for (const json::Value& entry : *log) {
      const json::Object* object = entry.if_object();
      if (object == nullptr) continue;
      const std::int64_t type = json::integer(*object, "orderlogtypeid").value_or(0);
      const std::int64_t logged = json::integer(*object, "datelog").value_or(0);
      if ((type != ready_for_pickup && type != pickup_rejected) || logged < newest) continue;
      newest = logged;
      pickup = type == ready_for_pickup ? model::Pickup::ready : model::Pickup::rejected;
    }
  }
  const bool collected = order.state == model::OrderState::closed && pickup != model::Pickup::none;
  return collected ? model::Pickup::collected : pickup;
}

Result<void> read_date(model::Order& order, const Reader& wire) {
  const json::Value* value = wire.object().if_contains("orderdate");
  if (value == nullptr || value->is_null()) return {};
  const std::int64_t seconds = wire.integer("orderdate").value_or(-1);
  if (seconds < 0 || seconds >= unix_seconds_max)
    return wire.wrong("orderdate", "is not a time in Unix seconds");
  order.ordered_at = from_unix_seconds(seconds);
  return {};
}

}  // namespace

std::string_view order_fields() {
  return "orderid,eshopid,externalid,creditorderid,ordertypeid,orderstateid,paymentstateid,"
         "orderdate,currencycode,warehouseid,registerid,email,namefirst,namelast,company,phone,"
         "moneytotal_gross_all,additionaldata,orderitems,payments,orderlogitems";
}

Result<model::Order> to_order(const json::Object& wire_object, const Config& config) {
  const std::int64_t id = json::integer(wire_object, "orderid").value_or(0);
  if (id <= 0) return fail(Error::Kind::invalid_input, "an order without orderid");
  model::Order order;
  order.id = std::to_string(id);
  const std::string where = "order " + order.id + ": ";
  const Reader wire(wire_object, where);
  const Extras extras(wire_object);

  order.external_id = wire.text("externalid");
  order.receipt_id = extras.text("pos-receiptid");
  order.type = type_of(wire.integer("ordertypeid"));
  order.state = state_of(wire.integer("orderstateid"));
  order.payment_state = payment_state_of(wire.integer("paymentstateid"));
  TB_CHECK(read_date(order, wire));
  if (const std::string code = wire.text("currencycode"); !code.empty()) {
    const Result<Currency> currency = Currency::parse(code);
    if (!currency) return wire.wrong("currencycode", "is not a currency");
    order.currency = *currency;
  }
  read_place(order.place, wire, extras);
  order.rung_up_at_register = !order.place.register_id.empty();
  read_customer(order.customer, wire, extras, order.place.store_code, config);
  TB_CHECK(read_lines(order, wire, where));
  TB_CHECK(read_payments(order, wire, where));
  TB_TRY(order.paid, wire.required_money("moneytotal_gross_all", order.currency));
  read_links(order, wire, extras);
  order.pickup = pickup_of(order, wire, extras);
  return order;
}

}  // namespace tillbridge::connectors::sitoo
