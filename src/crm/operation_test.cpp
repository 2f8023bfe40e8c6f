#include "crm/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crm/route_match.h"

namespace tillbridge::crm {
namespace {

using testing::HasSubstr;

std::string found(const RouteTable& table, std::string_view method, std::string_view path) {
  const auto match = RouteMatcher(table).find(method, path);
  if (!match) return "none";
  std::string text(name(match->operation));
  for (const auto& [key, value] : match->captures) text += " " + key + "=" + value;
  return text;
}

TEST(Operation, EveryOneHasANameAndADefaultRouteOfItsOwn) {
  const RouteTable table = default_routes();
  EXPECT_EQ(table.size(), 10U);
  for (const auto& [operation, route] : table) {
    EXPECT_EQ(operation_named(name(operation)), operation);
    EXPECT_TRUE(with_route(table, operation, route.method, route.path));
  }
  EXPECT_TRUE(check_routes(table));
  EXPECT_EQ(operation_named("dance"), std::nullopt);
}

TEST(Operation, DefaultRoutesAreTheContracts) {
  const RouteTable table = default_routes();
  EXPECT_EQ(found(table, "GET", "/customers"), "search");
  EXPECT_EQ(found(table, "POST", "/customers"), "add");
  EXPECT_EQ(found(table, "GET", "/customers/c-1"), "get customer_id=c-1");
  EXPECT_EQ(found(table, "PUT", "/customers/c-1"), "update customer_id=c-1");
  EXPECT_EQ(found(table, "GET", "/lookup"), "lookup");
  EXPECT_EQ(found(table, "GET", "/customers/c-1/transactions"), "history customer_id=c-1");
  EXPECT_EQ(found(table, "POST", "/customers/c-1/redeem"), "redeem customer_id=c-1");
  EXPECT_EQ(found(table, "POST", "/customers/c-1/undo_redeem"), "undo_redeem customer_id=c-1");
  EXPECT_EQ(found(table, "GET", "/consents"), "consents");
  EXPECT_EQ(found(table, "GET", "/customers/c-1/sections"), "sections customer_id=c-1");
}

TEST(Operation, PathsAreCutBeforeTheyAreDecoded) {
  const RouteTable table = default_routes();
  EXPECT_EQ(found(table, "GET", "/customers/a%2Fb"), "get customer_id=a/b");
  EXPECT_EQ(found(table, "GET", "/customers/%C3%85sa%40x.se"), "get customer_id=Åsa@x.se");
  EXPECT_EQ(found(table, "GET", "/customers/a+b"), "get customer_id=a+b");
  EXPECT_EQ(found(table, "GET", "/customers/a/b"), "none");
}

TEST(Operation, SmallDifferencesOfPathAndMethod) {
  const RouteTable table = default_routes();
  EXPECT_EQ(found(table, "GET", "/customers/"), "search");
  EXPECT_EQ(found(table, "HEAD", "/customers"), "search");
  EXPECT_EQ(found(table, "HEAD", "/customers/c-1/redeem"), "none");
  EXPECT_EQ(found(table, "GET", "/customers//"), "none");
  EXPECT_EQ(found(table, "GET", "/customers//sections"), "none");
  EXPECT_EQ(found(table, "DELETE", "/customers/c-1"), "none");
  EXPECT_EQ(found(table, "get", "/customers"), "none");
  EXPECT_EQ(found(table, "GET", "/Customers"), "none");
  EXPECT_EQ(found(table, "GET", ""), "none");
  EXPECT_EQ(found(table, "GET", "/"), "none");
  EXPECT_EQ(found(table, "GET", "customers"), "none");
}

TEST(Operation, ALiteralSegmentWinsOverACapture) {
  RouteTable table = default_routes();
  table = *with_route(table, Operation::search, "GET", "/customers/find");
  table = *with_route(table, Operation::lookup, "GET", "/customers/{key_type}/{key}");
  table = *with_route(table, Operation::history, "GET", "/customers/{customer_id}/purchases");
  EXPECT_TRUE(check_routes(table));
  EXPECT_EQ(found(table, "GET", "/customers/find"), "search");
  EXPECT_EQ(found(table, "GET", "/customers/finder"), "get customer_id=finder");
  EXPECT_EQ(found(table, "GET", "/customers/c-1/purchases"), "history customer_id=c-1");
  EXPECT_EQ(found(table, "GET", "/customers/mobile/070"), "lookup key=070 key_type=mobile");
}

TEST(Operation, WrongTemplatesAreRefusedWithTheReason) {
  struct Case {
    const char *method, *path, *reason;
  };
  for (const Case& one : {
           Case{"GET", "customers", "begin with '/'"},
           Case{"GET", "", "begin with '/'"},
           Case{"GET", "/", "empty segment"},
           Case{"GET", "/a//b", "empty segment"},
           Case{"GET", "/customers/{id}", "a capture is one of"},
           Case{"GET", "/customers/{}", "a capture is one of"},
           Case{"GET", "/{key}/{key}", "twice"},
           Case{"GET", "/customers/x{key}", "one whole capture"},
           Case{"GET", "/customers?key={key}", "one whole capture"},
           Case{"GET", "/customers/%20", "one whole capture"},
           Case{"GET", "/my customers", "no path has"},
           Case{"GET", "/kund\xC3\xA4r", "no path has"},
           Case{"get", "/customers", "the method of get"},
           Case{"TRACE", "/customers", "the method of get"},
       }) {
    const auto made = with_route(default_routes(), Operation::get, one.method, one.path);
    ASSERT_FALSE(made) << one.path;
    EXPECT_EQ(made.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(made.error().what, HasSubstr(one.reason)) << one.path;
    EXPECT_THAT(made.error().what, HasSubstr("get")) << one.path;
  }
}

TEST(Operation, RoutesMayChangePlacesButNotBeTheSame) {
  RouteTable table = default_routes();
  table = *with_route(table, Operation::search, "GET", "/lookup");
  EXPECT_FALSE(check_routes(table));
  table = *with_route(table, Operation::lookup, "GET", "/customers");
  EXPECT_TRUE(check_routes(table));
  EXPECT_EQ(found(table, "GET", "/lookup"), "search");

  const RouteTable same_but_for_names =
      *with_route(default_routes(), Operation::lookup, "GET", "/customers/{key}/");
  const auto checked = check_routes(same_but_for_names);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("get"));
  EXPECT_THAT(checked.error().what, HasSubstr("lookup"));
}

TEST(Operation, TheRegistersAddressIsTakenOff) {
  EXPECT_EQ(below_register("/crm/shop/customers/c-1", "shop"), "/customers/c-1");
  EXPECT_EQ(below_register("/crm/customers/c-1", "shop"), "/customers/c-1");
  EXPECT_EQ(below_register("/crm/sm%C3%A5/lookup", "små"), "/lookup");
  EXPECT_EQ(below_register("/crm/shop", "shop"), "");
  EXPECT_EQ(below_register("/crm/shop/", "shop"), "/");
  EXPECT_EQ(below_register("/crm", "shop"), "");
  EXPECT_EQ(below_register("/customers", "shop"), "/customers");
}

}  // namespace
}  // namespace tillbridge::crm
