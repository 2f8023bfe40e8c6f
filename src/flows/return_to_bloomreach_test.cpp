#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/bloomreach_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::Pair;

BloomreachSettings status_pattern() {
  BloomreachSettings s = settings();
  s.returns = BloomreachSettings::Returns::status;
  return s;
}

std::optional<Original> known_sale() {
  Original original;
  original.order = contract_sale();
  return original;
}

TEST(ReturnToBloomreach, TheContractsRefundAsEvents) {
  const Verdict v = plan(contract_return());
  ASSERT_EQ(v.state, Verdict::State::planned) << v.reason;
  ASSERT_EQ(v.plans.size(), 1U);
  const Plan& p = v.plans[0];
  EXPECT_EQ(p.flow, "return_to_bloomreach");
  EXPECT_EQ(p.effect, "return/20533");
  EXPECT_EQ(p.lane, "customer/c-90112");
  ASSERT_THAT(part_types(p), ElementsAre("return", "return_item"));
  EXPECT_EQ(event(p, 0).at, from_unix_seconds(sold_at));
  EXPECT_THAT(
      shown(event(p, 0).properties),
      ElementsAre(Pair("return_id", "\"20533\""), Pair("purchase_id", "\"20417\""),
                  Pair("purchase_source_type", "\"store\""),
                  Pair("product_list", "[{product_id=\"TEE-WHT-M\", quantity=1}]"),
                  Pair("product_ids", "[TEE-WHT-M]"), Pair("total_quantity", "1"),
                  Pair("total_price", "249.00"), Pair("total_price_without_tax", "199.20"),
                  Pair("total_price_local_currency", "249.00"), Pair("local_currency", "\"SEK\""),
                  Pair("payment_type", "\"card\""), Pair("reason", "\"R-SIZE\""),
                  Pair("store_id", "\"STO-01\""), Pair("register_id", "\"{R1}\""),
                  Pair("receipt_id", "\"SII00000015000074901\"")));
  EXPECT_THAT(
      shown(event(p, 1).properties),
      ElementsAre(Pair("return_id", "\"20533\""), Pair("purchase_id", "\"20417\""),
                  Pair("line_id", "\"0\""), Pair("original_line_id", "\"0\""),
                  Pair("product_id", "\"TEE-WHT-M\""), Pair("sku", "\"TEE-WHT-M\""),
                  Pair("title", "\"Tee white M\""), Pair("quantity", "1"), Pair("price", "249.00"),
                  Pair("total_price", "249.00"), Pair("total_price_local_currency", "249.00"),
                  Pair("local_currency", "\"SEK\""), Pair("reason", "\"R-SIZE\""),
                  Pair("store_id", "\"STO-01\"")));
}

TEST(ReturnToBloomreach, TheContractsRefundAsStatus) {
  const Verdict v = plan(contract_return(), status_pattern());
  ASSERT_EQ(v.plans.size(), 1U);
  const Plan& p = v.plans[0];
  EXPECT_EQ(p.effect, "return/20533");
  ASSERT_THAT(part_types(p), ElementsAre("purchase", "purchase_item"));
  EXPECT_THAT(
      shown(event(p, 0).properties),
      ElementsAre(Pair("purchase_id", "\"20417\""), Pair("purchase_status", "\"refund\""),
                  Pair("purchase_source_type", "\"store\""),
                  Pair("product_list", "[{product_id=\"TEE-WHT-M\", quantity=1}]"),
                  Pair("product_ids", "[TEE-WHT-M]"), Pair("total_quantity", "1"),
                  Pair("total_price", "249.00"), Pair("total_price_without_tax", "199.20"),
                  Pair("total_price_local_currency", "249.00"), Pair("local_currency", "\"SEK\""),
                  Pair("payment_type", "\"card\""), Pair("store_id", "\"STO-01\""),
                  Pair("register_id", "\"{R1}\""), Pair("receipt_id", "\"SII00000015000074901\""),
                  Pair("refund_id", "\"20533\""), Pair("reason", "\"R-SIZE\"")));
  EXPECT_THAT(
      shown(event(p, 1).properties),
      ElementsAre(Pair("purchase_id", "\"20417\""), Pair("purchase_status", "\"refund\""),
                  Pair("purchase_source_type", "\"store\""), Pair("line_id", "\"0\""),
                  Pair("product_id", "\"TEE-WHT-M\""), Pair("sku", "\"TEE-WHT-M\""),
                  Pair("title", "\"Tee white M\""), Pair("quantity", "1"),
                  Pair("total_price", "249.00"), Pair("total_price_local_currency", "249.00"),
                  Pair("local_currency", "\"SEK\""), Pair("price", "249.00"),
                  Pair("store_id", "\"STO-01\""), Pair("refund_id", "\"20533\""),
                  Pair("reason", "\"R-SIZE\"")));
}

