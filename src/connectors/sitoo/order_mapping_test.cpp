#include "connectors/sitoo/order_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/sitoo/contract_examples.h"

namespace tillbridge::connectors::sitoo {
namespace {

using model::OrderState;
using model::OrderType;
using model::PaymentState;
using model::Pickup;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Money sek(std::string_view text) {
  return *Money::parse(text, *Currency::parse("SEK"));
}

json::Object wire(std::string_view text) {
  return json::parse(text)->as_object();
}

// The contract's sale with members replaced ("null" removes nothing: it sets null).
json::Object sale_with(std::initializer_list<std::pair<const char*, const char*>> members) {
  json::Object object = wire(examples::sale_4_4);
  for (const auto& [key, value] : members) object[key] = *json::parse(value);
  return object;
}

json::Object sale_with_item(std::string_view item) {
  json::Object object = wire(examples::sale_4_4);
  object["orderitems"] = json::Array{*json::parse(item)};
  return object;
}

TEST(ToOrder, TheContractsSale) {
  Config config;
  config.cookie_key = "hub-cookie";
  const auto order = to_order(wire(examples::sale_4_4), config);
  ASSERT_TRUE(order) << order.error().what;
  EXPECT_EQ(order->id, "20417");
  EXPECT_EQ(order->external_id, "");
  EXPECT_EQ(order->receipt_id, "SII00000015000074812");
  EXPECT_EQ(order->type, OrderType::order);
  EXPECT_EQ(order->state, OrderState::closed);
  EXPECT_EQ(order->payment_state, PaymentState::paid);
  EXPECT_EQ(order->ordered_at, from_unix_seconds(1'718'200'341));
  EXPECT_EQ(order->cancelled_at, std::nullopt);
  EXPECT_EQ(order->currency.code(), "SEK");
  EXPECT_TRUE(order->rung_up_at_register);

  EXPECT_EQ(order->customer.crm_customer_id, "c-90112");
  EXPECT_EQ(order->customer.crm_member_number, "70015");
  EXPECT_EQ(order->customer.email, "vera.lind@example.org");
  EXPECT_EQ(order->customer.phone, "+46700000001");
  EXPECT_EQ(order->customer.first_name, "Vera");
  EXPECT_EQ(order->customer.last_name, "Lind");
  EXPECT_EQ(order->customer.company, "");
  EXPECT_EQ(order->customer.country, "SE");
  EXPECT_EQ(order->customer.cookie, "");

  EXPECT_EQ(order->place.store_code, "STO-01");
  EXPECT_EQ(order->place.store_name, "Example Street");
  EXPECT_EQ(order->place.register_id, "{5D0E2B11-7C1A-4F0B-9E55-0C7B1A2D3E4F}");
  EXPECT_EQ(order->place.staff_code, "E17");
  EXPECT_EQ(order->place.warehouse, "7");
  EXPECT_EQ(order->place.zone, "Europe/Stockholm");

  ASSERT_EQ(order->lines.size(), 2U);
  const model::OrderLine& tee = order->lines[0];
  EXPECT_EQ(tee.line_id, "0");
  EXPECT_EQ(tee.sku, "TEE-WHT-M");
  EXPECT_EQ(tee.product_id, "881");
  EXPECT_EQ(tee.title, "Tee white M");
  EXPECT_EQ(tee.quantity, Decimal::of(2));
  EXPECT_EQ(tee.net, sek("398.40"));
  EXPECT_EQ(tee.vat, sek("99.60"));
  EXPECT_EQ(tee.vat_percent, Decimal::of(25));
  EXPECT_EQ(tee.unit_original_net, sek("199.20"));
  EXPECT_EQ(tee.unit_discount_net, sek("0.00"));
  EXPECT_EQ(tee.voucher_code, "");
  EXPECT_EQ(tee.reason, "");
  EXPECT_EQ(tee.original_line_id, "");
  EXPECT_FALSE(tee.is_return());
  const model::OrderLine& cap = order->lines[1];
  EXPECT_EQ(cap.line_id, "1");
  EXPECT_EQ(cap.sku, "CAP-BLK");
  EXPECT_EQ(cap.product_id, "902");
  EXPECT_EQ(cap.quantity, Decimal::of(1));
  EXPECT_EQ(cap.net, sek("240.00"));
  EXPECT_EQ(cap.vat, sek("60.00"));
  EXPECT_EQ(cap.unit_original_net, sek("279.20"));
  EXPECT_EQ(cap.unit_discount_net, sek("39.20"));
  EXPECT_EQ(cap.promotion_id, "promo-5");
  EXPECT_EQ(cap.bonus_check_id, "");
  EXPECT_EQ(tee.promotion_id, "");

  ASSERT_EQ(order->payments.size(), 1U);
  EXPECT_EQ(order->payments[0].name, "Card");
  EXPECT_EQ(order->payments[0].amount, sek("798.00"));
  EXPECT_FALSE(order->payments[0].offset);
  EXPECT_EQ(order->paid, sek("798.00"));
  EXPECT_EQ(order->original_order_id + order->exchange_sale_id + order->exchange_return_id +
                order->source_order_id + order->reason,
            "");
  EXPECT_EQ(order->pickup, Pickup::none);
  EXPECT_EQ(model::classify(*order), model::OrderKind::sale);
  EXPECT_THAT(model::missing_parts(*order), IsEmpty());
}

TEST(ToOrder, RowsSayWhatWasRedeemedForThem) {
  struct Case {
    const char* extra;
    const char* promotion;
    const char* check;
  };
  for (const Case& c : {Case{R"({"crm-promotionid":"p","crm-bonuscheckid":"b"})", "p", "b"},
                        Case{R"({"customcrm-promotionid":"p1"})", "p1", ""},
                        Case{R"({"customcrm-bonuscheckid":77})", "", "77"},
                        Case{R"({"crm-bonuscheckid":""})", "", ""}, Case{"[]", "", ""}}) {
    const auto order = to_order(
        sale_with_item(std::string(R"({"orderitemid":0,"sku":"A","quantity":1,"vatvalue":25,
            "moneyitemtotal_net":"1.00","moneyitemtotal_vat":"0.25","additionaldata":)") +
                       c.extra + "}"),
        Config{});
    ASSERT_TRUE(order) << order.error().what;
    EXPECT_EQ(order->lines.at(0).promotion_id, c.promotion) << c.extra;
    EXPECT_EQ(order->lines.at(0).bonus_check_id, c.check) << c.extra;
  }
}

TEST(ToOrder, TheContractsRefund) {
  const auto order = to_order(wire(examples::refund_4_11), Config{});
  ASSERT_TRUE(order) << order.error().what;
  EXPECT_EQ(order->id, "20533");
  EXPECT_EQ(order->original_order_id, "20417");
  EXPECT_EQ(order->reason, "R-SIZE");
  EXPECT_EQ(order->receipt_id, "SII00000015000074901");
  EXPECT_EQ(order->state, OrderState::closed);
  EXPECT_EQ(order->payment_state, PaymentState::paid);
  EXPECT_EQ(order->paid.to_text(), "-249.00");
  EXPECT_FALSE(order->rung_up_at_register);
  ASSERT_EQ(order->lines.size(), 1U);
  const model::OrderLine& line = order->lines[0];
  EXPECT_TRUE(line.is_return());
  EXPECT_EQ(line.quantity, Decimal::of(-1));
  EXPECT_EQ(line.net.to_text(), "-199.20");
  EXPECT_EQ(line.vat.to_text(), "-49.80");
  EXPECT_EQ(line.unit_original_net.to_text(), "199.20");
  EXPECT_EQ(line.original_line_id, "0");
  EXPECT_EQ(line.reason, "R-SIZE");
  ASSERT_EQ(order->payments.size(), 1U);
  EXPECT_EQ(order->payments[0].amount.to_text(), "-249.00");
  EXPECT_EQ(model::classify(*order), model::OrderKind::returned);
  // The example has neither: exactly what makes an order incomplete.
  EXPECT_THAT(model::missing_parts(*order), testing::ElementsAre("no currency", "no date"));
}

TEST(ToOrder, Enumerations) {
  const std::pair<const char*, OrderType> types[] = {
      {"10", OrderType::order},    {"100", OrderType::booking},  {"110", OrderType::parked},
      {"120", OrderType::unknown}, {"null", OrderType::unknown}, {"\"x\"", OrderType::unknown}};
  for (const auto& [value, expected] : types)
    EXPECT_EQ(to_order(sale_with({{"ordertypeid", value}}), Config{})->type, expected) << value;
  const std::pair<const char*, OrderState> states[] = {
      {"0", OrderState::open},       {"10", OrderState::closed},  {"20", OrderState::cancelled},
      {"-1", OrderState::abandoned}, {"30", OrderState::unknown}, {"null", OrderState::unknown}};
  for (const auto& [value, expected] : states)
    EXPECT_EQ(to_order(sale_with({{"orderstateid", value}}), Config{})->state, expected) << value;
  const std::pair<const char*, PaymentState> payments[] = {
      {"0", PaymentState::none},       {"10", PaymentState::pending},
      {"15", PaymentState::reserved},  {"20", PaymentState::paid},
      {"30", PaymentState::cancelled}, {"40", PaymentState::failed},
      {"50", PaymentState::unknown},   {"null", PaymentState::unknown}};
  for (const auto& [value, expected] : payments)
    EXPECT_EQ(to_order(sale_with({{"paymentstateid", value}}), Config{})->payment_state, expected)
        << value;
}

TEST(ToOrder, AbsentInEveryForm) {
  for (const char* absent : {"null", "\"\""}) {
    const auto order = to_order(sale_with({{"registerid", absent},
                                           {"email", absent},
                                           {"phone", absent},
                                           {"additionaldata", absent},
                                           {"payments", absent},
                                           {"externalid", absent},
                                           {"currencycode", absent},
                                           {"warehouseid", absent},
                                           {"creditorderid", absent}}),
                                Config{});
    ASSERT_TRUE(order) << order.error().what;
    EXPECT_FALSE(order->rung_up_at_register);
    EXPECT_EQ(order->customer.email + order->customer.phone + order->customer.crm_customer_id, "");
    EXPECT_EQ(order->place.warehouse + order->original_order_id + order->receipt_id, "");
    EXPECT_TRUE(order->payments.empty());
    EXPECT_EQ(order->currency.code(), "");
  }
  EXPECT_TRUE(to_order(sale_with({{"additionaldata", "[]"}, {"orderitems", "null"}}), Config{}));
}

TEST(ToOrder, RowsThatAreNoLines) {
  const auto order =
      to_order(sale_with({{"orderitems",
                           R"([{"orderitemid":0,"orderitemtype":10,"sku":"A","quantity":0},
                      {"orderitemid":1,"orderitemtype":20,"productname":"Discount","quantity":1},
                      {"orderitemid":2,"sku":"B","quantity":1,"moneyitemtotal_net":"1.00",
                       "moneyitemtotal_vat":"0.25","new_field":{}}])"}}),
               Config{});
  ASSERT_TRUE(order) << order.error().what;
  ASSERT_EQ(order->lines.size(), 1U);
  EXPECT_EQ(order->lines[0].line_id, "2");
  EXPECT_EQ(order->lines[0].sku, "B");
}

TEST(ToOrder, QuantitiesAndVat) {
  const struct {
    const char* quantity;
    const char* unit;
    const char* total;
    const char* vat;
    const char* expected;
    const char* percent;
  } cases[] = {
      {"2", "null", "\"2.000\"", "25", "2", "25"},
      {"1", "\"0.345\"", "\"0.345\"", "12.5", "0.345", "12.5"},
      {"-1", "\"0.345\"", "\"-0.345\"", "6", "-0.345", "6"},
      {"-1", "\"0.345\"", "\"0.345\"", "0", "-0.345", "0"},
      {"3", "\"0.5\"", "null", "\"25.00\"", "1.5", "25"},
      {"\"4\"", "\"0.000\"", "null", "null", "4", "0"},
      {"2", "\"\"", "\"\"", "0.1", "2", "0.1"},
  };
  for (const auto& c : cases) {
    const auto order = to_order(
        sale_with_item(
            std::string(R"({"sku":"A","moneyitemtotal_net":"1","moneyitemtotal_vat":"0")") +
            R"(,"quantity":)" + c.quantity + R"(,"decimalunitquantity":)" + c.unit +
            R"(,"decimalquantitytotal":)" + c.total + R"(,"vatvalue":)" + c.vat + "}"),
        Config{});
    ASSERT_TRUE(order) << order.error().what;
    EXPECT_EQ(order->lines.at(0).quantity.to_text(), c.expected);
    EXPECT_EQ(order->lines.at(0).vat_percent.to_text(), c.percent);
    EXPECT_EQ(order->lines.at(0).line_id, "0");
  }
}

TEST(ToOrder, UnitPrices) {
  const struct {
    const char* prices;
    const char* original;
    const char* discount;
  } cases[] = {
      {R"("moneyoriginalprice":"10.00","moneydiscount":"2.00","moneynetpriceperunit":"8.00")",
       "10.00", "2.00"},
      {R"("moneyoriginalprice":null,"moneydiscount":"2.00","moneynetpriceperunit":"8.00")", "10.00",
       "2.00"},
      {R"("moneynetpriceperunit":"8.00")", "8.00", "0.00"},
      {R"("moneydiscount":"")", "0.00", "0.00"},
  };
  for (const auto& c : cases) {
    const auto order = to_order(
        sale_with_item(
            std::string(
                R"({"sku":"A","quantity":1,"moneyitemtotal_net":"8","moneyitemtotal_vat":"2",)") +
            c.prices + "}"),
        Config{});
    ASSERT_TRUE(order) << order.error().what;
    EXPECT_EQ(order->lines.at(0).unit_original_net.to_text(), c.original);
    EXPECT_EQ(order->lines.at(0).unit_discount_net.to_text(), c.discount);
  }
}

TEST(ToOrder, CurrenciesWithOtherDigits) {
  json::Object object = sale_with_item(
      R"({"sku":"A","quantity":1,"moneyitemtotal_net":"1000.00","moneyitemtotal_vat":"100"})");
  object["payments"] = json::Array{};
  object["currencycode"] = "JPY";
  object["moneytotal_gross_all"] = "1100.00";
  const auto yen = to_order(object, Config{});
  ASSERT_TRUE(yen) << yen.error().what;
  EXPECT_EQ(yen->paid.to_text(), "1100");
  object["moneytotal_gross_all"] = "1100.50";
  EXPECT_FALSE(to_order(object, Config{}));
  object["currencycode"] = "kwd";
  object["moneytotal_gross_all"] = "1.005";
  EXPECT_EQ(to_order(object, Config{})->paid.to_text(), "1.005");
}

TEST(ToOrder, Links) {
  const struct {
    const char* credit;
    const char* extra;
    const char* original;
  } cases[] = {
      {"20417", R"({"pos-originalsales-orderid":"1"})", "20417"},
      {"null", R"({"pos-originalsales-orderid":"1"})", "1"},
      {"0", R"({"pos-originalsales-orderid":1})", "1"},
      {"\"20417\"", "{}", "20417"},
      {"null", "{}", ""},
  };
  for (const auto& c : cases) {
    const auto order =
        to_order(sale_with({{"creditorderid", c.credit}, {"additionaldata", c.extra}}), Config{});
    EXPECT_EQ(order->original_order_id, c.original);
  }
  const auto linked =
      to_order(sale_with({{"additionaldata",
                           R"({"pos-refundsales-orderid":"11","pos-refund-orderid":"12",
                      "pos-sourceorderid":"13","customcrm-contactid":"v1","voyado-membernumber":"m",
                      "hub-cookie":"ck","store-externalid":"NO-1"})"},
                          {"payments", R"([{"name":"Exchange","moneyamount":"798.00",
                      "additionaldata":{"virtual-payment":"true"}},
                      {"name":"x","additionaldata":{"virtual-payment":true}},
                      {"name":"y","moneyamount":null,"additionaldata":{"virtual-payment":"false"}}])"}}),
               [] {
                 Config config;
                 config.cookie_key = "hub-cookie";
                 config.store_countries["NO-1"] = "no";
                 return config;
               }());
  ASSERT_TRUE(linked) << linked.error().what;
  EXPECT_EQ(linked->exchange_sale_id, "11");
  EXPECT_EQ(linked->exchange_return_id, "12");
  EXPECT_EQ(linked->source_order_id, "13");
  EXPECT_EQ(linked->customer.crm_customer_id, "v1");
  EXPECT_EQ(linked->customer.crm_member_number, "m");
  EXPECT_EQ(linked->customer.cookie, "ck");
  EXPECT_EQ(linked->customer.country, "NO");
  EXPECT_TRUE(linked->payments[0].offset);
  EXPECT_TRUE(linked->payments[1].offset);
  EXPECT_FALSE(linked->payments[2].offset);
}

TEST(ToOrder, PickupStates) {
  const struct {
    const char* state;
    const char* extra;
    const char* log;
    Pickup pickup;
  } cases[] = {
      {"0", "{}", "null", Pickup::none},
      {"0", "{}", R"([{"orderlogtypeid":0},{"orderlogtypeid":21}])", Pickup::none},
      {"0", R"({"delivery-pickup-externalid":"S"})", "[]", Pickup::waiting},
      {"0", "{}", R"([{"orderlogtypeid":900,"datelog":5}])", Pickup::ready},
      {"0", "{}", R"([{"orderlogtypeid":910,"datelog":9},{"orderlogtypeid":900,"datelog":5}])",
       Pickup::rejected},
      {"0", "{}", R"([{"orderlogtypeid":910},{"orderlogtypeid":900}])", Pickup::ready},
      {"10", "{}", R"([{"orderlogtypeid":900,"datelog":5}])", Pickup::collected},
      {"10", "{}", "[7]", Pickup::none},
  };
  for (const auto& c : cases) {
    const auto order = to_order(
        sale_with(
            {{"orderstateid", c.state}, {"additionaldata", c.extra}, {"orderlogitems", c.log}}),
        Config{});
    EXPECT_EQ(order->pickup, c.pickup) << c.log;
  }
}

TEST(ToOrder, ErrorsNameOrderAndFieldAndNeverTheValue) {
  const struct {
    json::Object wire;
    const char* says;
  } cases[] = {
      {sale_with({{"orderid", "null"}}), "orderid"},
      {sale_with({{"orderid", "\"secret\""}}), "orderid"},
      {sale_with({{"moneytotal_gross_all", "\"secret\""}}), "order 20417: moneytotal_gross_all"},
      {sale_with({{"moneytotal_gross_all", "798.5"}}), "order 20417: moneytotal_gross_all"},
      {sale_with({{"moneytotal_gross_all", "null"}}), "moneytotal_gross_all is missing"},
      {sale_with({{"currencycode", "\"secret\""}}), "currencycode"},
      {sale_with({{"orderdate", "\"secret\""}}), "orderdate"},
      {sale_with({{"orderdate", "1718200341000"}}), "orderdate"},
      {sale_with({{"orderitems", "[7]"}}), "orderitems[0]"},
      {sale_with({{"payments", "[7]"}}), "payments[0]"},
      {sale_with({{"payments", R"([{"moneyamount":"secret"}])"}}), "payments[0].moneyamount"},
      {sale_with_item(R"({"sku":"A"})"), "orderitems[0].quantity is missing"},
      {sale_with_item(R"({"quantity":"secret"})"), "orderitems[0].quantity"},
      {sale_with_item(R"({"quantity":1e300})"), "orderitems[0].quantity"},
      {sale_with_item(R"({"quantity":1})"), "orderitems[0].moneyitemtotal_net is missing"},
      {sale_with_item(R"({"quantity":1,"moneyitemtotal_net":"1.005","moneyitemtotal_vat":"0"})"),
       "orderitems[0].moneyitemtotal_net"},
      {sale_with_item(
           R"({"quantity":1,"moneyitemtotal_net":"1","moneyitemtotal_vat":"0","vatvalue":"secret"})"),
       "orderitems[0].vatvalue"},
  };
  for (const auto& c : cases) {
    const auto order = to_order(c.wire, Config{});
    ASSERT_FALSE(order) << c.says;
    EXPECT_EQ(order.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(order.error().what, HasSubstr(c.says));
    EXPECT_THAT(order.error().what, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
