#include "sitoo/tills.h"

#include <gtest/gtest.h>

#include "sitoo/test_account.h"

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;

TEST(SitooTills, ACounterSaleIsAddedAndClosedInOneEvent) {
  TestAccount sitoo;
  const std::int64_t id = sitoo.tills.sell(sitoo.basket());
  ASSERT_EQ(sitoo.events.size(), 1U);
  const Event& event = sitoo.events.front();
  EXPECT_EQ(event.order_id, id);
  EXPECT_EQ(event.type, "order");
  EXPECT_EQ(event.order_event_type, "add");
  EXPECT_EQ(event.state_changed, "closed");
  EXPECT_EQ(event.id.size(), 32U);
  EXPECT_EQ(event.id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(sitoo.truths.front().final_sequence, 1U);
}

TEST(SitooTills, ASaleTakesItsGoodsFromTheStockAndAReturnBringsThemBack) {
  TestAccount sitoo;
  const Basket basket = sitoo.basket(2);
  const std::string sku = basket.rows[0].product->sku;
  const std::int64_t id = sitoo.tills.sell(basket);
  const int warehouse = *sitoo.account.find(id)->warehouse_id;
  EXPECT_EQ(sitoo.account.stock().level(warehouse, sku)->total_milli, 498'000);
  Refund refund;
  refund.original = id;
  refund.units = {{0, 1}};
  ASSERT_TRUE(sitoo.tills.refund(refund));
  EXPECT_EQ(sitoo.account.stock().level(warehouse, sku)->total_milli, 499'000);
  const auto& transactions = sitoo.account.stock().transactions();
  ASSERT_EQ(transactions.size(), 2U);
  EXPECT_EQ(transactions[0].type, transaction_sales);
  EXPECT_EQ(transactions[1].type, transaction_refund);
  EXPECT_EQ(transactions[0].delivery_id, sitoo.account.find(id)->deliveries.at(0).id);
}

TEST(SitooTills, ReturnsNeverExceedWhatWasSoldAndPayItBackExactly) {
  TestAccount sitoo;
  Basket basket = sitoo.basket(3);
  basket.rows[0].row_discount = 1'000;  // 737.00 does not divide by three
  const std::int64_t sale = sitoo.tills.sell(basket);
  std::int64_t paid_back = 0;
  for (int i = 0; i < 3; ++i) {
    Refund refund;
    refund.original = sale;
    refund.units = {{0, 1}};
    const auto id = sitoo.tills.refund(refund);
    ASSERT_TRUE(id);
    paid_back += sitoo.account.find(*id)->gross_all();
  }
  EXPECT_EQ(-paid_back, sitoo.account.find(sale)->gross_all());
  Refund refund;
  refund.original = sale;
  refund.units = {{0, 1}};
  EXPECT_FALSE(sitoo.tills.refund(refund));
  refund.units = {{1, 1}};
  EXPECT_FALSE(sitoo.tills.refund(refund));
}

TEST(SitooTills, OneRefundCannotNameTheSameUnitsTwice) {
  TestAccount sitoo;
  Refund refund;
  refund.original = sitoo.tills.sell(sitoo.basket(2));
  refund.units = {{0, 2}, {0, 1}};
  EXPECT_FALSE(sitoo.tills.refund(refund));
  EXPECT_EQ(sitoo.tills.returnable(refund.original, 0), 2);
}

TEST(SitooTills, AnExchangeIsTwoOrdersThatNameEachOther) {
  TestAccount sitoo;
  Refund refund;
  refund.original = sitoo.tills.sell(sitoo.basket(1));
  refund.units = {{0, 1}};
  Basket more = sitoo.basket(3);
  const auto ids = sitoo.tills.exchange(refund, more.rows);
  ASSERT_TRUE(ids);
  const json::Object back = sitoo.served(ids->returned);
  const json::Object sale = sitoo.served(ids->sold);
  EXPECT_EQ(text_of(back.at("additionaldata").at("pos-refundsales-orderid")),
            std::to_string(ids->sold));
  EXPECT_EQ(text_of(sale.at("additionaldata").at("pos-refund-orderid")),
            std::to_string(ids->returned));
  EXPECT_EQ(sale.at("additionaldata").at("pos-refund-receiptid"),
            back.at("additionaldata").at("pos-receiptid"));
  const auto& payments = sale.at("payments").as_array();
  ASSERT_EQ(payments.size(), 2U);
  EXPECT_EQ(payments[0].at("moneyamount"), "249.00");
  EXPECT_EQ(payments[0].at("additionaldata").at("virtual-payment"), "true");
  EXPECT_EQ(payments[1].at("moneyamount"), "498.00");
  EXPECT_EQ(back.at("payments").as_array().size(), 1U);
  EXPECT_EQ(sitoo.truths.at(1).exchange_sale_id, ids->sold);
  EXPECT_EQ(sitoo.truths.at(2).exchange_return_id, ids->returned);
  EXPECT_TRUE(sitoo.truths.at(1).payment_names.empty());
}

TEST(SitooTills, CashIsRoundedToCoins) {
  TestAccount sitoo;
  Basket basket = sitoo.basket(1);
  basket.pay_with = "Cash";
  basket.rows[0].unit_price = 24'951;
  const Order& order = *sitoo.account.find(sitoo.tills.sell(basket));
  EXPECT_EQ(order.gross_all(), 25'000);
  EXPECT_EQ(order.roundoff, 49);
  basket.till = sitoo.account.masterdata().stores.at(2).registers.at(0);  // euros
  basket.rows[0].unit_price = 2'498;
  const Order& euros = *sitoo.account.find(sitoo.tills.sell(basket));
  EXPECT_EQ(euros.gross_all(), 2'500);
}

TEST(SitooTills, ABookingIsSoldByANewOrder) {
  TestAccount sitoo;
  const std::int64_t booking = sitoo.tills.book(sitoo.basket());
  EXPECT_EQ(sitoo.events.back().type, "booking");
  EXPECT_EQ(sitoo.events.back().state_changed, "open");
  const int warehouse = *sitoo.account.find(booking)->warehouse_id;
  const std::string& sku = sitoo.account.find(booking)->items[0].sku;
  EXPECT_EQ(sitoo.account.stock().level(warehouse, sku)->reserved_milli, 2'000);
  const auto sale = sitoo.tills.sell_from(booking, 0, "Card");
  ASSERT_TRUE(sale);
  EXPECT_EQ(sitoo.truths.back().source_order_id, booking);
  EXPECT_EQ(sitoo.account.find(booking)->state, state_closed);
  EXPECT_EQ(sitoo.account.stock().level(warehouse, sku)->reserved_milli, 0);
  EXPECT_EQ(sitoo.account.stock().level(warehouse, sku)->total_milli, 498'000);
  EXPECT_FALSE(sitoo.tills.sell_from(booking, 0, "Card"));
}

TEST(SitooTills, AnOpenOrderIsReadiedAndClosedOrCancelled) {
  TestAccount sitoo;
  const std::int64_t first = sitoo.tills.open_order(sitoo.basket(), Handover::pickup_of_web_order);
  const std::int64_t second = sitoo.tills.open_order(sitoo.basket(), Handover::home_delivery);
  EXPECT_TRUE(sitoo.served(first).at("registerid").is_null());
  EXPECT_TRUE(sitoo.served(second).at("registerid").is_string());
  EXPECT_EQ(sitoo.truths.back().final_sequence, 0U);
  ASSERT_TRUE(sitoo.tills.ready_for_pickup(first));
  EXPECT_EQ(sitoo.events.back().order_event_type, "ready-for-pickup");
  EXPECT_EQ(sitoo.events.back().state_changed, "");
  ASSERT_TRUE(sitoo.tills.cancel(second));
  EXPECT_EQ(sitoo.events.back().state_changed, "cancelled");
  EXPECT_EQ(sitoo.truths.back().final_sequence, 1U);
  sitoo.clock.advance(std::chrono::seconds{3});
  ASSERT_TRUE(sitoo.tills.close(first));
  EXPECT_EQ(sitoo.events.back().order_event_type, "update");
  EXPECT_EQ(sitoo.truths.back().final_sequence, 2U);
  EXPECT_EQ(sitoo.truths.back().final_event_date_s, sitoo.account.now_s());
  EXPECT_FALSE(sitoo.tills.close(second));
}

TEST(SitooTills, AnOfflineSaleKeepsItsOldDate) {
  TestAccount sitoo;
  Basket basket = sitoo.basket();
  basket.ordered_s = sitoo.account.now_s() - 7'200;
  const std::int64_t id = sitoo.tills.sell(basket);
  EXPECT_EQ(sitoo.served(id).at("orderdate").as_int64(), sitoo.account.now_s() - 7'200);
  EXPECT_EQ(sitoo.events.back().date_s, sitoo.account.now_s());
}

TEST(SitooTills, AMixedOrderHasRowsOfBothSigns) {
  TestAccount sitoo;
  Refund refund;
  refund.original = sitoo.tills.sell(sitoo.basket(2));
  refund.units = {{0, 1}};
  const auto id = sitoo.tills.mixed(refund, sitoo.basket(2).rows);
  ASSERT_TRUE(id);
  const Order& order = *sitoo.account.find(*id);
  EXPECT_EQ(order.items.at(0).quantity, -1);
  EXPECT_EQ(order.items.at(1).quantity, 2);
  EXPECT_EQ(order.gross_all(), 24'900);
  EXPECT_EQ(sitoo.account.stock().transactions().size(), 3U);
}

}  // namespace
}  // namespace sandbox::sitoo