TEST(ReturnToBloomreach, WithoutReceiptThereIsNoPurchase) {
  model::Order manual = contract_return();
  manual.original_order_id.clear();
  EXPECT_EQ(attribute(event(plan(manual).plans[0], 0), "purchase_id"), "");
  EXPECT_EQ(attribute(event(plan(manual).plans[0], 1), "purchase_id"), "");
  const Verdict v = plan(manual, status_pattern());
  EXPECT_EQ(attribute(event(v.plans[0], 0), "purchase_id"), "\"20533\"");
  EXPECT_EQ(attribute(event(v.plans[0], 0), "refund_id"), "\"20533\"");
}

TEST(ReturnToBloomreach, OriginalIdsThatAreNotOrderNumbers) {
  BloomreachSettings s = settings();
  s.purchase_id_from = BloomreachSettings::PurchaseId::receipt;
  const auto head = [](const Verdict& v) { return event(v.plans[0], 0); };
  const Verdict known = plan(contract_return(), s, known_sale());
  EXPECT_EQ(attribute(head(known), "return_id"), "\"SII00000015000074901\"");
  EXPECT_EQ(attribute(head(known), "purchase_id"), "\"SII00000015000074812\"");
  const Verdict unknown = plan(contract_return(), s);
  EXPECT_EQ(attribute(head(unknown), "purchase_id"), "");
  // Another order is not the original, whoever says so.
  auto other = known_sale();
  other->order.id = "1";
  EXPECT_EQ(attribute(head(plan(contract_return(), s, other)), "purchase_id"), "");

  s.returns = BloomreachSettings::Returns::status;
  EXPECT_EQ(attribute(head(plan(contract_return(), s, known_sale())), "purchase_id"),
            "\"SII00000015000074812\"");
  EXPECT_EQ(attribute(head(plan(contract_return(), s)), "purchase_id"), "\"SII00000015000074901\"");
}

TEST(ReturnToBloomreach, PartialAndRepeatedReturnsAreTheirOwnEffects) {
  std::vector<std::string> seen;
  for (const char* id : {"301", "302"}) {
    model::Order part = order_of(id, {{"TEE-WHT-M", "-1", "-199.20", "-49.80"}}, "-249.00");
    part.original_order_id = "20417";
    const Verdict v = plan(part, settings(), known_sale());
    seen.push_back(v.plans[0].effect);
    EXPECT_EQ(attribute(event(v.plans[0], 0), "return_id"), "\"" + std::string(id) + "\"");
    EXPECT_EQ(attribute(event(v.plans[0], 0), "purchase_id"), "\"20417\"");
    EXPECT_EQ(attribute(event(v.plans[0], 0), "total_quantity"), "1");
  }
  EXPECT_THAT(seen, ElementsAre("return/301", "return/302"));
}

