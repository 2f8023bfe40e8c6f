#include "sitoo/order_json.h"

#include <gtest/gtest.h>

#include "sitoo/test_account.h"

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;

// The example of contract 4.4, as the source of member names and JSON types.
constexpr const char* contract_sale = R"({
  "orderid": 20417, "eshopid": 1, "externalid": null, "creditorderid": null,
  "ordertypeid": 10, "orderstateid": 10, "paymentstateid": 20,
  "orderdate": 1718200341, "datereserved": null, "currencycode": "SEK",
  "warehouseid": 7, "registerid": "{5D0E2B11-7C1A-4F0B-9E55-0C7B1A2D3E4F}",
  "userid_staff": "{0B1F6A52-2C9D-4E1E-8B36-6F0A9D7C1122}",
  "email": "vera.lind@example.org", "namefirst": "Vera", "namelast": "Lind", "phone": "+46700000001",
  "moneytotal_net": "638.40", "moneytotal_vat": "159.60",
  "moneyfinal_net": "638.40", "moneyfinal_vat": "159.60", "moneyfinal_salestax": "0.00",
  "moneytotal_gross_roundoff": "0.00", "moneytotal_gross_all": "798.00",
  "additionaldata": {
    "crm-customerid": "c-90112", "crm-membernumber": "70015",
    "pos-receiptid": "SII00000015000074812", "pos-staff-externalid": "E17",
    "store-externalid": "STO-01", "store-name": "Example Street", "pos-timezone": "Europe/Stockholm" },
  "orderitems": [
    { "orderitemid": 0, "orderitemtype": 10, "productid": 881, "sku": "TEE-WHT-M",
      "productname": "Tee white M",
      "quantity": 2, "decimalunitquantity": null, "vatvalue": 25,
      "moneynetpriceperunit": "199.20", "moneyoriginalprice": "199.20",
      "moneydiscountedprice": "0.00", "moneydiscount": "0.00",
      "moneyitemtotal_net": "398.40", "moneyitemtotal_vat": "99.60",
      "decimalquantitytotal": "2.000", "salestaxes": [], "additionaldata": {} },
    { "orderitemid": 1, "orderitemtype": 10, "productid": 902, "sku": "CAP-BLK", "productname": "Cap black",
      "quantity": 1, "decimalunitquantity": null, "vatvalue": 25,
      "moneynetpriceperunit": "240.00", "moneyoriginalprice": "279.20",
      "moneydiscountedprice": "240.00", "moneydiscount": "39.20",
      "moneyitemtotal_net": "240.00", "moneyitemtotal_vat": "60.00",
      "decimalquantitytotal": "1.000", "salestaxes": [],
      "additionaldata": { "crm-promotionid": "promo-5" } } ],
  "payments": [ { "name": "Card", "moneyamount": "798.00", "externalid": "000123", "reftype": "adyen",
                  "refid": "AB12", "cardissuer": "Visa",
                  "additionaldata": { "adyen-pspreference": "XYZ000000000001" } } ],
  "reservedpayments": []
})";

Basket contract_basket(TestAccount& sitoo) {
  Basket basket = sitoo.basket(2);
  BasketRow cap;
  cap.product = &sitoo.account.masterdata().products.at(1);
  cap.unit_price = 34'900;
  cap.row_discount = 4'900;
  cap.promotion_id = "promo-5";
  basket.rows.push_back(cap);
  return basket;
}

// Every member of the example is there with the same JSON type.
void expect_shape(const json::Object& example, const json::Object& served, const std::string& at) {
  for (const auto& member : example) {
    const auto* value = served.if_contains(member.key());
    ASSERT_NE(value, nullptr) << at << member.key();
    if (at == "additionaldata." && member.key() == "adyen-pspreference") continue;
    EXPECT_EQ(value->kind(), member.value().kind()) << at << std::string_view(member.key());
    if (member.value().is_object()) {
      expect_shape(member.value().as_object(), value->as_object(), at + "additionaldata.");
    }
    if (!member.value().is_array()) continue;
    ASSERT_EQ(value->as_array().size(), member.value().as_array().size()) << at;
    for (std::size_t i = 0; i < value->as_array().size(); ++i) {
      expect_shape(member.value().as_array()[i].as_object(), value->as_array()[i].as_object(),
                   at + std::string(member.key()) + ".");
    }
  }
}

TEST(SitooOrderJson, ASaleHasTheShapeOfTheContractsExample) {
  TestAccount sitoo;
  const std::int64_t id = sitoo.tills.sell(contract_basket(sitoo));
  json::Object example = json::parse(contract_sale)->as_object();
  expect_shape(example, sitoo.served(id), "");
}

