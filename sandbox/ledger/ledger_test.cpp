#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include "ledger/summary_json.h"
#include "ledger/test_orders.h"

namespace sandbox {
namespace {

using test::arrivals;
using test::return_of;
using test::sale;

class LedgerTest : public ::testing::Test {
 protected:
  void put_and_send(const TillOrder& order, std::uint64_t request) {
    ledger.put(order);
    send(arrivals(order, wanted, request));
  }
  void send(const std::vector<ReceivedEvent>& events) {
    for (const ReceivedEvent& event : events) ledger.received(event);
  }
  void expect_clean(const Summary& summary) {
    EXPECT_EQ(summary.missing, 0U);
    EXPECT_EQ(summary.invented, 0U);
    EXPECT_EQ(summary.doubled, 0U);
    EXPECT_EQ(summary.wrong, 0U);
    EXPECT_EQ(summary.out_of_order, 0U);
    EXPECT_TRUE(summary.findings.empty()) << summary.findings.front();
  }

  Expectations wanted;
  Ledger ledger{wanted};
};

TEST_F(LedgerTest, APerfectRunHasNoFindings) {
  const TillOrder first = sale(1, 1);
  put_and_send(first, 1);
  put_and_send(return_of(first, 2, 2), 2);
  TillOrder cancelled = sale(3, 3);
  cancelled.state = TillState::cancelled;
  put_and_send(cancelled, 3);
  ledger.acknowledged("evt-1", 1);
  ledger.acknowledged("evt-1", 1);
  ledger.acknowledged("evt-2", 2);

  const Summary summary = ledger.summarise();
  expect_clean(summary);
  EXPECT_EQ(summary.acknowledged, 2U);
  EXPECT_EQ(summary.records, 2U);
  EXPECT_EQ(summary.effects_expected, 7U);  // 1 + 1 + 2, 1 + 1, 1
  EXPECT_EQ(summary.effects_seen, 7U);
  EXPECT_EQ(summary.by_kind.at("purchase_item"), 2U);
  EXPECT_EQ(summary.by_kind.at("cancellation"), 1U);
  EXPECT_DOUBLE_EQ(summary.lag_p50_ms, 250.0);
  EXPECT_EQ(to_json(summary).at("effects_seen"), 7U);
}

TEST_F(LedgerTest, FindsWhatIsMissing) {
  const TillOrder order = sale(1, 1);
  ledger.put(order);
  auto events = arrivals(order, wanted, 1);
  events.pop_back();
  send(events);
  EXPECT_EQ(ledger.missing_now(), 1U);
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.missing, 1U);
  ASSERT_EQ(summary.findings.size(), 1U);
  EXPECT_EQ(summary.findings[0], "bloomreach: order 1 purchase_item of row 1: did not arrive");
}

TEST_F(LedgerTest, FindsWhatNothingCallsFor) {
  const TillOrder order = sale(1, 1);
  put_and_send(order, 1);
  send(arrivals(sale(99, 2), wanted, 2));  // no till made it: update, purchase, two items

  TillOrder open = sale(2, 3);
  open.customer_id = "c-2";
  const auto early = arrivals(open, wanted, 3);
  open.state = TillState::open;
  ledger.put(open);
  send({early[1]});

  TillOrder guest = sale(3, 4);
  guest.customer_id.clear();
  ledger.put(guest);
  TillOrder known = guest;
  known.customer_id = "c-3";
  send({arrivals(known, wanted, 4)[1]});

  const Summary summary = ledger.summarise();
  // The stray update is that of the known customer and second: it counts as sent again.
  EXPECT_EQ(summary.invented, 5U);
  EXPECT_EQ(summary.doubled, 1U);
  EXPECT_EQ(summary.missing, 0U);
  EXPECT_EQ(summary.unidentified, 1U);
}

TEST_F(LedgerTest, FindsWhatArrivedTwiceAndAbsorbsExactCopies) {
  const TillOrder order = sale(1, 1);
  put_and_send(order, 1);
  auto again = arrivals(order, wanted, 2);
  for (ReceivedEvent& event : again) event.exact_copy = true;
  send(again);
  EXPECT_EQ(ledger.summarise().absorbed, 4U);
  expect_clean(ledger.summarise());

  again[1].exact_copy = false;
  again[1].properties["total_price"] = 1.0;
  send({again[1]});
  EXPECT_EQ(ledger.summarise().doubled, 1U);
  EXPECT_EQ(ledger.summarise().wrong, 0U);
}

TEST_F(LedgerTest, FindsWrongContent) {
  const auto wrong_after = [this](std::int64_t order_id, std::size_t part, const auto& spoil) {
    TillOrder order = sale(order_id, static_cast<std::uint64_t>(order_id));
    order.customer_id = "c-" + std::to_string(order_id);
    ledger.put(order);
    auto events = arrivals(order, wanted, static_cast<std::uint64_t>(order_id));
    spoil(events[part]);
    const std::uint64_t before = ledger.summarise().wrong;
    send(events);
    return ledger.summarise().wrong - before;
  };
  EXPECT_EQ(wrong_after(1, 1, [](ReceivedEvent& e) { e.properties["total_price"] = 798.01; }), 1U);
  EXPECT_EQ(wrong_after(2, 1, [](ReceivedEvent& e) { e.properties["total_price"] = 798.0004; }),
            0U);
  EXPECT_EQ(wrong_after(3, 1, [](ReceivedEvent& e) { e.properties["total_price"] = "798"; }), 1U);
  EXPECT_EQ(wrong_after(4, 1, [](ReceivedEvent& e) { e.properties.erase("payment_type"); }), 1U);
  EXPECT_EQ(wrong_after(5, 1, [](ReceivedEvent& e) { e.properties["sent_at"] = 1; }), 1U);
  EXPECT_EQ(wrong_after(6, 2, [](ReceivedEvent& e) { e.timestamp = test::sold_at_s + 1; }), 1U);
  EXPECT_EQ(wrong_after(7, 2, [](ReceivedEvent& e) { e.timestamp.reset(); }), 1U);
  EXPECT_EQ(wrong_after(8, 1, [](ReceivedEvent& e) { e.customer_ids["registered"] = "x"; }), 1U);
  EXPECT_EQ(wrong_after(9, 0, [](ReceivedEvent& e) { e.properties["email"] = "A@b.se"; }), 1U);
  EXPECT_EQ(wrong_after(10, 1,
                        [](ReceivedEvent& e) {
                          auto& ids = e.properties["product_ids"].as_array();
                          std::swap(ids[0], ids[1]);
                        }),
            1U);
  EXPECT_EQ(ledger.summarise().missing, 0U);
}

TEST_F(LedgerTest, FindsHeadersOutOfOrder) {
  const TillOrder first = sale(1, 1);
  const TillOrder second = sale(2, 2);
  TillOrder other = sale(3, 1);
  other.customer_id = "c-2";
  ledger.put(first);
  ledger.put(second);
  ledger.put(other);
  send(arrivals(second, wanted, 1));
  send(arrivals(other, wanted, 2));
  send(arrivals(first, wanted, 3));
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.out_of_order, 1U);
  EXPECT_EQ(summary.missing, 0U);
}

