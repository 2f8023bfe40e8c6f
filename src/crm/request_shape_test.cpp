#include "crm/request_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RequestShape, ABodyIsItsMembersAndTypes) {
  EXPECT_EQ(body_shape(R"({"name":"Vera","age":41,"vip":true,"boss":null,"tags":["a","b"],)"
                       R"("address2":{"zip":"11122","geo":[1.5,"x",2]},"none":[]})"),
            R"({"name":"text","age":"number","vip":"boolean","boss":"null","tags":["text"],)"
            R"("address2":{"zip":"text","geo":["number","text"]},"none":[]})");
  EXPECT_EQ(body_shape(R"("Vera")"), R"("text")");
  EXPECT_EQ(body_shape("[]"), "[]");
  EXPECT_EQ(body_shape(""), "");
  EXPECT_EQ(body_shape(" \r\n"), "");
}

TEST(RequestShape, WhatIsNoJsonIsOnlyMeasured) {
  EXPECT_EQ(body_shape("name=Vera&mobile=0700000001"), "not JSON (27 bytes)");
  EXPECT_EQ(body_shape("{\"name\":\"V\xff\"}"), "not JSON (13 bytes)");
  EXPECT_EQ(body_shape(std::string(1000, '[')), "not JSON (1000 bytes)");
  EXPECT_EQ(body_shape(std::string(70'000, 'x')), "too large (70000 bytes)");
}

TEST(RequestShape, NamesThatMayBeValuesAreMasked) {
  EXPECT_EQ(body_shape(R"({"vera@example.org":1,"+46700000001":2,"Vera Lind":3,"id2":4})"),
            R"({"{…}":"number","{…}":"number","{…}":"number","id2":"number"})");
  EXPECT_EQ(masked_name("name_first"), "name_first");
  EXPECT_EQ(masked_name("address2"), "address2");
  EXPECT_EQ(masked_name("Store-ID"), "Store-ID");
  EXPECT_EQ(masked_name(""), "{…}");
  EXPECT_EQ(masked_name("19850412"), "{…}");
  EXPECT_EQ(masked_name("na\nme"), "{…}");
  EXPECT_EQ(masked_name(std::string(41, 'a')), "{…}");
}

TEST(RequestShape, PathsKeepTheirWordsOnly) {
  const auto masked = [](std::string_view path) { return masked_path(path, default_routes()); };
  EXPECT_EQ(masked("/customers/c-90112/notes"), "/customers/{…}/notes");
  for (const char* value :
       {"vera@example.org", "vera%40example.org", "%C3%85sa", "\xC3\x85sa", "Lindqvist",
        "lindqvist", "Lind-Berg", "CUSTOMERS", "{customer_id}", "abcdefghijklmnopqrstuvwxy"}) {
    EXPECT_EQ(masked(std::string("/customers/") + value), "/customers/{…}") << value;
    EXPECT_EQ(masked(std::string("/") + value + "/history"), "/{…}/history") << value;
  }
  EXPECT_EQ(masked("/customers/lookup/anna"), "/customers/lookup/{…}");
  EXPECT_EQ(masked(""), "/");
  std::string long_path;
  for (int i = 0; i < 1000; ++i) long_path += "/a";
  EXPECT_LT(masked(long_path).size(), 120U);
}

TEST(RequestShape, PathsKeepTheLiteralsOfTheRoutesInForce) {
  const std::string path = "/klubben/medlemmar/lindqvist";
  EXPECT_EQ(masked_path(path, default_routes()), "/{…}/{…}/{…}");
  const auto routes =
      with_route(default_routes(), Operation::get, "GET", "/klubben/medlemmar/{customer_id}");
  ASSERT_TRUE(routes) << routes.error().what;
  EXPECT_EQ(masked_path(path, *routes), "/klubben/medlemmar/{…}");
}

TEST(RequestShape, HeadersAndParametersAreNamesOnly) {
  http::Request request;
  request.headers = {{"Host", "crm.example.org"}, {"Store-ID", "Uppsala"}};
  request.query = "key=%2B46700000001&key_type=mobile&0700000001&=x";
  EXPECT_EQ(header_names(request), "Host, Store-ID");
  EXPECT_EQ(parameter_names(request), "key, key_type, {…}, {…}");
}

TEST(RequestShape, ResultsAreBounded) {
  std::string wide = "{";
  for (int i = 0; i < 1200; ++i)
    wide += (i == 0 ? "\"" : ",\"") + std::string(1 + static_cast<std::size_t>(i % 30), 'a') + "_" +
            std::to_string(i % 100) + "\":\"value-of-" + std::to_string(i) + "\"";
  wide += "}";
  const std::string shape = body_shape(wide);
  EXPECT_LE(shape.size(), 2048U + 4);
  EXPECT_GE(shape.size(), 1000U);
  EXPECT_THAT(shape, testing::EndsWith("…"));
  EXPECT_THAT(shape, Not(HasSubstr("value-of")));

  http::Request request;
  for (int i = 0; i < 1000; ++i) request.headers.push_back({"X", ""});
  EXPECT_LT(header_names(request).size(), 130U);
}

}  // namespace
}  // namespace tillbridge::crm
