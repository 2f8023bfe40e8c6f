#include "flows/klaviyo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/klaviyo_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using State = Verdict::State;

TEST(PlanForKlaviyo, WhatIsNotSentAndWhy) {
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
    KlaviyoHub hub;
    model::Order order = klaviyo_sale();
    order.type = c.type;
    order.state = c.state;
    order.payment_state = c.payment;
    const Verdict v = hub.plan(order);
    EXPECT_EQ(v.state, c.verdict) << c.reason;
    EXPECT_THAT(v.reason, HasSubstr(c.reason));
    EXPECT_EQ(v.plans.empty(), c.verdict != State::planned) << c.reason;
    EXPECT_EQ(v.learned.empty(), c.verdict != State::planned) << c.reason;
    EXPECT_EQ(hub.asked.empty(), c.verdict != State::planned) << c.reason;
  }
}

TEST(PlanForKlaviyo, IncompleteOrdersWait) {
  KlaviyoHub hub;
  model::Order order = klaviyo_sale();
  order.lines[1].sku.clear();
  EXPECT_EQ(hub.plan(order).state, State::wait);
  order = klaviyo_sale();
  for (auto& line : order.lines) line.quantity = Decimal{};
  EXPECT_EQ(hub.plan(order).state, State::wait);
}

TEST(PlanForKlaviyo, RowsWithoutAQuantityAreLeftOut) {
  KlaviyoHub hub;
  model::Order order = klaviyo_sale();
  order.lines[0].quantity = Decimal{};
  const Verdict v = hub.plan(order);
  EXPECT_THAT(part_types(v.plans.at(0)), ElementsAre("Placed Order", "Ordered Product"));
  EXPECT_EQ(attribute(event(v.plans[0], 0), "SKUs"), "[CAP-BLK]");
}

TEST(PlanForKlaviyo, WhoIsBehindTheKey) {
  const std::string letters(90, 'a');
  const struct {
    std::string email;
    State state;
    const char* reason;
  } cases[] = {
      {"", State::unidentified, "guest"},
      {"  ", State::unidentified, "guest"},
      {"vera@kund.se", State::planned, "sale"},
      {"null", State::faulty_identity, "null"},
      {"vera-at-kund.se", State::faulty_identity, "exactly one @"},
      {letters + "@kunder.se", State::planned, "sale"},  // 100 bytes
      {letters + "@kunderna.se", State::faulty_identity, "100 bytes"},
      {letters + letters + letters + "@kund.se", State::faulty_identity, "256 bytes"},
      {"vera@example.com", State::skipped, "test domain example.com"},
      {"Vera@Mail.Example.ORG", State::skipped, "test domain example.org"},
      {"vera@myexample.com", State::planned, "sale"},
      {"vera@shop.example", State::skipped, "test domain .example"},
      {"vera@a.test", State::skipped, "test domain .test"},
      {"vera@latest.se", State::planned, "sale"},
      {"vera@example.com.se", State::planned, "sale"},
      {" KASSAN@butik.se", State::skipped, "shared address"},
      {"kassan2@butik.se", State::planned, "sale"},
  };
  for (const auto& c : cases) {
    KlaviyoHub hub;
    hub.settings.shared_addresses = {"Kassan@Butik.se"};
    model::Order order = klaviyo_sale();
    order.customer.email = c.email;
    const Verdict v = hub.plan(order);
    EXPECT_EQ(v.state, c.state) << c.email << ": " << v.reason;
    EXPECT_THAT(v.reason, HasSubstr(c.reason)) << c.email;
    EXPECT_THAT(v.reason, Not(HasSubstr("vera"))) << c.email;
    EXPECT_EQ(v.plans.empty(), c.state != State::planned);
    EXPECT_EQ(v.learned.empty(), c.state != State::planned);
    if (c.state != State::planned) EXPECT_EQ(v.customer, "");
  }
}

TEST(PlanForKlaviyo, TestDomainsAreASetting) {
  KlaviyoHub hub;
  hub.settings.test_domains = {"Kund.SE", ""};
  EXPECT_EQ(hub.plan(klaviyo_sale()).state, State::skipped);
  EXPECT_EQ(hub.plan(contract_sale()).state, State::planned);
}

TEST(PlanForKlaviyo, ImpossibleAmountsAreCases) {
  KlaviyoHub hub;
  const auto faulty = [&](model::Order order) {
    order.customer.email = "a@kund.se";
    const Verdict v = hub.plan(order);
    EXPECT_EQ(v.state, State::faulty_data) << v.reason;
    EXPECT_EQ(v.customer, "a@kund.se");
    EXPECT_THAT(v.plans, IsEmpty());
    EXPECT_THAT(v.learned, IsEmpty());
  };
  faulty(order_of("1", {{"A", "1", "1.00", "0"}}, "-1.00"));
  faulty(order_of("1", {{"A", "-1", "-1.00", "0"}}, "1.00"));
  // A mixed order whose second half does not fit is a case as a whole.
  faulty(order_of("1", {{"A", "1", "9.00", "0"}, {"B", "-1", "1.00", "0"}}, "10.00"));
}

