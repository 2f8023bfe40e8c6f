#include "connectors/sitoo/array_elements.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"

namespace tillbridge::connectors::sitoo {
namespace {

std::vector<std::string_view> elements_of(std::string_view array) {
  ArrayElements elements(array, json::parse(array).value().get_array().size());
  std::vector<std::string_view> found;
  for (auto next = elements.next(); !next.empty(); next = elements.next()) found.push_back(next);
  return found;
}

using Texts = std::vector<std::string_view>;

TEST(ArrayElements, AreGivenAsTheyStand) {
  EXPECT_EQ(elements_of("[]"), Texts{});
  EXPECT_EQ(elements_of(" [ \n ] "), Texts{});
  EXPECT_EQ(elements_of("[1]"), Texts{"1"});
  EXPECT_EQ(elements_of("\t[ 1 ,\"a\", null,{} ,[ ]]\n"),
            (Texts{"1", "\"a\"", "null", "{}", "[ ]"}));
  EXPECT_EQ(elements_of(R"([{"a": [1, {"b":[2,3]}], "c":{}} , 1.50])"),
            (Texts{R"({"a": [1, {"b":[2,3]}], "c":{}})", "1.50"}));
}

TEST(ArrayElements, WhatStandsInStringsSeparatesNothing) {
  EXPECT_EQ(elements_of(R"([{"a":"],[\"},{\\"},"\\","\"," ])"),
            (Texts{R"({"a":"],[\"},{\\"})", R"("\\")", R"("\",")"}));
}

// What the parser took for elements and what is found here are the same, whatever is in them.
TEST(ArrayElements, AreThoseOfTheParser) {
  const std::string array = R"([ {"x":"\u005b \\\" ]","y":[[],[{}]]},-1e3,"", true , [ "," ] ])";
  const json::Value parsed = json::parse(array).value();
  ArrayElements elements(array, parsed.get_array().size());
  for (const json::Value& element : parsed.get_array())
    EXPECT_EQ(json::parse(elements.next()).value(), element);
  EXPECT_EQ(elements.next(), "");
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
