// The expected content of whole orders at Klaviyo, written out by hand from docs/flows/klaviyo.md.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "ledger/comparison.h"
#include "ledger/expected_klaviyo.h"
#include "ledger/test_klaviyo.h"

namespace sandbox {
namespace {

using test::kund_return_of;
using test::kund_sale;
using test::row;
using test::vera;

KlaviyoContent content(const TillOrder& order, EffectKey key,
                       const KlaviyoExpectations& wanted = {}, bool takes_originals_id = true) {
  return content_for_klaviyo(order, key, vera, takes_originals_id, wanted);
}

void expect_same(const boost::json::object& got, std::string_view expected) {
  EXPECT_TRUE(same_value(boost::json::parse(expected), got)) << boost::json::serialize(got);
}

TEST(KlaviyoContent, PlacedOrder) {
  const KlaviyoContent placed = content(kund_sale(20417, 1), {EffectKind::purchase});
  EXPECT_EQ(placed.event.type, "Placed Order");
  EXPECT_EQ(placed.unique_id, "sitoo:20417");
  EXPECT_EQ(placed.value, 798.0);
  EXPECT_EQ(placed.currency, "SEK");
  EXPECT_FALSE(placed.backfill);
  EXPECT_EQ(placed.event.timestamp_min, test::sold_at_s);
  EXPECT_EQ(placed.event.timestamp_max, test::sold_at_s);
  EXPECT_EQ(placed.last_store, "Example Street");
  EXPECT_EQ(placed.bought, (std::vector<std::string>{"TEE-WHT-M", "CAP-BLK"}));
  expect_same(placed.event.ids, R"({"email": "vera.lind@kund.tillbridge.dev"})");
  expect_same(placed.event.properties, R"({
    "OrderId": "20417", "ReceiptId": "SII01-20417", "Source Name": "POS",
    "StoreName": "Example Street", "StoreId": "STO-01",
    "ItemNames": ["Title of TEE-WHT-M", "Title of CAP-BLK"], "SKUs": ["TEE-WHT-M", "CAP-BLK"],
    "Item Count": 3, "Is Discounted": false, "DiscountValue": "0",
    "Items": [
      {"ProductID": "TEE-WHT-M", "SKU": "TEE-WHT-M", "ProductName": "Title of TEE-WHT-M",
       "Quantity": 2, "ItemPrice": 249.0, "RowTotal": 498.0},
      {"ProductID": "CAP-BLK", "SKU": "CAP-BLK", "ProductName": "Title of CAP-BLK",
       "Quantity": 1, "ItemPrice": 300.0, "RowTotal": 300.0}]})");
}

TEST(KlaviyoContent, DiscountsVouchersAndTheSameProductTwice) {
  TillOrder order = kund_sale(7, 1);
  order.currency = "EUR";
  order.paid_minor = 3'500;
  order.register_id.clear();
  order.store_name.clear();
  order.store_code.clear();
  order.receipt_id.clear();
  order.exchange_return_id = 6;
  order.rows = {row(3, "CAP", 3, 2'000, 500), row(4, "CAP", 1, 800, 200), row(5, "FREE", 1, 0, 0)};
  order.rows[0].unit_discount_net_minor = 133;  // 1.6625 with 25 % VAT -> 1.66, three of it 4.98
  order.rows[0].voucher_code = "SPRING";
  order.rows[2].unit_discount_net_minor = 800;  // 10.00
  const KlaviyoContent placed = content(order, {EffectKind::purchase});
  EXPECT_EQ(placed.value, 35.0);
  EXPECT_EQ(placed.currency, "EUR");
  EXPECT_EQ(placed.last_store, "");
  expect_same(placed.event.properties, R"({
    "OrderId": "7", "Source Name": "Web", "ItemNames": ["Title of CAP", "Title of FREE"],
    "SKUs": ["CAP", "FREE"], "Item Count": 5, "Is Discounted": true, "DiscountValue": 14.98,
    "DiscountCode": "SPRING", "ExchangeRefundId": "6",
    "Items": [
      {"ProductID": "CAP", "SKU": "CAP", "ProductName": "Title of CAP", "Quantity": 3,
       "ItemPrice": 8.33, "RowTotal": 25.0},
      {"ProductID": "CAP", "SKU": "CAP", "ProductName": "Title of CAP", "Quantity": 1,
       "ItemPrice": 10.0, "RowTotal": 10.0},
      {"ProductID": "FREE", "SKU": "FREE", "ProductName": "Title of FREE", "Quantity": 1,
       "ItemPrice": 0, "RowTotal": 0}]})");

  const KlaviyoContent item = content(order, {EffectKind::purchase_item, 3});
  EXPECT_EQ(item.event.type, "Ordered Product");
  EXPECT_EQ(item.unique_id, "sitoo:7:3");
  EXPECT_EQ(item.value, 25.0);
  EXPECT_EQ(item.event.timestamp_min, test::sold_at_s + 1);
  EXPECT_EQ(item.event.timestamp_max, test::sold_at_s + 1);
  EXPECT_EQ(item.last_store, "");
  EXPECT_EQ(item.purchased_skus, KlaviyoContent::PurchasedSkus::none);
  expect_same(item.event.properties, R"({
    "OrderId": "7", "LineId": "3", "ProductID": "CAP", "SKU": "CAP",
    "ProductName": "Title of CAP", "Quantity": 3, "ItemPrice": 8.33, "Source Name": "Web",
    "DiscountCode": "SPRING"})");
  const KlaviyoContent gift = content(order, {EffectKind::purchase_item, 5});
  EXPECT_EQ(gift.value, 0);
  EXPECT_EQ(gift.event.properties.at("ItemPrice"), "0");

  KlaviyoExpectations net;
  net.value = "net";
  EXPECT_EQ(content(order, {EffectKind::purchase}, net).value, 28.0);
  const auto net_item = content(order, {EffectKind::purchase_item, 3}, net);
  EXPECT_EQ(net_item.value, 20.0);
  EXPECT_EQ(net_item.event.properties.at("ItemPrice"), 6.67);
}

TEST(KlaviyoContent, RefundedOrderAndItsIds) {
  const TillOrder original = kund_sale(5, 1);
  TillOrder order = kund_return_of(original, 6, 2);
  order.exchange_sale_id = 7;
  const KlaviyoContent refunded = content(order, {EffectKind::return_header});
  EXPECT_EQ(refunded.event.type, "Refunded Order");
  EXPECT_EQ(refunded.value, 249.0);
  EXPECT_EQ(refunded.returned, std::vector<std::string>{"TEE-WHT-M"});
  EXPECT_EQ(refunded.last_store, "");
  expect_same(refunded.event.properties, R"({
    "OrderId": "5", "RefundId": "6", "ReceiptId": "SII01-6", "Source Name": "POS",
    "StoreName": "Example Street", "StoreId": "STO-01", "ItemNames": ["Title of TEE-WHT-M"],
    "SKUs": ["TEE-WHT-M"], "Item Count": 1, "Reason": "R-SIZE", "ExchangeOrderId": "7",
    "Items": [{"ProductID": "TEE-WHT-M", "SKU": "TEE-WHT-M", "ProductName": "Title of TEE-WHT-M",
      "Quantity": 1, "ItemPrice": 249.0, "RowTotal": 249.0, "Reason": "R-SIZE",
      "OriginalLineId": "0"}]})");