TEST_F(LedgerTest, CommandsOfOneRequestHaveNoOrder) {
  ledger.put(sale(1, 1));
  ledger.put(sale(2, 2));
  send(arrivals(sale(2, 2), wanted, 7));
  send(arrivals(sale(1, 1), wanted, 7));
  expect_clean(ledger.summarise());
}

TEST_F(LedgerTest, TwoOrdersOfOneCustomerInTheSameSecondNeedTwoUpdates) {
  TillOrder elsewhere = sale(2, 2);
  elsewhere.store_code = "STO-02";
  ledger.put(sale(1, 1));
  ledger.put(elsewhere);
  send(arrivals(elsewhere, wanted,
                1));  // the one of the other store must not be taken for order 1's
  send(arrivals(sale(1, 1), wanted, 1));
  expect_clean(ledger.summarise());

  ledger.put(sale(3, 3));
  auto copies = arrivals(sale(3, 3), wanted, 2);
  copies[0].exact_copy = true;  // identical to order 1's update
  send(copies);
  const Summary summary = ledger.summarise();
  expect_clean(summary);
  EXPECT_EQ(summary.absorbed, 0U);
}

TEST_F(LedgerTest, AGuestsReturnGoesToTheOriginalsCustomer) {
  const TillOrder original = sale(1, 1);
  put_and_send(original, 1);
  TillOrder returned = return_of(original, 2, 2);
  returned.customer_id.clear();
  ledger.put(returned);
  send(arrivals(returned, wanted, 2, "c-1"));
  expect_clean(ledger.summarise());
  EXPECT_EQ(ledger.summarise().by_kind.at("return"), 1U);

  TillOrder unlinked = return_of(original, 3, 3);
  unlinked.customer_id.clear();
  unlinked.original_order_id.reset();
  ledger.put(unlinked);
  TillOrder of_guest = return_of(original, 4, 4);
  of_guest.customer_id.clear();
  of_guest.original_order_id = 3;
  ledger.put(of_guest);
  EXPECT_EQ(ledger.summarise().unidentified, 2U);
  EXPECT_EQ(ledger.missing_now(), 0U);
}