TEST(PlanForKlaviyo, Cancelled) {
  KlaviyoHub hub;
  model::Order order = klaviyo_sale();
  order.state = model::OrderState::cancelled;
  order.payment_state = model::PaymentState::none;
  order.cancelled_at = Instant{std::chrono::milliseconds{1'718'300'000'750}};
  order.reason = "R-LATE";
  const Verdict v = hub.plan(order);
  ASSERT_EQ(v.state, State::planned);
  ASSERT_THAT(effects(v), ElementsAre("cancellation/20417"));
  EXPECT_EQ(v.plans[0].flow, "cancellation_to_klaviyo");
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");
  ASSERT_THAT(part_types(v.plans[0]), ElementsAre("Cancelled Order"));
  const auto& cancelled = event(v.plans[0], 0);
  EXPECT_EQ(cancelled.at, from_unix_seconds(1'718'300'000));
  EXPECT_EQ(cancelled.unique_id, "sitoo:20417");
  EXPECT_EQ(cancelled.value, money("798.00"));
  EXPECT_THAT(cancelled.customer_properties, IsEmpty());
  EXPECT_EQ(attribute(cancelled, "Item Count"), "3");
  EXPECT_EQ(cancelled.properties.back().name, "Reason");
  EXPECT_EQ(attribute(cancelled, "Reason"), "\"R-LATE\"");
  EXPECT_FALSE(hub.facts.values.contains("person/vera.lind@kund.se"));

  order.cancelled_at.reset();
  order.reason.clear();
  EXPECT_EQ(event(hub.plan(order).plans.at(0), 0).at, from_unix_seconds(sold_at));
  EXPECT_EQ(attribute(event(hub.plan(order).plans.at(0), 0), "Reason"), "");
  hub.settings.cancelled_metric = "Canceled Order";
  EXPECT_THAT(part_types(hub.plan(order).plans.at(0)), ElementsAre("Canceled Order"));
  hub.settings.cancelled_metric = "";
  EXPECT_EQ(hub.plan(order).state, State::skipped);
  hub.settings.cancelled_metric = "Cancelled Order";
  order.lines.clear();
  EXPECT_EQ(hub.plan(order).state, State::skipped);
}

TEST(PlanForKlaviyo, AsksForLanesThenForPeople) {
  KlaviyoHub hub;
  hub.plan(klaviyo_sale());
  model::Order order = klaviyo_return();
  order.customer.email = "vera@annan.se";
  FactsInMemory none;
  EXPECT_THAT(
      facts_wanted_by_klaviyo(order, std::nullopt, none, hub.settings),
      ElementsAre("lane/external_id:sitoo:c-90112", "lane/email:vera@annan.se", "refund/20417"));
  hub.look(order);
  EXPECT_TRUE(hub.asked.contains("person/vera.lind@kund.se"));
  order.customer = {};
  EXPECT_THAT(facts_wanted_by_klaviyo(order, std::nullopt, none, hub.settings), IsEmpty());
  EXPECT_THAT(facts_wanted_by_klaviyo(order, Original{klaviyo_sale()}, none, hub.settings),
              ElementsAre("lane/external_id:sitoo:c-90112", "lane/email:vera.lind@kund.se",
                          "refund/20417"));
}

TEST(PlanForKlaviyo, BrokenFactsAreNoFacts) {
  KlaviyoHub hub;
  hub.facts.values["lane/email:vera.lind@kund.se"] = "vera.lind@kund.se";
  for (const auto* broken : {"", "{", "[]", "{\"skus\":7,\"orders\":[1,null],\"before\":[]}"}) {
    hub.facts.values["person/vera.lind@kund.se"] = broken;
    const Verdict v = hub.look(klaviyo_sale());
    ASSERT_EQ(v.state, State::planned) << broken;
    EXPECT_EQ(attribute(event(v.plans[0], 0), "SKUs"), "[TEE-WHT-M, CAP-BLK]");
  }
}

TEST(PlanForKlaviyo, PurchasedSkusAreASetting) {
  KlaviyoHub hub;
  hub.settings.purchased_skus_property = "Bought";
  hub.settings.purchased_skus_max = 2;
  hub.plan(sale_of("1", "a@kund.se", {"A", "B"}));
  EXPECT_THAT(
      shown(event(hub.plan(sale_of("2", "a@kund.se", {"C"})).plans.at(0), 0).customer_properties),
      ElementsAre(Pair("Bought", "[B, C]")));
  EXPECT_THAT(
      shown(event(hub.plan(sale_of("3", "a@kund.se", {"B"})).plans.at(0), 0).customer_properties),
      ElementsAre(Pair("Bought", "[C, B]")));
  hub.settings.purchased_skus_property = "";
  EXPECT_THAT(event(hub.plan(sale_of("4", "a@kund.se", {"B"})).plans.at(0), 0).customer_properties,
              IsEmpty());
  EXPECT_THAT(
      event(hub.plan(return_of("5", "a@kund.se", {"B"})).plans.at(0), 0).customer_properties,
      IsEmpty());
}

}  // namespace
}  // namespace tillbridge::flows
