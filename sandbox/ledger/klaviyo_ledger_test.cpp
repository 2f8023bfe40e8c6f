// Two platforms in one ledger: what Klaviyo's part finds, and that each is judged by itself.
#include <gtest/gtest.h>

#include "ledger/ledger.h"
#include "ledger/summary_json.h"
#include "ledger/test_klaviyo.h"

namespace sandbox {
namespace {

using test::arrivals;
using test::klaviyo_arrivals;
using test::kund_return_of;
using test::kund_sale;
using test::vera;

class KlaviyoLedgerTest : public ::testing::Test {
 protected:
  KlaviyoLedgerTest() {
    wanted.klaviyo.emplace();
    ledger.set_expectations(wanted);
  }
  void send(const std::vector<ReceivedEvent>& events) {
    for (const ReceivedEvent& event : events) ledger.received(event);
  }
  void put_and_send(const TillOrder& order, std::uint64_t request, bool first_refund = true) {
    ledger.put(order);
    send(arrivals(order, wanted, request));
    send(klaviyo_arrivals(order, *wanted.klaviyo, request, first_refund));
  }
  PlatformSummary at_klaviyo() const { return ledger.summarise().platforms.at("klaviyo"); }
  PlatformSummary at_bloomreach() const { return ledger.summarise().platforms.at("bloomreach"); }
  static void expect_clean(const Counts& counts) {
    EXPECT_EQ(counts.missing, 0U);
    EXPECT_EQ(counts.invented, 0U);
    EXPECT_EQ(counts.doubled, 0U);
    EXPECT_EQ(counts.wrong, 0U);
    EXPECT_EQ(counts.out_of_order, 0U);
    EXPECT_TRUE(counts.findings.empty()) << counts.findings.front();
  }

