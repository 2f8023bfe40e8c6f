#include "flows/bloomreach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/bloomreach_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using State = Verdict::State;

TEST(PlanForBloomreach, WhatIsNotSentAndWhy) {
  using model::OrderState;
  using model::OrderType;
  using model::PaymentState;
  const struct {
    OrderType type;
    OrderState state;
    PaymentState payment;
    State verdict;
    const char* reason;
  } cases[] = {
      {OrderType::booking, OrderState::closed, PaymentState::paid, State::skipped, "booking"},
      {OrderType::parked, OrderState::open, PaymentState::none, State::skipped, "parked"},
      {OrderType::order, OrderState::abandoned, PaymentState::none, State::skipped, "abandoned"},
      {OrderType::order, OrderState::open, PaymentState::paid, State::wait, "open"},
      {OrderType::order, OrderState::unknown, PaymentState::paid, State::wait, "state"},
      {OrderType::unknown, OrderState::closed, PaymentState::paid, State::faulty_data, "type"},
      {OrderType::order, OrderState::closed, PaymentState::none, State::wait, "not paid"},
      {OrderType::order, OrderState::closed, PaymentState::reserved, State::wait, "not paid"},
      {OrderType::order, OrderState::closed, PaymentState::paid, State::planned, "sale"},
  };
  for (const auto& c : cases) {
    model::Order order = contract_sale();
    order.type = c.type;
    order.state = c.state;
    order.payment_state = c.payment;
    const Verdict v = plan(order);
    EXPECT_EQ(v.state, c.verdict) << c.reason;
    EXPECT_THAT(v.reason, HasSubstr(c.reason));
    EXPECT_EQ(v.plans.empty(), c.verdict != State::planned) << c.reason;
  }
}

TEST(PlanForBloomreach, IncompleteOrdersWait) {
  model::Order order = contract_sale();
  order.lines[1].sku.clear();
  EXPECT_EQ(plan(order).state, State::wait);
  EXPECT_THAT(plan(order).reason, HasSubstr("row 1 has no SKU"));
  order.lines.clear();
  EXPECT_EQ(plan(order).state, State::wait);
  order = contract_sale();
  order.currency = {};
  EXPECT_EQ(plan(order).state, State::wait);
  order = contract_sale();
  for (auto& line : order.lines) line.quantity = Decimal{};
  EXPECT_EQ(plan(order).state, State::wait);
}

TEST(PlanForBloomreach, GuestsAreUnidentified) {
  model::Order guest = contract_sale();
  guest.customer.crm_customer_id = "  ";
  const Verdict v = plan(guest);
  EXPECT_EQ(v.state, State::unidentified);
  EXPECT_EQ(v.customer, "");
  EXPECT_THAT(v.plans, IsEmpty());
}

TEST(PlanForBloomreach, FaultyIdentitiesAreACaseWithoutTheValue) {
  const struct {
    model::IdentitySource source;
    const char* id;
    const char* email;
    const char* phone;
    State state;
  } cases[] = {
      {model::IdentitySource::crm_customer_id, "null", "a@example.org", "", State::faulty_identity},
      {model::IdentitySource::email, "c-1", "vera-at-example", "", State::faulty_identity},
      {model::IdentitySource::phone, "c-1", "", "4711", State::faulty_identity},
      {model::IdentitySource::crm_customer_id, "c-1", "vera-at-example", "4711", State::planned},
      {model::IdentitySource::email, "null", "vera@example.org", "4711", State::planned},
  };
  for (const auto& c : cases) {
    BloomreachSettings s = settings();
    s.hard_id_from = c.source;
    model::Order order = contract_sale();
    order.customer.crm_customer_id = c.id;
    order.customer.email = c.email;
    order.customer.phone = c.phone;
    const Verdict v = plan(order, s);
    EXPECT_EQ(v.state, c.state) << c.id << c.email << c.phone;
    EXPECT_THAT(v.reason, Not(HasSubstr("vera")));
    EXPECT_THAT(v.reason, Not(HasSubstr("4711")));
  }
}

