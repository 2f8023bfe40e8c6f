// The expected content of whole orders, written out by hand from docs/flows/bloomreach.md.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "ledger/comparison.h"
#include "ledger/expected_bloomreach.h"
#include "ledger/test_orders.h"

namespace sandbox {
namespace {

using test::row;
using test::sale;

boost::json::object content(const TillOrder& order, EffectKey key,
                            const Expectations& wanted = {}) {
  return content_for_bloomreach(order, key, "c-1", false, wanted).properties;
}

void expect_same(const boost::json::object& got, std::string_view expected) {
  EXPECT_TRUE(same_value(boost::json::parse(expected), got)) << boost::json::serialize(got);
}

TEST(BloomreachContent, PurchaseOfAPlainSale) {
  expect_same(content(sale(20417, 1), {EffectKind::purchase}), R"({
    "purchase_id": "20417", "purchase_status": "success", "purchase_source_type": "store",
    "purchase_source_name": "Example Street",
    "product_list": [{"product_id": "TEE-WHT-M", "quantity": 2}, {"product_id": "CAP-BLK",
        "quantity": 1}],
    "product_ids": ["TEE-WHT-M", "CAP-BLK"], "total_quantity": 3, "total_price": 798.0,
    "total_price_without_tax": 638.4, "total_price_local_currency": 798.0, "local_currency": "SEK",
    "payment_type": "card", "store_id": "STO-01", "register_id": "{5D0E}", "staff_id": "E17",
    "receipt_id": "SII01-20417"})");
}

TEST(BloomreachContent, DiscountedItemInAForeignCurrency) {
  TillOrder order = sale(7, 1);
  order.currency = "EUR";
  order.rows = {row(3, "CAP", 3, 2'000, 500)};
  order.rows[0].unit_original_net_minor = 799;  // 9.9875 with 25 % VAT -> 9.99
  order.rows[0].unit_discount_net_minor = 132;
  order.rows[0].voucher_code = "SPRING";
  Expectations wanted;
  wanted.rates["EUR"] = "11.2345";
  // 25.00 EUR -> 280.8625 -> 280.86; 25.00 / 3 = 8.33 -> 93.583385 -> 93.58; 9.99 -> 112.232655 ->
  // 112.23 discount 3 x 112.23 - 280.86 = 55.83
  expect_same(content(order, {EffectKind::purchase_item, 3}, wanted), R"({
    "purchase_id": "7", "purchase_status": "success", "purchase_source_type": "store",
        "line_id": "3",
    "product_id": "CAP", "sku": "CAP", "title": "Title of CAP", "quantity": 3,
        "total_price": 280.86,
    "total_price_local_currency": 25.0, "local_currency": "EUR", "price": 93.58,
        "original_price": 112.23,
    "discount_value": 55.83, "voucher_code": "SPRING", "store_id": "STO-01"})");
}

TEST(BloomreachContent, CustomerUpdateHasOnlyWhatTheOrderHas) {
  TillOrder order = sale(1, 1);
  expect_same(content(order, {EffectKind::customer_update}), R"({
    "email": "vera.lind@example.org", "phone": "+46700000001", "first_name": "Vera",
        "last_name": "Lind",
    "last_store_id": "STO-01"})");
  order.phone = "0700000001";  // by the country of the store: the ledger cannot know
  order.name_last.clear();
  const ExpectedContent lenient =
      content_for_bloomreach(order, {EffectKind::customer_update}, "c-1", false, {});
  EXPECT_FALSE(lenient.properties.contains("phone"));
  EXPECT_FALSE(lenient.properties.contains("last_name"));
  EXPECT_TRUE(lenient.allowed.contains("phone"));
}

TEST(BloomreachContent, MixedOrderSplitsItsAmountsByRows) {
  TillOrder order = sale(9, 1);
  order.paid_minor = 25'000;
  order.original_order_id = 5;
  order.reason = "R-ORDER";
  order.rows = {row(0, "NEW", 1, 39'840, 9'960), row(1, "OLD", -1, -19'920, -4'980),
                row(2, "GIFT", 1, 80, 20)};
  order.rows.push_back(row(3, "ZERO", 1, 0, 0));
  order.rows.back().quantity = 0;
  const auto plan = plan_for_bloomreach(order, {}, {});
  EXPECT_EQ(plan.effects.size(), 6U);  // update, purchase, two items, return, one item
  expect_same(content(order, {EffectKind::purchase}), R"({
    "purchase_id": "9", "purchase_status": "success", "purchase_source_type": "store",
    "purchase_source_name": "Example Street",
    "product_list": [{"product_id": "NEW", "quantity": 1}, {"product_id": "GIFT", "quantity": 1}],
    "product_ids": ["NEW", "GIFT"], "total_quantity": 2, "total_price": 499.0,
        "total_price_without_tax": 399.2,
    "total_price_local_currency": 499.0, "local_currency": "SEK", "payment_type": "card",
        "store_id": "STO-01",
    "register_id": "{5D0E}", "staff_id": "E17", "receipt_id": "SII01-9"})");
  expect_same(content(order, {EffectKind::return_header}), R"({
    "return_id": "9", "purchase_id": "5", "purchase_source_type": "store",
        "purchase_source_name": "Example Street",
    "product_list": [{"product_id": "OLD", "quantity": 1}], "product_ids": ["OLD"],
        "total_quantity": 1,
    "total_price": 249.0, "total_price_without_tax": 199.2, "total_price_local_currency": 249.0,
    "local_currency": "SEK", "payment_type": "card", "reason": "R-ORDER", "store_id": "STO-01",
    "register_id": "{5D0E}", "staff_id": "E17", "receipt_id": "SII01-9"})");
}