TEST(ReturnToBloomreach, Reasons) {
  const struct {
    const char* order;
    const char* first;
    const char* second;
    const char* head;
    const char* item_0;
    const char* item_1;
  } cases[] = {
      {"O", "A", "", "\"O\"", "\"A\"", "\"O\""},
      {"", "A", "B", "\"A\"", "\"A\"", "\"B\""},
      {"", "", "B", "\"B\"", "", "\"B\""},
      {"", "", "", "", "", ""},
  };
  for (const auto& c : cases) {
    for (const BloomreachSettings& s : {settings(), status_pattern()}) {
      model::Order order = order_of("5", {{"A", "-1", "-1", "0"}, {"B", "-1", "-1", "0"}}, "-2.00");
      order.reason = c.order;
      order.lines[0].reason = c.first;
      order.lines[1].reason = c.second;
      const Verdict v = plan(order, s);
      EXPECT_EQ(attribute(event(v.plans[0], 0), "reason"), c.head);
      EXPECT_EQ(attribute(event(v.plans[0], 1), "reason"), c.item_0);
      EXPECT_EQ(attribute(event(v.plans[0], 2), "reason"), c.item_1);
    }
  }
}

TEST(ReturnToBloomreach, AmountsAreRoundedLikeThoseOfTheSale) {
  BloomreachSettings s = settings();
  s.rates["EUR"] = decimal("1.005");
  const Verdict sale = plan(order_of("1", {{"A", "2", "0.80", "0.20"}}, "1.00", "EUR"), s);
  const Verdict back = plan(order_of("2", {{"A", "-2", "-0.80", "-0.20"}}, "-1.00", "EUR"), s);
  for (const char* name :
       {"total_price", "total_price_without_tax", "total_price_local_currency", "total_quantity"})
    EXPECT_EQ(attribute(event(sale.plans[0], 0), name), attribute(event(back.plans[0], 0), name));
  EXPECT_EQ(attribute(event(back.plans[0], 0), "total_price"), "1.01");
  for (const char* name : {"price", "total_price", "quantity"})
    EXPECT_EQ(attribute(event(sale.plans[0], 1), name), attribute(event(back.plans[0], 1), name));
}

TEST(ReturnToBloomreach, LongReturnsTakeSeveralPlans) {
  const std::vector<LineFacts> lines(50, LineFacts{"A", "-1", "-1", "0"});
  const Verdict v = plan(order_of("6", lines, "-50.00"));
  ASSERT_THAT(effects(v), ElementsAre("return/6", "return/6/2"));
  EXPECT_EQ(v.plans[0].parts.size(), 48U);
  EXPECT_EQ(v.plans[1].parts.size(), 3U);
}

TEST(ReturnToBloomreach, RenamedNames) {
  BloomreachSettings s = settings();
  s.names = {{"return", "pos_return"}, {"return.reason", "return_reason"}, {"return_item", ""}};
  const Verdict v = plan(contract_return(), s);
  ASSERT_THAT(part_types(v.plans[0]), ElementsAre("pos_return"));
  EXPECT_EQ(attribute(event(v.plans[0], 0), "return_reason"), "\"R-SIZE\"");
}

TEST(Exchange, TheTwoOrdersNameEachOther) {
  model::Order back = contract_return();
  back.exchange_sale_id = "20534";
  back.payments = {{"Exchange", money("-249.00"), true}};
  model::Order sale = contract_sale();
  sale.id = "20534";
  sale.exchange_return_id = "20533";
  const Verdict verdict = plan(back);
  const auto& returned = event(verdict.plans[0], 0);
  EXPECT_EQ(attribute(returned, "exchange_purchase_id"), "\"20534\"");
  EXPECT_EQ(attribute(returned, "payment_type"), "");
  EXPECT_EQ(attribute(event(plan(sale).plans[0], 1), "exchange_return_id"), "\"20533\"");
}

model::Order mixed_order() {
  model::Order order = order_of(
      "77", {{"NEW", "1", "400.00", "100.00"}, {"OLD", "-1", "-199.20", "-49.80"}}, "251.00");
  order.customer.first_name = "Vera";
  order.original_order_id = "20417";
  return order;
}

