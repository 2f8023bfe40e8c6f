#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/bloomreach_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(SaleToBloomreach, TheContractsSaleExactly) {
  const Verdict v = plan(contract_sale());
  ASSERT_EQ(v.state, Verdict::State::planned) << v.reason;
  EXPECT_EQ(v.customer, "c-90112");
  ASSERT_EQ(v.plans.size(), 1U);
  const Plan& p = v.plans[0];
  EXPECT_EQ(p.flow, "sale_to_bloomreach");
  EXPECT_EQ(p.effect, "sale/20417");
  EXPECT_EQ(p.lane, "customer/c-90112");
  EXPECT_FALSE(p.profile_only);
  ASSERT_THAT(part_types(p), ElementsAre("customer", "purchase", "purchase_item", "purchase_item"));

  const auto& update = std::get<model::CustomerUpdate>(p.parts[0]);
  EXPECT_THAT(shown_ids(update.who), ElementsAre(Pair("registered", "c-90112")));
  EXPECT_EQ(update.changed_at, from_unix_seconds(sold_at));
  EXPECT_THAT(shown(update.properties),
              ElementsAre(Pair("email", "\"vera.lind@example.org\""),
                          Pair("phone", "\"+46700000001\""), Pair("first_name", "\"Vera\""),
                          Pair("last_name", "\"Lind\""), Pair("last_store_id", "\"STO-01\"")));

  const auto& purchase = event(p, 1);
  EXPECT_EQ(purchase.at, from_unix_seconds(sold_at));
  EXPECT_THAT(shown_ids(purchase.who), ElementsAre(Pair("registered", "c-90112")));
  EXPECT_THAT(
      shown(purchase.properties),
      ElementsAre(Pair("purchase_id", "\"20417\""), Pair("purchase_status", "\"success\""),
                  Pair("purchase_source_type", "\"store\""),
                  Pair("purchase_source_name", "\"Example Street\""),
                  Pair("product_list",
                       "[{product_id=\"TEE-WHT-M\", quantity=2}, "
                       "{product_id=\"CAP-BLK\", quantity=1}]"),
                  Pair("product_ids", "[TEE-WHT-M, CAP-BLK]"), Pair("total_quantity", "3"),
                  Pair("total_price", "798.00"), Pair("total_price_without_tax", "638.40"),
                  Pair("total_price_local_currency", "798.00"), Pair("local_currency", "\"SEK\""),
                  Pair("payment_type", "\"card\""), Pair("store_id", "\"STO-01\""),
                  Pair("register_id", "\"{5D0E2B11}\""), Pair("staff_id", "\"E17\""),
                  Pair("receipt_id", "\"SII00000015000074812\"")));

  EXPECT_THAT(
      shown(event(p, 2).properties),
      ElementsAre(Pair("purchase_id", "\"20417\""), Pair("purchase_status", "\"success\""),
                  Pair("purchase_source_type", "\"store\""), Pair("line_id", "\"0\""),
                  Pair("product_id", "\"TEE-WHT-M\""), Pair("sku", "\"TEE-WHT-M\""),
                  Pair("title", "\"Tee white M\""), Pair("quantity", "2"),
                  Pair("total_price", "498.00"), Pair("total_price_local_currency", "498.00"),
                  Pair("local_currency", "\"SEK\""), Pair("price", "249.00"),
                  Pair("store_id", "\"STO-01\"")));
  EXPECT_THAT(
      shown(event(p, 3).properties),
      ElementsAre(Pair("purchase_id", "\"20417\""), Pair("purchase_status", "\"success\""),
                  Pair("purchase_source_type", "\"store\""), Pair("line_id", "\"1\""),
                  Pair("product_id", "\"CAP-BLK\""), Pair("sku", "\"CAP-BLK\""),
                  Pair("title", "\"Cap black\""), Pair("quantity", "1"),
                  Pair("total_price", "300.00"), Pair("total_price_local_currency", "300.00"),
                  Pair("local_currency", "\"SEK\""), Pair("price", "300.00"),
                  Pair("original_price", "349.00"), Pair("discount_value", "49.00"),
                  Pair("store_id", "\"STO-01\"")));
}