  Expectations wanted;
  Ledger ledger{wanted};
};

TEST_F(KlaviyoLedgerTest, APerfectRunHasNoFindingsOnAnyPlatform) {
  const TillOrder first = kund_sale(1, 1);
  put_and_send(first, 1);
  put_and_send(kund_return_of(first, 2, 2), 2);
  TillOrder cancelled = kund_sale(3, 3);
  cancelled.state = TillState::cancelled;
  put_and_send(cancelled, 3);
  const Summary summary = ledger.summarise();
  expect_clean(summary);
  EXPECT_EQ(summary.effects_expected, 12U);  // 4 + 2 + 1 and 3 + 1 + 1
  EXPECT_EQ(summary.effects_seen, 12U);
  EXPECT_EQ(at_klaviyo().effects_expected, 5U);
  EXPECT_EQ(at_bloomreach().effects_seen, 7U);
  EXPECT_EQ(at_klaviyo().by_kind.at("Ordered Product"), 2U);
  EXPECT_DOUBLE_EQ(at_klaviyo().lag_p50_ms, 400.0);
  EXPECT_DOUBLE_EQ(at_bloomreach().lag_p99_ms, 250.0);
  EXPECT_DOUBLE_EQ(summary.lag_p99_ms, 400.0);
  EXPECT_EQ(ledger.received_events(), 12U);
  EXPECT_EQ(ledger.received_events("klaviyo"), 5U);

  const boost::json::object json = to_json(summary);
  EXPECT_EQ(json.at("effects_seen"), 12U);
  EXPECT_EQ(json.at("platforms").at("klaviyo").at("effects_seen"), 5U);
  EXPECT_EQ(json.at("platforms").at("bloomreach").at("missing"), 0U);
}

TEST_F(KlaviyoLedgerTest, WithoutAConnectionNothingIsExpectedThere) {
  wanted.klaviyo.reset();
  ledger.set_expectations(wanted);
  const TillOrder order = kund_sale(1, 1);
  ledger.put(order);
  EXPECT_EQ(ledger.missing_now("klaviyo"), 0U);
  EXPECT_EQ(ledger.missing_now("bloomreach"), 4U);
  EXPECT_EQ(ledger.missing_now(), 4U);
  send(klaviyo_arrivals(order, KlaviyoExpectations{}, 1));
  EXPECT_EQ(at_klaviyo().invented, 3U);
  EXPECT_EQ(at_bloomreach().invented, 0U);

  wanted.bloomreach = false;
  wanted.klaviyo.emplace();
  ledger.set_expectations(wanted);
  ledger.put(kund_sale(2, 2));
  EXPECT_EQ(ledger.missing_now("bloomreach"), 4U);  // those of order 1
  EXPECT_EQ(ledger.missing_now("klaviyo"), 3U);
}

TEST_F(KlaviyoLedgerTest, FindsWhatIsMissingInventedDoubledWrong) {
  const TillOrder order = kund_sale(1, 1);
  ledger.put(order);
  auto events = klaviyo_arrivals(order, *wanted.klaviyo, 1);
  events[0].properties["Item Count"] = 4;
  send({events[0], events[1]});
  EXPECT_EQ(at_klaviyo().wrong, 1U);
  EXPECT_EQ(at_klaviyo().missing, 1U);
  EXPECT_EQ(at_klaviyo().findings.at(1),
            "klaviyo: order 1 Ordered Product of row 1: did not arrive");
  ReceivedEvent copy = events[0];
  copy.exact_copy = true;
  send({copy});
  EXPECT_EQ(at_klaviyo().absorbed, 1U);
  EXPECT_EQ(at_klaviyo().doubled, 0U);
  send({events[1]});  // its key was there, with other content
  EXPECT_EQ(at_klaviyo().doubled, 1U);
  send(klaviyo_arrivals(kund_sale(99, 9), *wanted.klaviyo, 2));
  EXPECT_EQ(at_klaviyo().invented, 3U);
  ReceivedEvent nameless = events[0];
  nameless.properties.erase("OrderId");
  send({nameless});
  EXPECT_EQ(at_klaviyo().invented, 4U);
  const PlatformSummary untouched = at_bloomreach();
  EXPECT_EQ(untouched.missing, 4U);
  EXPECT_EQ(untouched.wrong + untouched.doubled + untouched.invented + untouched.absorbed, 0U);
  EXPECT_EQ(ledger.summarise().missing, 5U);
}

TEST_F(KlaviyoLedgerTest, EachPlatformJudgesTheCustomerByItself) {
  TillOrder no_mail = kund_sale(1, 1);
  no_mail.email.clear();
  TillOrder bad_mail = kund_sale(2, 2);
  bad_mail.email = "vera at home";
  TillOrder test_mail = kund_sale(3, 3);
  test_mail.email = "vera@example.org";
  TillOrder bad_number = kund_sale(4, 4);
  bad_number.customer_id = "null";
  TillOrder both_bad = kund_sale(5, 5);
  both_bad.email = "null";
  both_bad.customer_id = "null";
  for (const TillOrder& order : {no_mail, bad_mail, test_mail, bad_number, both_bad})
    ledger.put(order);
  EXPECT_EQ(at_klaviyo().unidentified, 1U);
  EXPECT_EQ(at_klaviyo().cases, 2U);
  EXPECT_EQ(at_klaviyo().effects_expected, 3U);  // order 4 only
  EXPECT_EQ(at_bloomreach().unidentified, 0U);
  EXPECT_EQ(at_bloomreach().cases, 2U);
  EXPECT_EQ(at_bloomreach().effects_expected, 12U);
  const Summary summary = ledger.summarise();
  EXPECT_EQ(summary.cases, 3U);  // orders 2, 4 and 5
  EXPECT_EQ(summary.unidentified, 1U);
  send(klaviyo_arrivals(kund_sale(3, 3), *wanted.klaviyo, 1));
  EXPECT_EQ(at_klaviyo().invented, 3U);
}

TEST_F(KlaviyoLedgerTest, TheFirstRefundInTheTillsOrderTakesTheOriginalsId) {
  const TillOrder original = kund_sale(1, 1);
  put_and_send(original, 1);
  const TillOrder first = kund_return_of(original, 2, 3);
  const TillOrder second = kund_return_of(original, 3, 4);
  TillOrder guests = kund_return_of(original, 4, 2);
  guests.email.clear();
  guests.original_order_id = 77;  // nobody knows it: not due, takes nothing
  ledger.put(guests);
  ledger.put(second);
  ledger.put(first);  // known later, finished earlier
  send(arrivals(guests, wanted, 2));
  send(arrivals(first, wanted, 3));
  send(arrivals(second, wanted, 4));
  send(klaviyo_arrivals(first, *wanted.klaviyo, 2, true));
  send(klaviyo_arrivals(second, *wanted.klaviyo, 3, false));
  expect_clean(ledger.summarise());

  // Both under the original's id: Klaviyo loses the second one.
  const TillOrder other = kund_sale(11, 11);
  put_and_send(other, 11);
  put_and_send(kund_return_of(other, 12, 12), 12);
  put_and_send(kund_return_of(other, 13, 13), 13, true);
  EXPECT_EQ(at_klaviyo().wrong, 1U);
}

TEST_F(KlaviyoLedgerTest, AGuestsReturnGoesToTheOriginalsKey) {
  const TillOrder original = kund_sale(1, 1);
  put_and_send(original, 1);
  TillOrder returned = kund_return_of(original, 2, 2);
  returned.customer_id = returned.member_number = returned.email = "";
  ledger.put(returned);
  EXPECT_EQ(at_klaviyo().unidentified, 0U);
  send(arrivals(returned, wanted, 2, "c-1"));
  send(klaviyo_arrivals(returned, *wanted.klaviyo, 2, true, vera));
  expect_clean(ledger.summarise());

  TillOrder test_mail = kund_sale(3, 3);
  test_mail.email = "vera@example.org";
  ledger.put(test_mail);
  TillOrder back = kund_return_of(test_mail, 4, 4);
  back.email.clear();
  ledger.put(back);
  EXPECT_EQ(at_klaviyo().effects_expected, 4U);  // neither calls for anything
  TillOrder mixed = kund_return_of(original, 5, 5);
  mixed.email.clear();
  mixed.rows.push_back(test::row(1, "CAP-BLK", 1, 24'000, 6'000));
  ledger.put(mixed);
  EXPECT_EQ(at_klaviyo().unidentified, 1U);
}

TEST_F(KlaviyoLedgerTest, OrderIsJudgedPerPlatformAndPerPerson) {
  const TillOrder first = kund_sale(1, 1);
  TillOrder second = kund_sale(2, 2);
  second.email = "vera@new.tillbridge.dev";  // the same person by number
  ledger.put(first);
  ledger.put(second);
  send(arrivals(first, wanted, 1));
  send(arrivals(second, wanted, 2));
  send(klaviyo_arrivals(second, *wanted.klaviyo, 1));
  send(klaviyo_arrivals(first, *wanted.klaviyo, 2));
  EXPECT_EQ(at_bloomreach().out_of_order, 0U);
  EXPECT_EQ(at_klaviyo().out_of_order, 1U);
  EXPECT_EQ(ledger.summarise().out_of_order, 1U);
}

TEST_F(KlaviyoLedgerTest, LagsBelongToThePhaseInWhichTheTillFinished) {
  const auto sold_at = [](std::int64_t order_id, std::int64_t second) {
    TillOrder order = kund_sale(order_id, static_cast<std::uint64_t>(order_id));
    order.final_at_us = second * 1'000'000;
    return order;
  };
  const auto send_late = [this](const TillOrder& order, std::int64_t lag_us) {
    ledger.put(order);
    auto events = arrivals(order, wanted, static_cast<std::uint64_t>(order.order_id));
    for (ReceivedEvent& event : events) event.at_us = order.final_at_us + lag_us;
    send(events);
  };
  send_late(sold_at(1, 5), 1'000);
  ledger.mark_phase("calm", 10'000'000);
  ledger.mark_phase("fault", 20'000'000);
  ledger.mark_phase("calm", 30'000'000);
  send_late(sold_at(2, 10), 2'000);
  send_late(sold_at(3, 19), 15'000'000);  // arrives in the next phase
  send_late(sold_at(4, 20), 4'000);
  send_late(sold_at(5, 31), 5'000);
  const auto phases = at_bloomreach().phases;
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases.at("calm").effects, 3U);
  EXPECT_DOUBLE_EQ(phases.at("calm").lag_p50_ms, 5.0);
  EXPECT_DOUBLE_EQ(phases.at("calm").lag_p99_ms, 15'000.0);
  EXPECT_EQ(phases.at("fault").effects, 1U);
  EXPECT_DOUBLE_EQ(phases.at("fault").lag_p99_ms, 4.0);
  EXPECT_TRUE(at_klaviyo().phases.empty());
  EXPECT_EQ(to_json(ledger.summarise())
                .at("platforms")
                .at("bloomreach")
                .at("phases")
                .at("fault")
                .at("effects"),
            1U);
}

TEST_F(KlaviyoLedgerTest, HistoryComesWithBackfill) {
  wanted.klaviyo->history_before_s = test::sold_at_s + 1;
  ledger.set_expectations(wanted);
  const TillOrder old = kund_sale(1, 1);
  put_and_send(old, 1);
  expect_clean(ledger.summarise());
  TillOrder second = kund_sale(2, 2);
  ledger.put(second);
  auto events = klaviyo_arrivals(second, *wanted.klaviyo, 2);
  ASSERT_TRUE(events[0].backfill);
  events[0].backfill = false;
  send(events);
  EXPECT_EQ(at_klaviyo().wrong, 1U);
}

}  // namespace
}  // namespace sandbox