TEST(MixedOrder, SaleFirstThenReturnEachWithItsOwnRows) {
  const Verdict v = plan(mixed_order());
  ASSERT_EQ(v.state, Verdict::State::planned);
  ASSERT_THAT(effects(v), ElementsAre("sale/77", "return/77"));
  EXPECT_EQ(v.plans[0].lane, v.plans[1].lane);
  ASSERT_THAT(part_types(v.plans[0]), ElementsAre("customer", "purchase", "purchase_item"));
  ASSERT_THAT(part_types(v.plans[1]), ElementsAre("return", "return_item"));
  const auto& sold = event(v.plans[0], 1);
  EXPECT_EQ(attribute(sold, "total_price"), "500.00");
  EXPECT_EQ(attribute(sold, "total_price_without_tax"), "400.00");
  EXPECT_EQ(attribute(sold, "product_ids"), "[NEW]");
  const auto& back = event(v.plans[1], 0);
  EXPECT_EQ(attribute(back, "total_price"), "249.00");
  EXPECT_EQ(attribute(back, "product_ids"), "[OLD]");
  EXPECT_EQ(attribute(back, "return_id"), "\"77\"");
  EXPECT_EQ(attribute(back, "purchase_id"), "\"20417\"");

  BloomreachSettings s = settings();
  s.profile_window = true;
  EXPECT_THAT(effects(plan(mixed_order(), s)), ElementsAre("sale/77", "return/77", "profile/77"));
}

TEST(GuestReturn, IsSentUnderTheIdentityOfTheOriginal) {
  model::Order guest = contract_return();
  guest.customer = {};
  guest.customer.cookie = "guest-cookie";
  BloomreachSettings s = settings();
  s.soft_ids = {{"email_id", model::IdentitySource::email}};
  s.cookie_id = "cookie";

  EXPECT_TRUE(needs_original(guest, s));
  EXPECT_EQ(plan(guest, s).state, Verdict::State::unidentified);

  const Verdict v = plan(guest, s, known_sale());
  ASSERT_EQ(v.state, Verdict::State::planned);
  EXPECT_EQ(v.customer, "c-90112");
  EXPECT_EQ(v.plans[0].lane, "customer/c-90112");
  EXPECT_THAT(
      shown_ids(event(v.plans[0], 0).who),
      ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera.lind@example.org")));

  auto guest_sale = known_sale();
  guest_sale->order.customer = {};
  EXPECT_EQ(plan(guest, s, guest_sale).state, Verdict::State::unidentified);
  auto faulty_sale = known_sale();
  faulty_sale->order.customer.crm_customer_id = "null";
  EXPECT_EQ(plan(guest, s, faulty_sale).state, Verdict::State::faulty_identity);
}

TEST(GuestReturn, OwnIdentityComesFirst) {
  model::Order order = contract_return();
  order.customer.crm_customer_id = "c-2";
  const Verdict v = plan(order, settings(), known_sale());
  EXPECT_EQ(v.customer, "c-2");
}

TEST(GuestReturn, OfAMixedOrderStaysAGuests) {
  model::Order guest = mixed_order();
  guest.customer = {};
  EXPECT_EQ(plan(guest).state, Verdict::State::unidentified);
  EXPECT_EQ(plan(guest, settings(), known_sale()).state, Verdict::State::unidentified);
}

TEST(NeedsOriginal, OnlyWhenThePlanDependsOnIt) {
  using PurchaseId = BloomreachSettings::PurchaseId;
  const struct {
    const char* what;
    const char* customer;
    const char* link;
    PurchaseId from;
    bool needed;
  } cases[] = {
      {"own identity", "c-1", "20417", PurchaseId::order, false},
      {"guest", "", "20417", PurchaseId::order, true},
      {"guest without link", "", "", PurchaseId::order, false},
      {"receipt ids", "c-1", "20417", PurchaseId::receipt, true},
      {"faulty identity", "null", "20417", PurchaseId::order, false},
  };
  for (const auto& c : cases) {
    BloomreachSettings s = settings();
    s.purchase_id_from = c.from;
    model::Order order = contract_return();
    order.customer.crm_customer_id = c.customer;
    order.original_order_id = c.link;
    EXPECT_EQ(needs_original(order, s), c.needed) << c.what;
    order.state = model::OrderState::open;
    EXPECT_FALSE(needs_original(order, s)) << c.what;
  }
  model::Order sale = contract_sale();
  sale.customer = {};
  sale.original_order_id = "1";
  EXPECT_FALSE(needs_original(sale, settings()));
}

}  // namespace
}  // namespace tillbridge::flows