struct AmountCase {
  const char* what;
  const char* currency;
  const char* reference;
  const char* rate;  // "" : none
  const char* quantity;
  const char* net;
  const char* vat;
  const char* paid;
  const char* total_price;
  const char* total_price_local;
  const char* without_tax;
  const char* item_total;
  const char* item_price;
};

class SaleAmounts : public testing::TestWithParam<AmountCase> {};

TEST_P(SaleAmounts, AreConvertedAndRoundedHalfAwayFromZero) {
  const AmountCase& c = GetParam();
  BloomreachSettings s = settings();
  s.reference_currency = currency(c.reference);
  if (*c.rate != '\0') s.rates[c.currency] = decimal(c.rate);
  const Verdict v = plan(order_of("1", {{"A", c.quantity, c.net, c.vat}}, c.paid, c.currency), s);
  ASSERT_EQ(v.state, Verdict::State::planned) << c.what << ": " << v.reason;
  const auto& head = event(v.plans[0], 0);
  EXPECT_EQ(attribute(head, "total_price"), c.total_price) << c.what;
  EXPECT_EQ(attribute(head, "total_price_local_currency"), c.total_price_local) << c.what;
  EXPECT_EQ(attribute(head, "total_price_without_tax"), c.without_tax) << c.what;
  EXPECT_EQ(attribute(head, "local_currency"), "\"" + std::string(c.currency) + "\"") << c.what;
  const auto& item = event(v.plans[0], 1);
  EXPECT_EQ(attribute(item, "total_price"), c.item_total) << c.what;
  EXPECT_EQ(attribute(item, "price"), c.item_price) << c.what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, SaleAmounts,
    testing::Values(AmountCase{"same currency", "SEK", "SEK", "", "1", "80.00", "20.00", "100.00",
                               "100.00", "100.00", "80.00", "100.00", "100.00"},
                    AmountCase{"a rate of the reference itself is not used", "SEK", "SEK", "2", "1",
                               "80.00", "20.00", "100.00", "100.00", "100.00", "80.00", "100.00",
                               "100.00"},
                    AmountCase{"cash rounding: paid is the grand total", "SEK", "SEK", "", "1",
                               "80.32", "20.08", "100.00", "100.00", "100.00", "80.32", "100.40",
                               "100.40"},
                    AmountCase{"a third of a krona", "SEK", "SEK", "", "3", "8.00", "2.00", "10.00",
                               "10.00", "10.00", "8.00", "10.00", "3.33"},
                    AmountCase{"a tie in the unit price", "SEK", "SEK", "", "2", "0.01", "0.00",
                               "0.01", "0.01", "0.01", "0.01", "0.01", "0.01"},
                    AmountCase{"EUR", "EUR", "SEK", "11.4321", "2", "80.00", "20.00", "100.00",
                               "1143.21", "100.00", "914.57", "1143.21", "571.61"},
                    AmountCase{"a tie in the conversion", "EUR", "SEK", "1.005", "1", "1.00",
                               "0.00", "1.00", "1.01", "1.00", "1.01", "1.01", "1.01"},
                    AmountCase{"just below the tie", "EUR", "SEK", "1.004999", "1", "1.00", "0.00",
                               "1.00", "1.00", "1.00", "1.00", "1.00", "1.00"},
                    AmountCase{"JPY has no decimals", "JPY", "SEK", "0.0712", "3", "1000", "100",
                               "1100", "78.32", "1100", "71.20", "78.32", "26.13"},
                    AmountCase{"into JPY, a tie", "SEK", "JPY", "14.5", "1", "1.00", "0.00", "1.00",
                               "15", "1.00", "15", "15", "15"},
                    AmountCase{"KWD has three", "KWD", "SEK", "34.1", "2", "1.000", "0.001",
                               "1.001", "34.13", "1.001", "34.10", "34.13", "17.08"},
                    AmountCase{"into KWD", "SEK", "KWD", "0.02933", "1", "100.00", "25.00",
                               "125.00", "3.666", "125.00", "2.933", "3.666", "3.666"},
                    AmountCase{"sold by weight", "SEK", "SEK", "", "0.345", "40.00", "4.80",
                               "44.80", "44.80", "44.80", "40.00", "44.80", "129.86"},
                    AmountCase{"given away", "SEK", "SEK", "", "1", "0.00", "0.00", "0.00", "0.00",
                               "0.00", "0.00", "0.00", "0.00"}));