TEST_F(LedgerTest, OrdersBecomeDueWhenTheyAreFinal) {
  TillOrder order = sale(1, 0);
  order.state = TillState::open;
  order.payment_state = 0;
  ledger.put(order);
  EXPECT_EQ(ledger.missing_now(), 0U);
  order.state = TillState::closed;
  ledger.put(order);
  EXPECT_EQ(ledger.missing_now(), 0U);  // closed, not paid
  order.payment_state = 20;
  ledger.put(order);
  EXPECT_EQ(ledger.missing_now(), 4U);
  TillOrder booking = sale(2, 1);
  booking.order_type = 100;
  ledger.put(booking);
  EXPECT_EQ(ledger.missing_now(), 4U);
  ledger.put(order);  // said again
  EXPECT_EQ(ledger.missing_now(), 4U);
}

TEST_F(LedgerTest, FaultyIdentitiesAndMissingRatesAreCases) {
  TillOrder faulty = sale(1, 1);
  faulty.customer_id = "null";
  ledger.put(faulty);
  TillOrder foreign = sale(2, 2);
  foreign.currency = "NOK";
  ledger.put(foreign);
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.cases, 2U);
  EXPECT_EQ(summary.effects_expected, 0U);
}

// It would go to the customer of the sale, who cannot be told: the steward mends both.
TEST_F(LedgerTest, AGuestsReturnOfAFaultySaleIsACaseToo) {
  TillOrder faulty = sale(1, 1);
  faulty.customer_id = "null";
  ledger.put(faulty);
  TillOrder returned = return_of(faulty, 2, 2);
  returned.customer_id.clear();
  ledger.put(returned);
  TillOrder mixed = returned;
  mixed.order_id = 3;
  mixed.rows.push_back(sale(3, 3).rows.front());
  ledger.put(mixed);
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.cases, 2U);
  EXPECT_EQ(summary.unidentified, 1U);
  EXPECT_EQ(summary.effects_expected, 0U);
}

TEST_F(LedgerTest, AttributedLaterOrdersBecomeDue) {
  TillOrder guest = sale(1, 1);
  guest.customer_id.clear();
  ledger.put(guest);
  EXPECT_EQ(ledger.summarise().unidentified, 1U);
  guest.customer_id = "c-5";
  put_and_send(guest, 1);
  expect_clean(ledger.summarise());
  EXPECT_EQ(ledger.summarise().unidentified, 0U);
}

