// What is kept back of an available level.
#include "flows/safety_buffer.h"

#include <gtest/gtest.h>

namespace tillbridge::flows {
namespace {

Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}
BufferRule rule(std::string_view units) {
  BufferRule one;
  one.units = decimal(units);
  return one;
}
std::string buffer(const std::vector<BufferRule>& rules, const std::string& channel,
                   const std::string& sku = "A-1", double sells_per_day = 0) {
  BufferRules all;
  all.rules = rules;
  all.tags_of = {{"A-1", {"sale", "shoes"}}, {"B-2", {"shoes"}}};
  return buffer_for(all, channel, sku, sells_per_day).to_text();
}

TEST(SafetyBuffer, WithoutARuleNothingIsKeptBack) {
  EXPECT_EQ(buffer({}, "bigcommerce"), "0");
  EXPECT_EQ(buffer({}, "bloomreach"), "0");
}

TEST(SafetyBuffer, ARuleWithoutChannelsIsForTheWebShops) {
  EXPECT_EQ(buffer({rule("2")}, "bigcommerce"), "2");
  EXPECT_EQ(buffer({rule("2")}, "commercetools"), "2");
  EXPECT_EQ(buffer({rule("2")}, "bloomreach"), "0");
  BufferRule named = rule("3");
  named.channels = {"bloomreach"};
  EXPECT_EQ(buffer({named}, "bloomreach"), "3");
  EXPECT_EQ(buffer({named}, "bigcommerce"), "0") << "those named, and no others";
}

TEST(SafetyBuffer, AllOfWhatItNamesHasToHold) {
  BufferRule some = rule("1");
  some.skus = {"A-1", "C-3"};
  some.tags = {"shoes", "hats"};
  some.sells_per_day_at_least = 2.5;
  const struct {
    const char* says;
    const char* sku;
    double speed;
    const char* expected;
  } cases[] = {
      {"all of it", "A-1", 2.5, "1"},   {"faster", "A-1", 100, "1"},
      {"too slow", "A-1", 2.4999, "0"}, {"never sold", "A-1", 0, "0"},
      {"another SKU", "B-2", 100, "0"}, {"no tags", "C-3", 100, "0"},
      {"nothing of it", "D-4", 0, "0"},
  };
  for (const auto& one : cases)
    EXPECT_EQ(buffer({some}, "bigcommerce", one.sku, one.speed), one.expected) << one.says;
}

TEST(SafetyBuffer, OneOfTheTagsIsEnough) {
  BufferRule tagged = rule("4");
  tagged.tags = {"sale", "hats"};
  EXPECT_EQ(buffer({tagged}, "bigcommerce", "A-1"), "4");
  EXPECT_EQ(buffer({tagged}, "bigcommerce", "B-2"), "0");
}

TEST(SafetyBuffer, TheLargestOneCounts) {
  BufferRule fast = rule("5");
  fast.sells_per_day_at_least = 10;
  const std::vector<BufferRule> rules = {rule("0.5"), fast, rule("1.25"), rule("1")};
  EXPECT_EQ(buffer(rules, "bigcommerce", "A-1", 9), "1.25");
  EXPECT_EQ(buffer(rules, "bigcommerce", "A-1", 10), "5");
  EXPECT_EQ(buffer({rule("-3")}, "bigcommerce"), "0") << "a buffer never adds";
}

TEST(SafetyBuffer, WhatIsPublished) {
  const struct {
    const char* available;
    const char* buffer;
    const char* expected;
  } cases[] = {
      {"5", "0", "5"},     {"5", "2", "3"},     {"2", "2", "0"},         {"1", "2", "0"},
      {"0", "0", "0"},     {"-3", "0", "0"},    {"-3", "2", "0"},        {"0.5", "0", "0.5"},
      {"2.5", "1", "1.5"}, {"0.999", "1", "0"}, {"1.001", "1", "0.001"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(published_level(decimal(one.available), decimal(one.buffer)).to_text(), one.expected)
        << one.available << " less " << one.buffer;
  }
}

}  // namespace
}  // namespace tillbridge::flows