TEST(SaleToBloomreach, DiscountsAndVouchers) {
  model::Order order = order_of("1",
                                {{"A", "1", "80.00", "20.00", "80.00", "0.00"},
                                 {"B", "2", "159.20", "39.80", "99.60", "20.00", "SUMMER"},
                                 {"C", "3", "20.01", "5.00", "8.33", "1.66", "OTHER"}},
                                "324.01");
  order.lines[2].vat_percent = decimal("12.5");
  const Verdict v = plan(order);
  ASSERT_EQ(v.state, Verdict::State::planned);
  const Plan& p = v.plans[0];
  EXPECT_EQ(attribute(event(p, 0), "voucher_code"), "\"SUMMER\"");
  EXPECT_EQ(attribute(event(p, 1), "original_price"), "");
  EXPECT_EQ(attribute(event(p, 1), "discount_value"), "");
  EXPECT_EQ(attribute(event(p, 1), "voucher_code"), "");
  EXPECT_EQ(attribute(event(p, 2), "original_price"), "124.50");
  EXPECT_EQ(attribute(event(p, 2), "discount_value"), "50.00");
  EXPECT_EQ(attribute(event(p, 2), "voucher_code"), "\"SUMMER\"");
  EXPECT_EQ(attribute(event(p, 3), "original_price"), "9.37");  // 9.37125
  EXPECT_EQ(attribute(event(p, 3), "discount_value"), "3.10");  // 28.11 - 25.01
}

TEST(SaleToBloomreach, DiscountIsRoundedThenConverted) {
  BloomreachSettings s = settings();
  s.rates["EUR"] = decimal("11.5");
  // 7.96 x 1.25 = 9.95 EUR, x 11.5 = 114.425 -> 114.43 SEK; row 7.00 EUR -> 80.50 SEK
  const Verdict v =
      plan(order_of("1", {{"A", "1", "5.60", "1.40", "7.96", "2.36"}}, "7.00", "EUR"), s);
  EXPECT_EQ(attribute(event(v.plans[0], 1), "original_price"), "114.43");
  EXPECT_EQ(attribute(event(v.plans[0], 1), "discount_value"), "33.93");
}

TEST(SaleToBloomreach, PaymentTypes) {
  const struct {
    std::vector<model::Payment> payments;
    const char* shown;
  } cases[] = {
      {{}, ""},
      {{{"Card", money("1"), false}, {"Cash", money("1"), false}, {"CARD ", money("1"), false}},
       "\"card,cash\""},
      {{{"Exchange", money("1"), true}}, ""},
      {{{"Exchange", money("1"), true}, {"Gift card", money("1"), false}}, "\"gift card\""},
  };
  for (const auto& c : cases) {
    model::Order order = contract_sale();
    order.payments = c.payments;
    EXPECT_EQ(attribute(event(plan(order).plans[0], 1), "payment_type"), c.shown);
  }
}

TEST(SaleToBloomreach, OptionalFactsAreLeftOut) {
  model::Order order = order_of("7", {{"A", "1", "80.00", "20.00"}}, "100.00");
  order.rung_up_at_register = false;
  order.place = {};
  order.lines[0].title.clear();
  const Verdict v = plan(order);
  ASSERT_EQ(v.plans.size(), 1U);
  ASSERT_THAT(part_types(v.plans[0]), ElementsAre("purchase", "purchase_item"));
  std::vector<std::string> names;
  for (const auto& property : event(v.plans[0], 0).properties) names.push_back(property.name);
  EXPECT_THAT(names,
              ElementsAre("purchase_id", "purchase_status", "purchase_source_type", "product_list",
                          "product_ids", "total_quantity", "total_price", "total_price_without_tax",
                          "total_price_local_currency", "local_currency"));
  EXPECT_EQ(attribute(event(v.plans[0], 0), "purchase_source_type"), "\"online\"");
  EXPECT_EQ(attribute(event(v.plans[0], 1), "title"), "");
}