TEST(SitooOrderJson, ASaleHasTheAmountsOfTheContractsExample) {
  TestAccount sitoo;
  const json::Object served = sitoo.served(sitoo.tills.sell(contract_basket(sitoo)));
  const json::Object example = json::parse(contract_sale)->as_object();
  for (const std::string_view key : {"moneytotal_net", "moneytotal_vat", "moneyfinal_net",
                                     "moneytotal_gross_all", "moneytotal_gross_roundoff"}) {
    EXPECT_EQ(served.at(key), example.at(key)) << key;
  }
  for (std::size_t row = 0; row < 2; ++row) {
    const auto& ours = served.at("orderitems").as_array()[row].as_object();
    const auto& theirs = example.at("orderitems").as_array()[row].as_object();
    for (const auto& member : theirs) {
      const std::string_view key = member.key();
      if (key.starts_with("money") || key.starts_with("decimal") || key == "quantity") {
        EXPECT_EQ(ours.at(key), member.value()) << row << " " << key;
      }
    }
  }
}

TEST(SitooOrderJson, ARefundHasTheShapeAndAmountsOfTheContractsExample) {
  TestAccount sitoo;
  const std::int64_t sale = sitoo.tills.sell(contract_basket(sitoo));
  Refund refund;
  refund.original = sale;
  refund.units = {{0, 1}};
  refund.reason_on_order = false;
  const json::Object served = sitoo.served(*sitoo.tills.refund(refund));
  EXPECT_EQ(served.at("creditorderid").as_int64(), sale);
  EXPECT_EQ(served.at("moneytotal_gross_all"), "-249.00");
  EXPECT_EQ(served.at("moneyfinal_net"), "-199.20");
  EXPECT_EQ(served.at("moneyfinal_vat"), "-49.80");
  EXPECT_EQ(text_of(served.at("additionaldata").at("pos-originalsales-orderid")),
            std::to_string(sale));
  const auto& row = served.at("orderitems").as_array()[0].as_object();
  EXPECT_EQ(row.at("quantity").as_int64(), -1);
  EXPECT_EQ(row.at("moneynetpriceperunit"), "199.20");
  EXPECT_EQ(row.at("moneyitemtotal_net"), "-199.20");
  EXPECT_EQ(row.at("moneyitemtotal_vat"), "-49.80");
  EXPECT_EQ(row.at("additionaldata").at("pos-originalsales-orderitemid"), "0");
  EXPECT_EQ(row.at("additionaldata").at("reasoncode-return"), "R-SIZE");
  const auto& payment = served.at("payments").as_array()[0].as_object();
  EXPECT_EQ(payment.at("moneyamount"), "-249.00");
  EXPECT_EQ(payment.at("additionaldata").at("pos-originalsales-payment-index"), "0");
}

TEST(SitooOrderJson, MoneyAndDecimals) {
  const auto money = [](std::int64_t minor) {
    std::string out;
    append_money(out, minor);
    return out;
  };
  EXPECT_EQ(money(0), "\"0.00\"");
  EXPECT_EQ(money(5), "\"0.05\"");
  EXPECT_EQ(money(-5), "\"-0.05\"");
  EXPECT_EQ(money(12'350), "\"123.50\"");
  EXPECT_EQ(money(-1'234'567), "\"-12345.67\"");
  std::string out;
  append_decimal(out, -2'000);
  EXPECT_EQ(out, "\"-2.000\"");
}

TEST(SitooOrderJson, RowsRoundHalfUpAndReturnsMirrorSales) {
  OrderItem item;
  item.quantity = 3;
  item.vat_basis_points = 1200;
  item.row_price = 10'000;
  compute_item(item);
  EXPECT_EQ(item.net, 8929);  // 8928.57
  EXPECT_EQ(item.vat, 1071);
  EXPECT_EQ(item.unit_net, 2976);  // 2976.19
  OrderItem back = item;
  back.quantity = -3;
  back.row_price = -10'000;
  compute_item(back);
  EXPECT_EQ(back.net, -item.net);
  EXPECT_EQ(back.vat, -item.vat);
  EXPECT_EQ(back.unit_net, item.unit_net);
}

TEST(SitooOrderJson, TextsAreEscaped) {
  TestAccount sitoo;
  Basket basket = sitoo.basket();
  basket.shopper->name_last = "O\"Brien\\\n";
  const json::Object served = sitoo.served(sitoo.tills.sell(basket));
  EXPECT_EQ(served.at("namelast"), "O\"Brien\\\n");
}

}  // namespace
}  // namespace sandbox::sitoo