TEST(PlanForBloomreach, CustomerIdsAndCookie) {
  BloomreachSettings s = settings();
  s.hard_id = "member";
  s.hard_id_from = model::IdentitySource::crm_member_number;
  s.soft_ids = {{"phone_id", model::IdentitySource::phone},
                {"email_id", model::IdentitySource::email},
                {"crm", model::IdentitySource::crm_customer_id}};
  s.cookie_id = "cookie";
  model::Order order = contract_sale();
  order.customer.crm_customer_id.clear();
  order.customer.phone = "12";  // impossible: left out, the sale is sent
  order.customer.cookie = " ck-1 ";
  const Verdict v = plan(order, s);
  ASSERT_EQ(v.state, State::planned);
  const auto opening = ElementsAre(
      Pair("member", "70015"), Pair("email_id", "vera.lind@example.org"), Pair("cookie", "ck-1"));
  const auto others =
      ElementsAre(Pair("member", "70015"), Pair("email_id", "vera.lind@example.org"));
  EXPECT_THAT(shown_ids(std::get<model::CustomerUpdate>(v.plans[0].parts[0]).who), opening);
  EXPECT_THAT(shown_ids(event(v.plans[0], 1).who), opening);
  EXPECT_THAT(shown_ids(event(v.plans[0], 2).who), others);
  EXPECT_THAT(
      shown(std::get<model::CustomerUpdate>(v.plans[0].parts[0]).properties),
      ElementsAre(Pair("email", "\"vera.lind@example.org\""), Pair("first_name", "\"Vera\""),
                  Pair("last_name", "\"Lind\""), Pair("last_store_id", "\"STO-01\"")));
  s.cookie_id.clear();
  EXPECT_THAT(shown_ids(event(plan(order, s).plans[0], 1).who), others);
  s.cookie_id = "cookie";
  order.customer.cookie = "undefined";
  EXPECT_THAT(shown_ids(event(plan(order, s).plans[0], 1).who), others);
}

TEST(PlanForBloomreach, MissingRateAndImpossibleAmountsAreCases) {
  const Verdict no_rate = plan(order_of("1", {{"A", "1", "1.00", "0"}}, "1.00", "EUR"));
  EXPECT_EQ(no_rate.state, State::faulty_data);
  EXPECT_EQ(no_rate.reason, "no rate from EUR into SEK is configured");
  EXPECT_EQ(no_rate.customer, "c-90112");
  EXPECT_THAT(no_rate.plans, IsEmpty());

  BloomreachSettings s = settings();
  s.rates["EUR"] = decimal("999999999");
  model::Order huge = order_of("1", {{"A", "1", "1.00", "0"}}, "1.00", "EUR");
  huge.paid = Money(9'000'000'000'000'000'000, currency("EUR"));
  EXPECT_EQ(plan(huge, s).state, State::faulty_data);

  EXPECT_EQ(plan(order_of("1", {{"A", "1", "1.00", "0"}}, "-1.00")).state, State::faulty_data);
  EXPECT_EQ(plan(order_of("1", {{"A", "-1", "-1.00", "0"}}, "1.00")).state, State::faulty_data);
}

TEST(Cancelled, ThreeModes) {
  using Cancelled = BloomreachSettings::Cancelled;
  model::Order order = contract_sale();
  order.state = model::OrderState::cancelled;
  order.payment_state = model::PaymentState::none;
  order.cancelled_at = Instant{std::chrono::milliseconds{1'718'300'000'750}};
  BloomreachSettings s = settings();

  const Verdict by_status = plan(order, s);
  ASSERT_EQ(by_status.state, State::planned);
  ASSERT_EQ(by_status.plans.size(), 1U);
  EXPECT_EQ(by_status.plans[0].flow, "cancellation_to_bloomreach");
  EXPECT_EQ(by_status.plans[0].effect, "cancel/20417");
  EXPECT_EQ(by_status.plans[0].lane, "customer/c-90112");
  ASSERT_THAT(part_types(by_status.plans[0]), ElementsAre("purchase"));
  const auto& purchase = event(by_status.plans[0], 0);
  EXPECT_EQ(purchase.at, from_unix_seconds(1'718'300'000));
  EXPECT_EQ(attribute(purchase, "purchase_status"), "\"cancelled\"");
  EXPECT_EQ(attribute(purchase, "purchase_id"), "\"20417\"");
  EXPECT_EQ(attribute(purchase, "total_price"), "798.00");
  EXPECT_EQ(attribute(purchase, "product_ids"), "[TEE-WHT-M, CAP-BLK]");

  s.cancelled = Cancelled::event;
  s.names["cancel_order.staff_id"] = "";
  const Verdict by_event = plan(order, s);
  ASSERT_THAT(part_types(by_event.plans[0]), ElementsAre("cancel_order"));
  EXPECT_EQ(attribute(event(by_event.plans[0], 0), "purchase_status"), "");
  EXPECT_EQ(attribute(event(by_event.plans[0], 0), "staff_id"), "");
  EXPECT_EQ(attribute(event(by_event.plans[0], 0), "store_id"), "\"STO-01\"");

  s.cancelled = Cancelled::none;
  EXPECT_EQ(plan(order, s).state, State::skipped);

  order.cancelled_at.reset();
  EXPECT_EQ(event(plan(order).plans[0], 0).at, from_unix_seconds(sold_at));
  order.customer = {};
  EXPECT_EQ(plan(order).state, State::unidentified);
  order.lines.clear();
  EXPECT_EQ(plan(order).state, State::skipped);
}

}  // namespace
}  // namespace tillbridge::flows