TEST(SaleToBloomreach, PurchaseIds) {
  using PurchaseId = BloomreachSettings::PurchaseId;
  const struct {
    PurchaseId from;
    const char* receipt;
    const char* external;
    const char* id;
  } cases[] = {
      {PurchaseId::order, "R1", "X1", "\"20417\""},  {PurchaseId::receipt, "R1", "X1", "\"R1\""},
      {PurchaseId::receipt, "", "X1", "\"20417\""},  {PurchaseId::external, "R1", "X1", "\"X1\""},
      {PurchaseId::external, "R1", "", "\"20417\""},
  };
  for (const auto& c : cases) {
    BloomreachSettings s = settings();
    s.purchase_id_from = c.from;
    model::Order order = contract_sale();
    order.receipt_id = c.receipt;
    order.external_id = c.external;
    order.exchange_return_id = "20416";
    const Verdict v = plan(order, s);
    for (std::size_t part = 1; part < v.plans[0].parts.size(); ++part)
      EXPECT_EQ(attribute(event(v.plans[0], part), "purchase_id"), c.id);
    EXPECT_EQ(v.plans[0].effect, "sale/20417");
    EXPECT_EQ(attribute(event(v.plans[0], 1), "exchange_return_id"), "\"20416\"");
  }
}

TEST(SaleToBloomreach, RepeatedProductsAreListedOnceInProductIds) {
  const Verdict v = plan(
      order_of("1", {{"B", "1", "1", "0"}, {"A", "2", "1", "0"}, {"B", "3", "1", "0"}}, "3.00"));
  EXPECT_EQ(attribute(event(v.plans[0], 0), "product_ids"), "[B, A]");
  EXPECT_EQ(attribute(event(v.plans[0], 0), "product_list"),
            "[{product_id=\"B\", quantity=1}, {product_id=\"A\", quantity=2}, "
            "{product_id=\"B\", quantity=3}]");
  EXPECT_EQ(attribute(event(v.plans[0], 0), "total_quantity"), "6");
}

TEST(SaleToBloomreach, LongOrdersTakeSeveralPlans) {
  const struct {
    std::size_t rows;
    std::vector<std::size_t> parts;
  } cases[] = {{1, {3}}, {48, {50}}, {49, {48, 3}}, {120, {48, 48, 26}}};
  for (const auto& c : cases) {
    std::vector<LineFacts> lines;
    for (std::size_t i = 0; i < c.rows; ++i)
      lines.push_back({"SKU-" + std::to_string(i), "1", "0.80", "0.20"});
    model::Order order = order_of("9", lines, "1000.00");
    order.customer.first_name = "Vera";
    const Verdict v = plan(order);
    ASSERT_EQ(v.plans.size(), c.parts.size()) << c.rows;
    std::size_t line = 0;
    for (std::size_t i = 0; i < v.plans.size(); ++i) {
      const Plan& p = v.plans[i];
      EXPECT_EQ(p.effect, i == 0 ? "sale/9" : "sale/9/" + std::to_string(i + 1));
      EXPECT_EQ(p.lane, "customer/c-90112");
      EXPECT_EQ(p.parts.size(), c.parts[i]);
      const std::size_t first_item = i == 0 ? 2 : 0;
      if (i == 0) {
        EXPECT_TRUE(std::holds_alternative<model::CustomerUpdate>(p.parts[0]));
        EXPECT_EQ(event(p, 1).type, "purchase");
      }
      for (std::size_t part = first_item; part < p.parts.size(); ++part, ++line) {
        EXPECT_EQ(event(p, part).type, "purchase_item");
        EXPECT_EQ(attribute(event(p, part), "line_id"), "\"" + std::to_string(line) + "\"");
      }
    }
    EXPECT_EQ(line, c.rows);
  }
}

