#include "till/route_table.h"

#include <gtest/gtest.h>

#include "outbound/fake_transport.h"
#include "till/crm_client.h"

namespace sandbox::till {
namespace {

namespace json = tillbridge::json;

TEST(RouteTable, StartsAsTheContractHasIt) {
  const RouteTable routes;
  EXPECT_EQ(routes.of(Operation::search).path, "/customers");
  EXPECT_EQ(routes.of(Operation::update).method, "PUT");
  EXPECT_EQ(routes.of(Operation::history).path, "/customers/{customer_id}/transactions");
  EXPECT_EQ(operation_named("undo_redeem"), Operation::undo_redeem);
  EXPECT_FALSE(operation_named("delete"));
}

TEST(RouteTable, RowsChangeTogetherOrNotAtAll) {
  RouteTable routes;
  const auto change = [&routes](const char* text) {
    return routes.change(json::parse(text)->as_object()).has_value();
  };
  EXPECT_TRUE(change(R"({"update":{"method":"PATCH"},"get":{"path":"/v2/person/{customer_id}"}})"));
  EXPECT_EQ(routes.of(Operation::update).method, "PATCH");
  EXPECT_EQ(routes.of(Operation::update).path, "/customers/{customer_id}");
  EXPECT_EQ(routes.of(Operation::get).path, "/v2/person/{customer_id}");
  for (const char* wrong :
       {R"({"get":{"path":"/x"},"fly":{"path":"/y"}})", R"({"get":{"path":"x"}})",
        R"({"get":{"path":"/x?y=1"}})", R"({"get":{"method":"LOOK"}})", R"({"get":"/x"})",
        R"({"get":{"path":1}})", R"({"get":{"way":"/x"}})"}) {
    EXPECT_FALSE(change(wrong)) << wrong;
  }
  EXPECT_EQ(routes.of(Operation::get).path, "/v2/person/{customer_id}");
}

TEST(RouteTable, ParametersStandInPathOrQuery) {
  EXPECT_EQ(*target_of({"GET", "/customers"}, {{"key", "+46 70"}, {"key_type", "mobile"}}),
            "/customers?key=%2B46%2070&key_type=mobile");
  EXPECT_EQ(*target_of({"GET", "/c/{customer_id}/x"}, {{"customer_id", "a/Å"}, {"n", "1"}}),
            "/c/a%2F%C3%85/x?n=1");
  EXPECT_EQ(*target_of({"GET", "/c/{open"}, {}), "/c/{open");
  const auto lacking = target_of({"GET", "/c/{customer_id}"}, {});
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().what, "customer_id is missing");
}

TEST(ServerTiming, OnlyThePlatformsShareCounts) {
  using std::chrono::microseconds;
  EXPECT_EQ(platform_time("platform;dur=12.5"), microseconds{12'500});
  EXPECT_EQ(platform_time("db;dur=3, platform;desc=\"x\"; dur=4 ,x;dur=1"), microseconds{4000});
  for (const char* none :
       {"", "platform", "platform;dur=", "platform;dur=x", "hub;dur=3", "platform;dur=-1"})
    EXPECT_EQ(platform_time(none), microseconds{0}) << none;
}

}  // namespace
}  // namespace sandbox::till