TEST(BloomreachContent, ReturnItemAndItsStatusPattern) {
  const TillOrder order = test::return_of(sale(5, 1), 6, 2);
  expect_same(content(order, {EffectKind::return_item, 0}), R"({
    "return_id": "6", "purchase_id": "5", "line_id": "0", "original_line_id": "0",
        "product_id": "TEE-WHT-M",
    "sku": "TEE-WHT-M", "title": "Title of TEE-WHT-M", "quantity": 1, "price": 249.0,
        "total_price": 249.0,
    "total_price_local_currency": 249.0, "local_currency": "SEK", "reason": "R-SIZE",
        "store_id": "STO-01"})");
  Expectations by_status;
  by_status.returns = "status";
  expect_same(content(order, {EffectKind::return_item, 0}, by_status), R"({
    "refund_id": "6", "purchase_id": "5", "purchase_status": "refund",
        "purchase_source_type": "store",
    "line_id": "0", "product_id": "TEE-WHT-M", "sku": "TEE-WHT-M",
        "title": "Title of TEE-WHT-M", "quantity": 1,
    "price": 249.0, "total_price": 249.0, "total_price_local_currency": 249.0,
        "local_currency": "SEK",
    "reason": "R-SIZE", "store_id": "STO-01"})");
  const auto header =
      content_for_bloomreach(order, {EffectKind::return_header}, "c-1", false, by_status);
  EXPECT_EQ(header.type, "purchase");
  EXPECT_EQ(header.properties.at("purchase_status"), "refund");
  EXPECT_EQ(header.properties.at("reason"), "R-SIZE");
}

TEST(BloomreachContent, ExchangePartnersNameEachOther) {
  TillOrder bought = sale(11, 1);
  bought.exchange_return_id = 12;
  bought.payment_names = {"Card", "Cash", "CARD"};
  const auto purchase = content(bought, {EffectKind::purchase});
  EXPECT_EQ(purchase.at("exchange_return_id"), "12");
  EXPECT_EQ(purchase.at("payment_type"), "card,cash");
  TillOrder returned = test::return_of(sale(5, 1), 12, 2);
  returned.exchange_sale_id = 11;
  returned.payment_names.clear();
  const auto header = content(returned, {EffectKind::return_header});
  EXPECT_EQ(header.at("exchange_purchase_id"), "11");
  EXPECT_FALSE(header.contains("payment_type"));
}

TEST(BloomreachContent, CancellationIsAHeaderOnly) {
  TillOrder order = sale(13, 1);
  order.state = TillState::cancelled;
  order.payment_state = 0;
  order.final_event_date_s = test::sold_at_s + 3'600;
  ASSERT_EQ(plan_for_bloomreach(order, {}, {}).effects.size(), 1U);
  const auto cancelled =
      content_for_bloomreach(order, {EffectKind::cancellation}, "c-1", false, {});
  EXPECT_EQ(cancelled.type, "purchase");
  EXPECT_EQ(cancelled.properties.at("purchase_status"), "cancelled");
  EXPECT_EQ(cancelled.timestamp_min, test::sold_at_s + 3'598);
  EXPECT_EQ(cancelled.timestamp_max, test::sold_at_s + 4'200);
  Expectations wanted;
  wanted.cancelled = "event";
  const auto event =
      content_for_bloomreach(order, {EffectKind::cancellation}, "c-1", false, wanted);
  EXPECT_EQ(event.type, "cancel_order");
  EXPECT_FALSE(event.properties.contains("purchase_status"));
  wanted.cancelled = "none";
  EXPECT_TRUE(plan_for_bloomreach(order, {}, wanted).effects.empty());
}

TEST(BloomreachContent, SoftIdsAndIdentityRules) {
  Expectations wanted;
  wanted.soft_ids = {{"email_id", "email"}, {"member", "crm_member_number"}};
  TillOrder order = sale(1, 1);
  const auto ids = content_for_bloomreach(order, {EffectKind::purchase}, "c-1", false, wanted).ids;
  EXPECT_EQ(ids.at("registered"), "c-1");
  EXPECT_EQ(ids.at("email_id"), "vera.lind@example.org");
  EXPECT_FALSE(ids.contains("member"));

  for (const std::string bad : {"null", "undefined", "--", "no mail"}) {
    wanted.hard_id_from = bad == "no mail" ? "email" : "crm_customer_id";
    order.customer_id = bad;
    order.email = bad;
    EXPECT_EQ(identity_for_bloomreach(order, wanted).state, Identity::State::faulty) << bad;
  }
  wanted.hard_id_from = "crm_customer_id";
  order.customer_id = std::string(256, 'a');
  EXPECT_EQ(identity_for_bloomreach(order, wanted).state, Identity::State::sound);
  order.customer_id += 'a';
  EXPECT_EQ(identity_for_bloomreach(order, wanted).state, Identity::State::faulty);
  order.customer_id = "  c-2 ";
  EXPECT_EQ(identity_for_bloomreach(order, wanted).key, "c-2");
  order.customer_id = "  ";
  EXPECT_EQ(identity_for_bloomreach(order, wanted).state, Identity::State::absent);
}

}  // namespace
}  // namespace sandbox