TEST_F(LedgerTest, CancellationsAreTakenWithinTheirWindow) {
  const auto late_by = [this](std::int64_t order_id, double seconds) {
    TillOrder order = sale(order_id, static_cast<std::uint64_t>(order_id));
    order.state = TillState::cancelled;
    ledger.put(order);
    auto events = arrivals(order, wanted, static_cast<std::uint64_t>(order_id));
    events[0].timestamp = test::sold_at_s + seconds;
    const std::uint64_t before = ledger.summarise().wrong;
    send(events);
    return ledger.summarise().wrong - before;
  };
  EXPECT_EQ(late_by(1, -2), 0U);
  EXPECT_EQ(late_by(2, 600), 0U);
  EXPECT_EQ(late_by(3, -3), 1U);
  EXPECT_EQ(late_by(4, 601), 1U);
}

TEST_F(LedgerTest, TheWebCookieMustComeWithSomeEventOfTheOrder) {
  wanted.cookie_id = "cookie";
  ledger.set_expectations(wanted);
  TillOrder order = sale(1, 1);
  order.cookie = "web-77";
  ledger.put(order);
  auto events = arrivals(order, wanted, 1);
  events[0].customer_ids["cookie"] = "web-77";
  send(events);
  expect_clean(ledger.summarise());

  TillOrder without = sale(2, 2);
  without.cookie = "web-78";
  without.customer_id = "c-2";
  put_and_send(without, 2);
  EXPECT_EQ(ledger.summarise().wrong, 1U);
}

TEST_F(LedgerTest, LongReceiptsMustArriveWhole) {
  TillOrder order = sale(1, 1);
  order.rows.clear();
  for (int i = 0; i < 60; ++i)
    order.rows.push_back(test::row(i, "SKU-" + std::to_string(i), 1, 800, 200));
  order.paid_minor = 60'000;
  ledger.put(order);
  auto events = arrivals(order, wanted, 1);
  ASSERT_EQ(events.size(), 62U);
  for (std::size_t i = 50; i < events.size(); ++i) events[i].request = 2;
  events.resize(61);
  send(events);
  EXPECT_EQ(ledger.missing_now(), 1U);
}

TEST_F(LedgerTest, KeepsTheFirstTwentyFindings) {
  for (std::int64_t id = 1; id <= 30; ++id) ledger.put(sale(id, static_cast<std::uint64_t>(id)));
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.missing, 120U);
  EXPECT_EQ(summary.findings.size(), 20U);
}

// Staff at a till wrote to the customer register, and the hub passes it on beside the sales.
TEST_F(LedgerTest, WhatStaffWroteAtATillIsNotInvented) {
  const TillOrder order = sale(1, 1);
  const auto of_sale = arrivals(order, wanted, 1);
  ReceivedEvent corrected = of_sale[0];
  ASSERT_EQ(corrected.type, "");
  corrected.properties["first_name"] = "Vera Maria";
  ReceivedEvent added = corrected;
  added.customer_ids = {{"registered", "n-1"}};
  added.properties = {{"email", "ny@kund.se"}};
  ReceivedEvent consent = added;
  consent.type = "consent";
  send({added, consent});
  EXPECT_EQ(ledger.summarise().invented, 2U);

  Ledger told{wanted};
  told.written_at_till({order.customer_id, "", ""});
  told.written_at_till({"", "Ny@kund.se", ""});  // the register gives out the number
  told.written_at_till({"n-1", "", ""});
  told.put(order);
  for (const ReceivedEvent& event : {added, consent, corrected}) told.received(event);
  EXPECT_EQ(told.summarise().missing, of_sale.size());  // the correction is not the sale's update
  for (const ReceivedEvent& event : of_sale) told.received(event);
  told.received(corrected);
  expect_clean(told.summarise());
  EXPECT_EQ(told.summarise().effects_seen, of_sale.size());
  ReceivedEvent purchase = added;
  purchase.type = "purchase";
  told.received(purchase);
  EXPECT_EQ(told.summarise().invented, 1U);
}

}  // namespace
}  // namespace sandbox
