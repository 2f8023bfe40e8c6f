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
using RefundIds = KlaviyoSettings::RefundIds;

TEST(ReturnToKlaviyo, TheContractsReturn) {
  KlaviyoHub hub;
  hub.plan(klaviyo_sale());
  const Verdict v = hub.plan(klaviyo_return());
  ASSERT_EQ(v.state, State::planned) << v.reason;
  EXPECT_EQ(v.reason, "return");
  ASSERT_THAT(effects(v), ElementsAre("return/20533"));  // no profile write
  EXPECT_EQ(v.plans[0].flow, "return_to_klaviyo");
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");
  ASSERT_THAT(part_types(v.plans[0]), ElementsAre("Refunded Order"));
  const auto& refunded = event(v.plans[0], 0);
  EXPECT_THAT(shown_ids(refunded.who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_EQ(refunded.at, from_unix_seconds(sold_at));
  EXPECT_EQ(refunded.unique_id, "sitoo:20417");
  EXPECT_EQ(refunded.value, money("249.00"));
  EXPECT_THAT(
      shown(refunded.properties),
      ElementsAre(Pair("OrderId", "\"20417\""), Pair("RefundId", "\"20533\""),
                  Pair("ReceiptId", "\"SII00000015000074901\""), Pair("Source Name", "\"POS\""),
                  Pair("StoreId", "\"STO-01\""), Pair("ItemNames", "[Tee white M]"),
                  Pair("SKUs", "[TEE-WHT-M]"), Pair("Item Count", "1"),
                  Pair("Reason", "\"R-SIZE\""),
                  Pair("Items",
                       "[{ProductID=\"TEE-WHT-M\", SKU=\"TEE-WHT-M\", ProductName=\"Tee white M\", "
                       "Quantity=1, ItemPrice=249.00, RowTotal=249.00, Reason=\"R-SIZE\", "
                       "OriginalLineId=\"0\"}]")));
  EXPECT_THAT(shown(refunded.customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[CAP-BLK]")));
}

TEST(ReturnToKlaviyo, ReasonsOfOrderAndRows) {
  KlaviyoHub hub;
  model::Order order = return_of("9", "a@kund.se", {"A", "B"});
  order.lines[1].reason = "R-ROW";
  order.exchange_sale_id = "10";
  const auto first = event(hub.plan(order).plans.at(0), 0);
  EXPECT_EQ(attribute(first, "Reason"), "\"R-ROW\"");
  EXPECT_THAT(attribute(first, "Items"), testing::HasSubstr("RowTotal=100.00}, {"));
  EXPECT_THAT(attribute(first, "Items"), testing::HasSubstr("Reason=\"R-ROW\"}]"));
  EXPECT_EQ(first.properties.back().name, "ExchangeOrderId");
  EXPECT_EQ(attribute(first, "ExchangeOrderId"), "\"10\"");
  order.reason = "R-ORDER";
  const auto second = event(hub.plan(order).plans.at(0), 0);
  EXPECT_EQ(attribute(second, "Reason"), "\"R-ORDER\"");
  EXPECT_THAT(attribute(second, "Items"), testing::HasSubstr("Reason=\"R-ORDER\"}, {"));
  EXPECT_THAT(attribute(second, "Items"), testing::HasSubstr("Reason=\"R-ROW\"}]"));
}

TEST(ReturnToKlaviyo, WithoutALinkItStandsForItself) {
  KlaviyoHub hub;
  const auto refunded = event(hub.plan(return_of("9", "a@kund.se", {"A"})).plans.at(0), 0);
  EXPECT_EQ(attribute(refunded, "OrderId"), "\"9\"");
  EXPECT_EQ(attribute(refunded, "RefundId"), "\"9\"");
  EXPECT_EQ(refunded.unique_id, "sitoo:9");
  EXPECT_THAT(refunded.customer_properties, IsEmpty());  // nothing of it was known
}

TEST(ReturnToKlaviyo, IdsOfRefunds) {
  const struct {
    RefundIds ids;
    const char* of_first;
    const char* of_second;
    const char* of_first_again;
  } cases[] = {{RefundIds::order, "sitoo:5", "sitoo:5", "sitoo:5"},
               {RefundIds::refund, "sitoo:6", "sitoo:7", "sitoo:6"},
               {RefundIds::first, "sitoo:5", "sitoo:7", "sitoo:5"}};
  for (const auto& c : cases) {
    KlaviyoHub hub;
    hub.settings.refund_ids = c.ids;
    model::Order first = return_of("6", "a@kund.se", {"A"});
    model::Order second = return_of("7", "b@kund.se", {"B"});
    first.original_order_id = second.original_order_id = "5";
    EXPECT_EQ(event(hub.plan(first).plans.at(0), 0).unique_id, c.of_first);
    EXPECT_EQ(hub.asked.contains("refund/5"), c.ids == RefundIds::first);
    EXPECT_EQ(event(hub.plan(second).plans.at(0), 0).unique_id, c.of_second);
    EXPECT_EQ(event(hub.plan(first).plans.at(0), 0).unique_id, c.of_first_again);
    EXPECT_EQ(event(hub.plan(second).plans.at(0), 0).unique_id, c.of_second);
  }
}

TEST(ReturnToKlaviyo, HistoryTakesTheOriginalsIdToo) {
  KlaviyoHub hub;
  model::Order first = return_of("6", "a@kund.se", {"A"});
  first.original_order_id = "5";
  EXPECT_EQ(event(hub.plan(first, std::nullopt, true).plans.at(0), 0).unique_id, "sitoo:5");
  model::Order second = first;
  second.id = "7";
  EXPECT_EQ(event(hub.plan(second).plans.at(0), 0).unique_id, "sitoo:7");
}

TEST(ReturnToKlaviyo, AGuestsReturnInheritsTheIdentityOfTheSale) {
  KlaviyoHub hub;
  hub.plan(klaviyo_sale());
  model::Order guest = klaviyo_return();
  guest.customer = {};
  EXPECT_TRUE(needs_original_for_klaviyo(guest, hub.settings));
  EXPECT_EQ(hub.plan(guest).state, State::unidentified);
  const Verdict v = hub.plan(guest, Original{klaviyo_sale()});
  ASSERT_EQ(v.state, State::planned);
  EXPECT_EQ(v.reason, "return by a guest, under the identity of the original sale");
  EXPECT_EQ(v.customer, "vera.lind@kund.se");
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");
  EXPECT_THAT(shown_ids(event(v.plans[0], 0).who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_THAT(shown(event(v.plans[0], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[CAP-BLK]")));

  Original other{klaviyo_sale()};
  other.order.id = "4711";  // not the linked one
  EXPECT_EQ(hub.plan(guest, other).state, State::unidentified);
  Original at_test_domain{contract_sale()};
  EXPECT_EQ(hub.plan(guest, at_test_domain).state, State::skipped);

  model::Order mixed = guest;
  mixed.lines.push_back(klaviyo_sale().lines[0]);
  EXPECT_FALSE(needs_original_for_klaviyo(mixed, hub.settings));
  EXPECT_EQ(hub.plan(mixed, Original{klaviyo_sale()}).state, State::unidentified);
  EXPECT_FALSE(needs_original_for_klaviyo(klaviyo_return(), hub.settings));
  guest.original_order_id.clear();
  EXPECT_FALSE(needs_original_for_klaviyo(guest, hub.settings));
}

TEST(ReturnToKlaviyo, TheLastSkuLeavesAnEmptyList) {
  KlaviyoHub hub;
  hub.plan(sale_of("1", "a@kund.se", {"A"}));
  const auto refunded = event(hub.plan(return_of("2", "a@kund.se", {"A"})).plans.at(0), 0);
  EXPECT_THAT(shown(refunded.customer_properties), ElementsAre(Pair("Purchased SKUs", "[]")));
}

TEST(ReturnToKlaviyo, WithoutVat) {
  KlaviyoHub hub;
  hub.settings.value = KlaviyoSettings::Value::net;
  const auto refunded = event(hub.plan(klaviyo_return()).plans.at(0), 0);
  EXPECT_EQ(refunded.value, money("199.20"));
  EXPECT_THAT(attribute(refunded, "Items"), testing::HasSubstr("RowTotal=199.20"));
}

}  // namespace
}  // namespace tillbridge::flows
