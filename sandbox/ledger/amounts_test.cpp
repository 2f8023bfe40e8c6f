#include "ledger/amounts.h"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(Amounts, RoundsHalfAwayFromZero) {
  EXPECT_EQ(rounded_quotient(5, 2), 3);
  EXPECT_EQ(rounded_quotient(-5, 2), -3);
  EXPECT_EQ(rounded_quotient(7, 3), 2);
  EXPECT_EQ(rounded_quotient(8, 3), 3);
  EXPECT_EQ(rounded_quotient(0, 3), 0);
}

TEST(Amounts, ConvertsBetweenCurrenciesOfDifferentDigits) {
  // 499.00 SEK x 0.0875 = 43.6625 EUR
  EXPECT_EQ(converted(49'900, 2, *parse_rate("0.0875"), 2), 4'366);
  // 19.99 EUR x 11.2345 = 224.577655 SEK
  EXPECT_EQ(converted(1'999, 2, *parse_rate("11.2345"), 2), 22'458);
  // 1000 JPY x 0.0625 = 62.5 SEK; 0.10 SEK x 0.05 = 0.005 -> 0.01
  EXPECT_EQ(converted(1'000, 0, *parse_rate("0.0625"), 2), 6'250);
  EXPECT_EQ(converted(10, 2, *parse_rate("0.05"), 2), 1);
  EXPECT_EQ(converted(-10, 2, *parse_rate("0.05"), 2), -1);
  // 1.234 KWD x 30 = 37.02 SEK; into a currency without digits 37
  EXPECT_EQ(converted(1'234, 3, *parse_rate("30"), 2), 3'702);
  EXPECT_EQ(converted(1'234, 3, *parse_rate("30"), 0), 37);
  EXPECT_EQ(converted(12, 0, *parse_rate("2"), 3), 24'000);
}

TEST(Amounts, RefusesWhatIsNoRate) {
  for (const char* text :
       {"", ".", "-1", "0", "0.000", "1,5", "1.2.3", "1e3", "1234567890123456789"})
    EXPECT_FALSE(parse_rate(text)) << text;
  EXPECT_EQ(rate_of({}, "SEK", "SEK")->units, 1);
  EXPECT_FALSE(rate_of({{"EUR", "11"}}, "NOK", "SEK"));
}

TEST(Amounts, KnowsTheDigitsOfCurrencies) {
  EXPECT_EQ(minor_digits("SEK"), 2);
  EXPECT_EQ(minor_digits("JPY"), 0);
  EXPECT_EQ(minor_digits("KWD"), 3);
}

}  // namespace
}  // namespace sandbox
