#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/klaviyo_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using State = Verdict::State;

TEST(SaleToKlaviyo, TheContractsSale) {
  KlaviyoHub hub;
  const Verdict v = hub.plan(klaviyo_sale());
  ASSERT_EQ(v.state, State::planned) << v.reason;
  EXPECT_EQ(v.reason, "sale");
  EXPECT_EQ(v.customer, "vera.lind@kund.se");
  EXPECT_EQ(v.conflict, "");
  ASSERT_THAT(effects(v), ElementsAre("sale/20417", "profile/20417"));
  const Plan& p = v.plans[0];
  EXPECT_EQ(p.flow, "sale_to_klaviyo");
  EXPECT_EQ(p.lane, "customer/vera.lind@kund.se");
  EXPECT_FALSE(p.profile_only);
  ASSERT_THAT(part_types(p), ElementsAre("Placed Order", "Ordered Product", "Ordered Product"));

  const auto& placed = event(p, 0);
  EXPECT_THAT(shown_ids(placed.who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_EQ(placed.at, from_unix_seconds(sold_at));
  EXPECT_EQ(placed.unique_id, "sitoo:20417");
  EXPECT_EQ(placed.value, money("798.00"));
  EXPECT_FALSE(placed.history);
  EXPECT_THAT(
      shown(placed.properties),
      ElementsAre(Pair("OrderId", "\"20417\""), Pair("ReceiptId", "\"SII00000015000074812\""),
                  Pair("Source Name", "\"POS\""), Pair("StoreName", "\"Example Street\""),
                  Pair("StoreId", "\"STO-01\""), Pair("ItemNames", "[Tee white M, Cap black]"),
                  Pair("SKUs", "[TEE-WHT-M, CAP-BLK]"), Pair("Item Count", "3"),
                  Pair("Is Discounted", "true"), Pair("DiscountValue", "49.00"),
                  Pair("Items",
                       "[{ProductID=\"TEE-WHT-M\", SKU=\"TEE-WHT-M\", ProductName=\"Tee white M\", "
                       "Quantity=2, ItemPrice=249.00, RowTotal=498.00}, "
                       "{ProductID=\"CAP-BLK\", SKU=\"CAP-BLK\", ProductName=\"Cap black\", "
                       "Quantity=1, ItemPrice=300.00, RowTotal=300.00}]")));
  EXPECT_THAT(shown(placed.customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[TEE-WHT-M, CAP-BLK]"),
                          Pair("Last Store", "\"Example Street\"")));

  const auto& tee = event(p, 1);
  EXPECT_THAT(shown_ids(tee.who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_EQ(tee.at, from_unix_seconds(sold_at + 1));
  EXPECT_EQ(tee.unique_id, "sitoo:20417:0");
  EXPECT_EQ(tee.value, money("498.00"));
  EXPECT_THAT(tee.customer_properties, IsEmpty());
  EXPECT_THAT(shown(tee.properties),
              ElementsAre(Pair("OrderId", "\"20417\""), Pair("LineId", "\"0\""),
                          Pair("ProductID", "\"TEE-WHT-M\""), Pair("SKU", "\"TEE-WHT-M\""),
                          Pair("ProductName", "\"Tee white M\""), Pair("Quantity", "2"),
                          Pair("ItemPrice", "249.00"), Pair("Source Name", "\"POS\""),
                          Pair("StoreName", "\"Example Street\""), Pair("StoreId", "\"STO-01\"")));
  EXPECT_EQ(event(p, 2).unique_id, "sitoo:20417:1");
  EXPECT_EQ(event(p, 2).value, money("300.00"));
}

TEST(SaleToKlaviyo, WhatIsThereWhenPresent) {
  KlaviyoHub hub;
  model::Order order = klaviyo_sale();
  order.rung_up_at_register = false;
  order.receipt_id.clear();
  order.place.store_name.clear();
  order.place.store_code.clear();
  order.exchange_return_id = "20533";
  order.lines[1].voucher_code = "SUMMER";
  order.lines[0].title.clear();
  const Verdict v = hub.plan(order);
  const auto& placed = event(v.plans.at(0), 0);
  EXPECT_EQ(attribute(placed, "Source Name"), "\"Web\"");
  for (const auto* absent : {"ReceiptId", "StoreName", "StoreId"})
    EXPECT_EQ(attribute(placed, absent), "") << absent;
  EXPECT_EQ(attribute(placed, "ItemNames"), "[Cap black]");
  EXPECT_EQ(attribute(placed, "DiscountCode"), "\"SUMMER\"");
  EXPECT_EQ(placed.properties.back().name, "ExchangeRefundId");
  EXPECT_EQ(attribute(placed, "ExchangeRefundId"), "\"20533\"");
  EXPECT_THAT(shown(placed.customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[TEE-WHT-M, CAP-BLK]")));
  EXPECT_EQ(attribute(event(v.plans[0], 1), "DiscountCode"), "");
  EXPECT_EQ(attribute(event(v.plans[0], 1), "ProductName"), "");
  EXPECT_EQ(attribute(event(v.plans[0], 2), "DiscountCode"), "\"SUMMER\"");
  order.lines[1].title.clear();
  EXPECT_EQ(attribute(event(hub.plan(order).plans.at(0), 0), "ItemNames"), "");
  hub.settings.source_name = "Shop";
  order.rung_up_at_register = true;
  EXPECT_EQ(attribute(event(hub.plan(order).plans.at(0), 0), "Source Name"), "\"Shop\"");
}

TEST(SaleToKlaviyo, RepeatedRowsAreNamedOnce) {
  KlaviyoHub hub;
  const Verdict v = hub.plan(sale_of("1", "a@kund.se", {"B", "A", "B"}));
  const auto& placed = event(v.plans.at(0), 0);
  EXPECT_EQ(attribute(placed, "SKUs"), "[B, A]");
  EXPECT_EQ(attribute(placed, "ItemNames"), "[Title of B, Title of A]");
  EXPECT_EQ(attribute(placed, "Item Count"), "3");
  EXPECT_EQ(v.plans[0].parts.size(), 4U);
  EXPECT_EQ(event(v.plans[0], 3).unique_id, "sitoo:1:2");
}

struct AmountCase {
  const char* what;
  const char* currency;
  KlaviyoSettings::Value value;
  const char* quantity;
  const char* net;
  const char* vat;
  const char* unit_discount;
  const char* paid;
  const char* placed_value;
  const char* row_total;
  const char* items_price;
  const char* product_price;
  const char* discount_value;
};

class KlaviyoAmounts : public testing::TestWithParam<AmountCase> {};

TEST_P(KlaviyoAmounts, AreInTheOrdersCurrency) {
  const AmountCase& c = GetParam();
  KlaviyoHub hub;
  hub.settings.value = c.value;
  model::Order order =
      order_of("1", {{"A", c.quantity, c.net, c.vat, "0", c.unit_discount}}, c.paid, c.currency);
  order.customer.email = "a@kund.se";
  const Verdict v = hub.plan(order);
  ASSERT_EQ(v.state, State::planned) << c.what << ": " << v.reason;
  const auto& placed = event(v.plans[0], 0);
  EXPECT_EQ(placed.value, money(c.placed_value, c.currency)) << c.what;
  EXPECT_EQ(attribute(placed, "DiscountValue"), c.discount_value) << c.what;
  EXPECT_EQ(attribute(placed, "Is Discounted"),
            decimal(c.unit_discount).is_zero() ? "false" : "true");
  EXPECT_EQ(attribute(placed, "Items"),
            "[{ProductID=\"A\", SKU=\"A\", ProductName=\"Title of A\", Quantity=" +
                decimal(c.quantity).to_text() + ", ItemPrice=" + c.items_price +
                ", RowTotal=" + c.row_total + "}]")
      << c.what;
  const auto& product = event(v.plans[0], 1);
  EXPECT_EQ(product.value, money(c.row_total, c.currency)) << c.what;
  EXPECT_EQ(attribute(product, "ItemPrice"), c.product_price) << c.what;
}

constexpr auto gross = KlaviyoSettings::Value::gross;
constexpr auto net = KlaviyoSettings::Value::net;

INSTANTIATE_TEST_SUITE_P(
    Table, KlaviyoAmounts,
    testing::Values(
        AmountCase{"with VAT", "SEK", gross, "1", "80.00", "20.00", "0", "100.00", "100.00",
                   "100.00", "100.00", "100.00", "\"0\""},
        AmountCase{"without VAT", "SEK", net, "1", "80.00", "20.00", "0", "100.00", "80.00",
                   "80.00", "80.00", "80.00", "\"0\""},
        AmountCase{"cash rounding: paid is the grand total", "SEK", gross, "1", "80.32", "20.08",
                   "0", "100.00", "100.00", "100.40", "100.40", "100.40", "\"0\""},
        AmountCase{"without VAT there is no cash rounding", "SEK", net, "1", "80.32", "20.08", "0",
                   "100.00", "80.32", "80.32", "80.32", "80.32", "\"0\""},
        AmountCase{"a third of a krona", "SEK", gross, "3", "8.00", "2.00", "0", "10.00", "10.00",
                   "10.00", "3.33", "3.33", "\"0\""},
        AmountCase{"a tie in the price", "SEK", gross, "2", "0.01", "0.00", "0", "0.01", "0.01",
                   "0.01", "0.01", "0.01", "\"0\""},
        AmountCase{"no digits", "JPY", gross, "2", "91", "10", "0", "101", "101", "101", "51", "51",
                   "\"0\""},
        AmountCase{"three digits", "KWD", gross, "2", "1.001", "0.000", "0", "1.001", "1.001",
                   "1.001", "0.501", "0.501", "\"0\""},
        AmountCase{"a gift is zero, as text at the top", "SEK", gross, "1", "0.00", "0.00", "80.00",
                   "0.00", "0.00", "0.00", "0.00", "\"0\"", "100.00"},
        AmountCase{"a discount per piece, rounded, times pieces", "SEK", gross, "3", "8.00", "2.00",
                   "0.01", "10.00", "10.00", "10.00", "3.33", "3.33", "0.03"},
        AmountCase{"the discount has VAT also without", "SEK", net, "1", "80.00", "20.00", "40.00",
                   "100.00", "80.00", "80.00", "80.00", "80.00", "50.00"},
        AmountCase{"by weight", "SEK", gross, "0.5", "40.00", "10.00", "4.00", "50.00", "50.00",
                   "50.00", "100.00", "100.00", "2.50"}));

TEST(SaleToKlaviyo, MixedOrdersAreASaleAndAReturn) {
  KlaviyoHub hub;
  model::Order order = order_of("7",
                                {{"NEW", "1", "160.00", "40.00"},
                                 {"OLD", "-1", "-80.00", "-20.00"},
                                 {"NEW2", "2", "8.00", "2.00"}},
                                "110.00");
  order.customer.crm_customer_id.clear();
  order.customer.email = "a@kund.se";
  order.original_order_id = "5";
  hub.plan(sale_of("5", "a@kund.se", {"OLD"}));
  const Verdict v = hub.plan(order);
  ASSERT_EQ(v.state, State::planned) << v.reason;
  EXPECT_THAT(effects(v), ElementsAre("sale/7", "return/7"));
  EXPECT_EQ(v.plans[0].lane, v.plans[1].lane);
  ASSERT_THAT(part_types(v.plans[0]),
              ElementsAre("Placed Order", "Ordered Product", "Ordered Product"));
  EXPECT_EQ(event(v.plans[0], 0).value, money("210.00"));
  EXPECT_EQ(attribute(event(v.plans[0], 0), "SKUs"), "[NEW, NEW2]");
  EXPECT_EQ(event(v.plans[0], 2).unique_id, "sitoo:7:2");
  ASSERT_THAT(part_types(v.plans[1]), ElementsAre("Refunded Order"));
  EXPECT_EQ(event(v.plans[1], 0).value, money("100.00"));
  EXPECT_EQ(event(v.plans[1], 0).unique_id, "sitoo:5");
  EXPECT_THAT(shown(event(v.plans[0], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[OLD, NEW, NEW2]")));
  EXPECT_THAT(shown(event(v.plans[1], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[NEW, NEW2]")));

  hub.settings.value = net;
  order.id = "8";
  const Verdict without_vat = hub.plan(order);
  EXPECT_EQ(event(without_vat.plans[0], 0).value, money("168.00"));
  EXPECT_EQ(event(without_vat.plans[1], 0).value, money("80.00"));
}

TEST(SaleToKlaviyo, ARowThatTakesMoneyBackHasNoValue) {
  KlaviyoHub hub;
  model::Order order =
      order_of("1", {{"A", "1", "80.00", "20.00"}, {"REBATE", "1", "-8.00", "-2.00"}}, "90.00");
  order.customer.email = "a@kund.se";
  const Verdict v = hub.plan(order);
  ASSERT_EQ(v.state, State::planned);
  EXPECT_EQ(event(v.plans[0], 0).value, money("90.00"));
  EXPECT_FALSE(event(v.plans[0], 2).value.has_value());
}

TEST(SaleToKlaviyo, LongOrdersTakeSeveralDeliveriesOfAtMost48Parts) {
  const struct {
    std::size_t rows;
    std::vector<std::string> effects;
    std::vector<std::size_t> sizes;
  } cases[] = {{46, {"sale/1"}, {47}},
               {47, {"sale/1"}, {48}},
               {48, {"sale/1", "sale/1/2"}, {48, 1}},
               {120, {"sale/1", "sale/1/2", "sale/1/3"}, {48, 48, 25}}};
  for (const auto& c : cases) {
    KlaviyoHub hub;
    std::vector<std::string> skus;
    skus.reserve(c.rows);
    for (std::size_t i = 0; i < c.rows; ++i) skus.push_back("S" + std::to_string(i));
    const Verdict v = hub.plan(sale_of("1", "a@kund.se", skus));
    ASSERT_EQ(effects(v), c.effects);
    std::size_t row = 0;
    for (std::size_t i = 0; i < v.plans.size(); ++i) {
      EXPECT_EQ(v.plans[i].parts.size(), c.sizes[i]);
      EXPECT_EQ(v.plans[i].lane, "customer/a@kund.se");
      for (std::size_t part = i == 0 ? 1 : 0; part < v.plans[i].parts.size(); ++part)
        EXPECT_EQ(event(v.plans[i], part).unique_id, "sitoo:1:" + std::to_string(row++));
    }
    EXPECT_EQ(row, c.rows);
  }
}

TEST(SaleToKlaviyo, HistoryTouchesNobody) {
  KlaviyoHub hub;
  hub.plan(sale_of("1", "vera.lind@kund.se", {"X"}));
  const auto before = hub.facts.values;
  const Verdict v = hub.plan(klaviyo_sale(), std::nullopt, true);
  ASSERT_EQ(v.state, State::planned);
  ASSERT_THAT(effects(v), ElementsAre("sale/20417"));
  for (std::size_t i = 0; i < v.plans[0].parts.size(); ++i) {
    EXPECT_TRUE(event(v.plans[0], i).history);
    EXPECT_THAT(event(v.plans[0], i).customer_properties, IsEmpty());
  }
  EXPECT_EQ(hub.facts.values.at("person/vera.lind@kund.se"), before.at("person/vera.lind@kund.se"));
  EXPECT_EQ(hub.facts.values.at("lane/external_id:sitoo:c-90112"), "vera.lind@kund.se");
}

}  // namespace
}  // namespace tillbridge::flows