  const auto id = [&order](const std::string& refund_ids, bool first) {
    KlaviyoExpectations wanted;
    wanted.refund_ids = refund_ids;
    return content(order, {EffectKind::return_header}, wanted, first).unique_id;
  };
  EXPECT_EQ(id("first", true), "sitoo:5");
  EXPECT_EQ(id("first", false), "sitoo:6");
  EXPECT_EQ(id("order", false), "sitoo:5");
  EXPECT_EQ(id("refund", true), "sitoo:6");
  order.original_order_id.reset();
  EXPECT_EQ(id("first", true), "sitoo:6");
  EXPECT_EQ(id("order", true), "sitoo:6");
  EXPECT_EQ(content(order, {EffectKind::return_header}).event.properties.at("OrderId"), "6");
}

TEST(KlaviyoContent, MixedOrderSplitsItsAmountsByRows) {
  TillOrder order = kund_sale(9, 1);
  order.paid_minor = 24'900;
  order.original_order_id = 5;
  order.rows = {row(0, "NEW", 1, 39'840, 9'960), row(1, "OLD", -1, -19'920, -4'980),
                row(2, "ZERO", 1, 0, 0)};
  order.rows.back().quantity = 0;
  const auto plan = plan_for_klaviyo(order, {}, {});
  EXPECT_EQ(plan.effects.size(), 3U);  // placed, one product, refunded
  EXPECT_EQ(content(order, {EffectKind::purchase}).value, 498.0);
  EXPECT_EQ(content(order, {EffectKind::return_header}).value, 249.0);
  EXPECT_EQ(content(order, {EffectKind::purchase}).event.properties.at("Item Count"), 1);
  KlaviyoExpectations net;
  net.value = "net";
  EXPECT_EQ(content(order, {EffectKind::return_header}, net).value, 199.2);
}

