#include "connectors/bloomreach/commands.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using model::CustomerEvent;
using model::CustomerUpdate;
using model::Number;

CustomerUpdate update_5_2() {
  CustomerUpdate update;
  update.who.ids = {{"registered", "m-100234"}, {"email_id", "ada@example.com"}};
  update.properties = {{"first_name", "Ada"},
                       {"email", "ada@example.com"},
                       {"phone", "+46700000001"},
                       {"home_store_id", "S12"},
                       {"loyalty_member", true}};
  update.changed_at = from_unix_seconds(1'767'225'600);
  return update;
}

CustomerEvent event_5_3() {
  CustomerEvent event;
  event.who.ids = {{"registered", "m-100234"}};
  event.type = "purchase";
  event.at = Instant{std::chrono::milliseconds{1'767'225'600'250}};
  event.properties = {{"purchase_id", "SE-S12-000981"}, {"total_price", Number{"499.0"}}};
  return event;
}

TEST(PartBytes, TheContractsExamples) {
  EXPECT_EQ(part_bytes(update_5_2()),
            R"({"name":"customers","data":{"customer_ids":{"registered":"m-100234",)"
            R"("email_id":"ada@example.com"},"properties":{"first_name":"Ada",)"
            R"("email":"ada@example.com","phone":"+46700000001","home_store_id":"S12",)"
            R"("loyalty_member":true},"update_timestamp":1767225600}})");
  EXPECT_EQ(part_bytes(event_5_3()),
            R"({"name":"customers/events","data":{"customer_ids":{"registered":"m-100234"},)"
            R"("event_type":"purchase","timestamp":1767225600.25,)"
            R"("properties":{"purchase_id":"SE-S12-000981","total_price":499.0}}})");
}

TEST(PartBytes, WhatIsLookedUpFirstStandsInFront) {
  CustomerUpdate update = update_5_2();
  const std::string straight = part_bytes(update);
  update.look_up_by = {{"email_id", "ada@example.com"}, {"phone_id", ",\"data\":"}};
  const std::string part = part_bytes(update);
  const std::string in_front =
      R"({"look_up_by":[["email_id","ada@example.com"],["phone_id",",\"data\":"]],)";
  EXPECT_EQ(part, in_front + straight.substr(1));
  // Its values do not move the command id either.
  const auto body = json::parse(batch_body({{"c-1", part}}));
  ASSERT_TRUE(body);
  EXPECT_EQ(body->at("commands").at(0).at("command_id").as_string(), "c-1");
}

TEST(BatchBody, TheContractsExample) {
  CustomerUpdate update;
  update.who.ids = {{"registered", "m-100234"}};
  update.properties = {{"last_store_id", "S12"}};
  update.changed_at = from_unix_seconds(1'767'225'600);
  CustomerEvent event;
  event.who = update.who;
  event.type = "purchase";
  event.at = update.changed_at;
  event.properties = {{"purchase_id", "SE-S12-000981"}};
  const std::string first = part_bytes(update);
  const std::string second = part_bytes(event);
  EXPECT_EQ(
      batch_body({{"c-1", first}, {"c-2", second}}),
      R"({"commands":[{"name":"customers","command_id":"c-1","data":{"customer_ids":)"
      R"({"registered":"m-100234"},"properties":{"last_store_id":"S12"},)"
      R"("update_timestamp":1767225600}},{"name":"customers/events","command_id":"c-2","data":)"
      R"({"customer_ids":{"registered":"m-100234"},"event_type":"purchase",)"
      R"("timestamp":1767225600,"properties":{"purchase_id":"SE-S12-000981"}}}]})");
  EXPECT_EQ(batch_body({}), R"({"commands":[]})");
}

TEST(PartBytes, Timestamps) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {1'767'225'600'000'000, "1767225600"},
      {1'767'225'600'500'000, "1767225600.5"},
      {1'767'225'600'000'001, "1767225600.000001"},
      {1'767'225'600'120'000, "1767225600.12"},
      {0, "0"},
      {-1'500'000, "-1.5"},
  };
  for (const auto& [us, text] : cases) {
    CustomerEvent event = event_5_3();
    event.at = from_unix_us(us);
    const std::string bytes = part_bytes(event);
    EXPECT_NE(bytes.find("\"timestamp\":" + std::string(text) + ",\"properties\""),
              std::string::npos)
        << bytes;
  }
}

TEST(PartBytes, ValuesOfEveryKind) {
  CustomerEvent event;
  event.who.ids = {{"registered", "a\"b\\c\n"}};
  event.type = "k\xC3\xB6p";
  event.properties = {
      {"text", "\xC3\x85sa \xE2\x82\xAC \x01"},
      {"number", Number{"1143.20"}},
      {"no", false},
      {"list", model::TextList{"A", "B,\"C"}},
      {"none", model::TextList{}},
      {"objects",
       std::vector<model::PropertyList>{{{"product_id", "A"}, {"quantity", Number{"2"}}}, {}}},
  };
  EXPECT_EQ(part_bytes(event),
            "{\"name\":\"customers/events\",\"data\":{\"customer_ids\":{\"registered\":"
            "\"a\\\"b\\\\c\\n\"},\"event_type\":\"k\xC3\xB6p\",\"timestamp\":0,\"properties\":{"
            "\"text\":\"\xC3\x85sa \xE2\x82\xAC \\u0001\",\"number\":1143.20,\"no\":false,"
            "\"list\":[\"A\",\"B,\\\"C\"],\"none\":[],"
            "\"objects\":[{\"product_id\":\"A\",\"quantity\":2},{}]}}}");
  EXPECT_TRUE(json::parse(part_bytes(event)));
  EXPECT_EQ(part_bytes(event), part_bytes(event));
}

TEST(BatchBody, ValuesThatLookLikeMembersDoNotMoveTheCommandId) {
  CustomerEvent event = event_5_3();
  event.who.ids = {{"registered", ",\"data\":"}};
  const std::string part = part_bytes(event);
  const auto body = json::parse(batch_body({{"x\"1", part}}));
  ASSERT_TRUE(body);
  const auto& command = body->at("commands").at(0);
  EXPECT_EQ(command.at("command_id").as_string(), "x\"1");
  EXPECT_EQ(command.at("data").at("customer_ids").at("registered").as_string(), ",\"data\":");
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
