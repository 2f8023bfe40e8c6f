// docs/formats/order_event.md, "What comes in".

#include "connectors/relay/order_event.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/relay/order_event_examples.h"

namespace tillbridge::connectors::relay {
namespace {

using examples::order_event_with;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

TEST(OrderEvent, TheExampleIsTheDocumentsOwn) {
  std::ifstream file(std::string(TILLBRIDGE_SOURCE_DIR) + "/docs/formats/order_event.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr(std::string(examples::order_event)));
}

TEST(OrderEvent, EverythingThatItSaysIsRead) {
  const auto parsed = parse_order_event(examples::order_event);
  EXPECT_EQ(parsed.event_id, "9f2c-000001");
  ASSERT_TRUE(parsed.event) << parsed.event.error().what;
  const model::OrderEvent& event = *parsed.event;
  EXPECT_EQ(event.event_id, "9f2c-000001");
  EXPECT_EQ(event.type, "order.closed");
  EXPECT_EQ(event.order_number, "W-1001");
  EXPECT_EQ(event.receipt, "R-77");
  EXPECT_EQ(to_unix_seconds(event.happened_at), 1'773'483'753);
  EXPECT_EQ(event.currency.code(), "SEK");
  EXPECT_EQ(event.total.minor(), 90'200);
  EXPECT_EQ(event.store.id, "7");
  EXPECT_EQ(event.store.name, "Stockholm");
  EXPECT_EQ(event.customer.number, "C-4471");
  EXPECT_EQ(event.customer.email, "astrid@example.com");
  EXPECT_EQ(event.customer.phone, "");
  EXPECT_EQ(event.customer.family_name, "Lindqvist");
  ASSERT_THAT(event.lines, SizeIs(2));
  EXPECT_EQ(event.lines[0].sku, "TS-4471-BLU-M");
  EXPECT_EQ(event.lines[0].quantity, Decimal::of(2));
  EXPECT_EQ(event.lines[0].unit_price.minor(), 19'900);
  EXPECT_EQ(event.lines[1].vat_percent, Decimal::of(25));
  ASSERT_THAT(event.payments, SizeIs(1));
  EXPECT_EQ(event.payments[0].amount.minor(), 90'200);
  EXPECT_THAT(event.attributes, ElementsAre(Pair("channel", "app"), Pair("campaign", "spring")));
}

TEST(OrderEvent, WhatMayBeAbsentMay) {
  const auto parsed = parse_order_event(
      R"({"event_id":"e","type":"t","order_number":"1","happened_at":"2026-03-14T11:22:33Z",)"
      R"("currency":"jpy","total":5,"store":{"id":"1"},"customer":null,"receipt":null,"more":[1]})");
  ASSERT_TRUE(parsed.event) << parsed.event.error().what;
  EXPECT_EQ(parsed.event->total, Money(5, *Currency::parse("JPY")));
  EXPECT_THAT(parsed.event->lines, IsEmpty());
  EXPECT_THAT(parsed.event->customer.number, IsEmpty());
}

TEST(OrderEvent, WithoutAnIdItIsNoEvent) {
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("7"), std::string("null"),
        std::string("{}"), std::string("\xff\xfe"), std::string(R"({"event_id":""})"),
        std::string(R"({"event_id":7})"), std::string(R"({"event_id":"a b"})"),
        std::string(R"({"event_id":"a\"b"})"), std::string(R"({"event_id":"ä"})"),
        R"({"event_id":")" + std::string(129, 'x') + R"("})"}) {
    const auto parsed = parse_order_event(body);
    EXPECT_EQ(parsed.event_id, "") << body;
    ASSERT_FALSE(parsed.event) << body;
    EXPECT_EQ(parsed.event.error().kind, Error::Kind::invalid_input);
  }
}

struct Wrong {
  std::string body;
  std::string says;
};

TEST(OrderEvent, AMistakeIsNamedByMemberAndWithoutValues) {
  const std::string long_text(1'001, 'x');
  const Wrong wrong[] = {
      {order_event_with("\"order_number\"", "\"number\""), "order_number is missing"},
      {order_event_with("\"W-1001\"", "1001"), "order_number is not a text"},
      {order_event_with("W-1001", std::string(129, '1')), "order_number is too long"},
      {order_event_with("\"type\"", "\"kind\""), "type is missing"},
      {order_event_with("+01:00", ""), "happened_at is not a time with an offset"},
      {order_event_with("\"SEK\"", "\"KRONOR\""), "currency is not a code of three letters"},
      {order_event_with("\"total\": \"902.00\"", "\"total\": 902.5"),
       "total is not a decimal number in quotes"},
      {order_event_with("\"total\": \"902.00\"", "\"total\": \"902.001\""),
       "total is no amount of the currency"},
      {order_event_with("\"total\": \"902.00\"", "\"total\": \"90200000000000000000\""),
       "total is not a decimal number"},
      {order_event_with("\"store\"", "\"shop\""), "store is missing"},
      {order_event_with("\"id\": \"7\", ", ""), "store.id is missing"},
      {order_event_with("{\"number\": \"C-4471\",", "[{\"number\": \"C-4471\"}],\"x\":{"),
       "customer is not an object"},
      {order_event_with("\"astrid@example.com\"", "[\"astrid@example.com\"]"),
       "customer.email is not a text"},
      {order_event_with("astrid@example.com", long_text), "customer.email is too long"},
      {order_event_with("\"sku\": \"JN-0032\", ", ""), "lines[1].sku is missing"},
      {order_event_with("\"price\": \"504.00\"", "\"price\": null"), "lines[1].price is missing"},
      {order_event_with("\"quantity\": 2", "\"quantity\": 1.5"),
       "lines[0].quantity is not a decimal number in quotes"},
      {order_event_with("\"vat\": 25", "\"vat\": -1"), "lines[0].vat is not between"},
      {order_event_with("\"vat\": 25", "\"vat\": \"100.1\""), "lines[0].vat is not between"},
      {order_event_with("\"lines\": [", "\"lines\": [3,"), "lines[0] is not an object"},
      {order_event_with("\"payments\": [", "\"payments\": {}, \"x\": ["), "payments is not a list"},
      {order_event_with("\"amount\": \"902.00\"", "\"amount\": \"many\""),
       "payments[0].amount is not a decimal number"},
      {order_event_with("\"spring\"", "5"), "attributes holds something that is not a text"},
      {order_event_with("{\"channel\": \"app\", \"campaign\": \"spring\"}", "[]"),
       "attributes is not an object"},
  };
  for (const Wrong& one : wrong) {
    const auto parsed = parse_order_event(one.body);
    EXPECT_EQ(parsed.event_id, "9f2c-000001") << one.says;
    ASSERT_FALSE(parsed.event) << one.says;
    EXPECT_THAT(parsed.event.error().what, HasSubstr(one.says));
    EXPECT_THAT(parsed.event.error().what, Not(HasSubstr("astrid")));
    EXPECT_LT(parsed.event.error().what.size(), 200U);
  }
}

TEST(OrderEvent, ListsAreBounded) {
  std::string lines;
  for (int at = 0; at < 1'001; ++at) lines += "{},";
  const auto too_many = parse_order_event(order_event_with("\"lines\": [", "\"lines\": [" + lines));
  ASSERT_FALSE(too_many.event);
  EXPECT_THAT(too_many.event.error().what, HasSubstr("lines has more than 1000 entries"));
  std::string names;
  for (int at = 0; at < 33; ++at) names += "\"a" + std::to_string(at) + "\":\"x\",";
  const auto attributes =
      parse_order_event(order_event_with("{\"channel\"", "{" + names + "\"channel\""));
  ASSERT_FALSE(attributes.event);
  EXPECT_THAT(attributes.event.error().what, HasSubstr("attributes has more than 32 entries"));
}

TEST(OrderEvent, WhomABodyNamesIsFoundAlthoughItCannotBeUsed) {
  const auto named = [](std::string_view customer) {
    const auto buyer =
        buyer_named_in(R"({"event_id":"e-1","customer":)" + std::string(customer) + "}");
    return std::vector<std::string>{buyer.number, buyer.email, buyer.phone};
  };
  EXPECT_THAT(named(R"({"number":"C-1","email":"a@b.se","phone":"070-1"})"),
              ElementsAre("C-1", "a@b.se", "070-1"));
  EXPECT_THAT(named(R"({"number":4471,"email":["a@b.se"],"phone":46701740605})"),
              ElementsAre("4471", "", "46701740605"));
  EXPECT_THAT(named(R"("a@b.se")"), ElementsAre("", "a@b.se", ""));
  EXPECT_THAT(named(R"("C-1")"), ElementsAre("C-1", "", ""));
  EXPECT_THAT(named("[]"), ElementsAre("", "", ""));
  EXPECT_EQ(buyer_named_in(R"({"event_id":"e-1"})").email, "");
  EXPECT_EQ(buyer_named_in("no JSON").email, "");
}

}  // namespace
}  // namespace tillbridge::connectors::relay