TEST(KlaviyoContent, CancelledOrder) {
  TillOrder order = kund_sale(13, 1);
  order.state = TillState::cancelled;
  order.payment_state = 0;
  order.reason = "R-REGRET";
  order.final_event_date_s = test::sold_at_s + 3'600;
  ASSERT_EQ(plan_for_klaviyo(order, {}, {}).effects.size(), 1U);
  const KlaviyoContent cancelled = content(order, {EffectKind::cancellation});
  EXPECT_EQ(cancelled.event.type, "Cancelled Order");
  EXPECT_EQ(cancelled.unique_id, "sitoo:13");
  EXPECT_EQ(cancelled.value, 798.0);
  EXPECT_EQ(cancelled.event.properties.at("Reason"), "R-REGRET");
  EXPECT_EQ(cancelled.event.properties.at("Items").as_array().size(), 2U);
  EXPECT_EQ(cancelled.event.timestamp_min, test::sold_at_s + 3'598);
  EXPECT_EQ(cancelled.event.timestamp_max, test::sold_at_s + 4'200);
  EXPECT_EQ(cancelled.purchased_skus, KlaviyoContent::PurchasedSkus::none);
  KlaviyoExpectations wanted;
  wanted.cancelled_metric = "Canceled Order";
  EXPECT_EQ(content(order, {EffectKind::cancellation}, wanted).event.type, "Canceled Order");
  wanted.cancelled_metric = "";
  EXPECT_TRUE(plan_for_klaviyo(order, {}, wanted).effects.empty());
  order.rows = {row(0, "OLD", -1, -19'920, -4'980)};
  EXPECT_EQ(plan_for_klaviyo(order, {}, {}).verdict, OrderVerdict::nothing);
}

TEST(KlaviyoContent, WhoseAnOrderIs) {
  struct Case {
    const char* key_from;
    const char* email;
    OrderVerdict verdict;
    const char* key;
  };
  const std::string long_mail = std::string(86, 'a') + "@tillbridge.dev";
  const std::string longest = long_mail.substr(2);
  const std::vector<Case> cases = {
      {"email", " Vera@Kund.SE ", OrderVerdict::effects, "vera@kund.se"},
      {"email", "", OrderVerdict::unidentified, ""},
      {"email", "null", OrderVerdict::faulty, ""},
      {"email", long_mail.c_str(), OrderVerdict::faulty, ""},
      {"email", longest.c_str(), OrderVerdict::effects, longest.c_str()},
      {"email", "vera@example.org", OrderVerdict::nothing, ""},
      {"email", "vera@shop.Example.com", OrderVerdict::nothing, ""},
      {"email", "vera@notexample.com", OrderVerdict::effects, "vera@notexample.com"},
      {"email", "vera@mail.test", OrderVerdict::nothing, ""},
      {"email", "till@shop.se", OrderVerdict::nothing, ""},
      {"crm_customer_id", "vera@example.org", OrderVerdict::effects, "sitoo:c-1"},
      {"crm_member_number", "", OrderVerdict::effects, "sitoo:70015"},
      {"phone", "", OrderVerdict::effects, "+46700000001"},
  };
  for (const Case& one : cases) {
    KlaviyoExpectations wanted;
    wanted.key_from = one.key_from;
    wanted.shared_addresses = {"Till@Shop.se"};
    TillOrder order = kund_sale(1, 1);
    order.email = one.email;
    const OrderPlan plan = plan_for_klaviyo(order, {}, wanted);
    EXPECT_EQ(plan.verdict, one.verdict) << one.email;
    if (plan.verdict == OrderVerdict::effects) EXPECT_EQ(plan.key, one.key);
  }
  KlaviyoExpectations by_number;
  by_number.key_from = "crm_customer_id";
  EXPECT_EQ(klaviyo_identifier(by_number), "external_id");
}

TEST(KlaviyoContent, FindsWrongEvents) {
  const KlaviyoExpectations wanted;
  const TillOrder order = kund_sale(1, 1);
  const KlaviyoContent expected = content(order, {EffectKind::purchase});
  const ReceivedEvent right = test::klaviyo_arrivals(order, wanted, 1).front();
  EXPECT_EQ(klaviyo_difference(expected, right, wanted), std::nullopt);
  const auto differs = [&](const auto& spoil) {
    ReceivedEvent event = right;
    spoil(event);
    return klaviyo_difference(expected, event, wanted).value_or("nothing");
  };
  const auto properties = [](ReceivedEvent& e) -> boost::json::object& {
    return e.profile["properties"].as_object();
  };
  EXPECT_EQ(differs([](auto& e) { e.unique_id = "1"; }), "unique_id is 1, expected sitoo:1");
  EXPECT_EQ(differs([](auto& e) { e.value.reset(); }), "without a value");
  EXPECT_NE(differs([](auto& e) { e.value = 798.01; }), "nothing");
  EXPECT_NE(differs([](auto& e) { e.value_currency = "EUR"; }), "nothing");
  EXPECT_EQ(differs([](auto& e) { e.backfill = true; }), "is marked as history");
  EXPECT_NE(differs([](auto& e) { e.timestamp = test::sold_at_s + 1; }), "nothing");
  EXPECT_NE(differs([](auto& e) { e.customer_ids["external_id"] = "sitoo:c-1"; }), "nothing");
  EXPECT_NE(differs([](auto& e) { e.properties["OrderId"] = 1; }), "nothing");
  EXPECT_NE(differs([](auto& e) { e.properties.erase("Is Discounted"); }), "nothing");
  EXPECT_NE(
      differs([](auto& e) { e.properties["Items"].as_array()[1].as_object()["RowTotal"] = 299.0; }),
      "nothing");
  EXPECT_NE(differs([](auto& e) { e.profile["first_name"] = "Vera"; }), "nothing");
  EXPECT_NE(differs([&](auto& e) { properties(e)["Last Store"] = "Elsewhere"; }), "nothing");
  EXPECT_EQ(differs([&](auto& e) { properties(e).erase("Last Store"); }),
            "profile's Last Store is absent");
  EXPECT_NE(differs([&](auto& e) { properties(e)["Member Number"] = "70015"; }), "nothing");
  EXPECT_EQ(differs([&](auto& e) { properties(e).erase("Purchased SKUs"); }),
            "profile's Purchased SKUs is absent");
  const auto list = [&](std::initializer_list<boost::json::value_ref> skus) {
    return differs([&](auto& e) { properties(e)["Purchased SKUs"] = boost::json::array(skus); });
  };
  EXPECT_EQ(list({"OLD", "TEE-WHT-M", "CAP-BLK"}), "nothing");
  EXPECT_NE(list({"TEE-WHT-M", "CAP-BLK", "OLD"}).find("does not end"), std::string::npos);
  EXPECT_NE(list({"CAP-BLK", "TEE-WHT-M", "CAP-BLK"}).find("twice"), std::string::npos);

  const TillOrder back = kund_return_of(order, 2, 2);
  ReceivedEvent refund = test::klaviyo_arrivals(back, wanted, 1).front();
  const KlaviyoContent refunded = content(back, {EffectKind::return_header});
  EXPECT_EQ(klaviyo_difference(refunded, refund, wanted), std::nullopt);
  refund.profile["properties"] = {{"Purchased SKUs", {"CAP-BLK"}}};
  EXPECT_EQ(klaviyo_difference(refunded, refund, wanted), std::nullopt);
  refund.profile["properties"] = {{"Purchased SKUs", {"CAP-BLK", "TEE-WHT-M"}}};
  EXPECT_NE(klaviyo_difference(refunded, refund, wanted), std::nullopt);
}

}  // namespace
}  // namespace sandbox