TEST(SaleToBloomreach, NamesAreRenamedAndRemoved) {
  BloomreachSettings s = settings();
  s.names = {{"purchase", "pos_purchase"}, {"purchase.total_price", "revenue"},
             {"purchase.staff_id", ""},    {"purchase_item.sku", "variant_id"},
             {"customer.phone", ""},       {"customer.last_store_id", "home_store"}};
  const Verdict v = plan(contract_sale(), s);
  const Plan& p = v.plans[0];
  EXPECT_THAT(part_types(p),
              ElementsAre("customer", "pos_purchase", "purchase_item", "purchase_item"));
  EXPECT_EQ(attribute(event(p, 1), "revenue"), "798.00");
  EXPECT_EQ(attribute(event(p, 1), "total_price"), "");
  EXPECT_EQ(attribute(event(p, 1), "staff_id"), "");
  EXPECT_EQ(attribute(event(p, 2), "total_price"), "498.00");
  EXPECT_EQ(attribute(event(p, 2), "variant_id"), "\"TEE-WHT-M\"");
  const auto& update = std::get<model::CustomerUpdate>(p.parts[0]);
  EXPECT_THAT(
      shown(update.properties),
      ElementsAre(Pair("email", "\"vera.lind@example.org\""), Pair("first_name", "\"Vera\""),
                  Pair("last_name", "\"Lind\""), Pair("home_store", "\"STO-01\"")));

  s.names["purchase_item"] = "";
  EXPECT_THAT(part_types(plan(contract_sale(), s).plans[0]),
              ElementsAre("customer", "pos_purchase"));

  s.names["purchase"] = "";
  for (const char* property : {"email", "first_name", "last_name", "last_store_id"})
    s.names[std::string("customer.") + property] = "";
  const Verdict nothing = plan(contract_sale(), s);
  EXPECT_EQ(nothing.state, Verdict::State::skipped);
  EXPECT_THAT(nothing.plans, IsEmpty());
}

TEST(SaleToBloomreach, ProfileWindowTakesTheUpdateOut) {
  BloomreachSettings s = settings();
  s.profile_window = true;
  s.hard_id_from = model::IdentitySource::email;
  const Verdict v = plan(contract_sale(), s);
  ASSERT_THAT(effects(v), ElementsAre("sale/20417", "profile/20417"));
  EXPECT_THAT(part_types(v.plans[0]), ElementsAre("purchase", "purchase_item", "purchase_item"));
  EXPECT_FALSE(v.plans[0].profile_only);
  EXPECT_EQ(v.plans[1].flow, "customer_update_to_bloomreach");
  EXPECT_EQ(v.plans[1].lane, "profile/vera.lind@example.org");
  EXPECT_TRUE(v.plans[1].profile_only);
  EXPECT_THAT(part_types(v.plans[1]), ElementsAre("customer"));

  model::Order nothing_known = order_of("1", {{"A", "1", "1", "0"}}, "1.00");
  EXPECT_THAT(effects(plan(nothing_known, s)), IsEmpty());
  nothing_known.customer.email = "a@example.org";
  s.names["customer.email"] = "";
  EXPECT_THAT(effects(plan(nothing_known, s)), ElementsAre("sale/1"));
}

TEST(SaleToBloomreach, SamePlanEveryTime) {
  const auto text = [](const Verdict& v) {
    std::string all;
    for (const Plan& p : v.plans) {
      for (std::size_t i = 1; i < p.parts.size(); ++i) {
        for (const auto& [name, value] : shown(event(p, i).properties)) all += name + value;
      }
    }
    return all;
  };
  EXPECT_EQ(text(plan(contract_sale())), text(plan(contract_sale())));
}

}  // namespace
}  // namespace tillbridge::flows
