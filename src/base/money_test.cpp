#include "base/money.h"

#include <limits>

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge {
namespace {

using Reference = boost::multiprecision::cpp_dec_float_100;

Currency currency(std::string_view code) {
  return Currency::parse(code).value();
}
Money money(std::string_view text, std::string_view code) {
  return Money::parse(text, currency(code)).value();
}
Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}

// Half away from zero, by a library that shares nothing with ours.
Reference rounded(const Reference& value) {
  return boost::multiprecision::trunc(value + (value < 0 ? Reference("-0.5") : Reference("0.5")));
}

TEST(Money, KnowsTheDigitsOfCurrencies) {
  EXPECT_EQ(money("123.50", "SEK").minor(), 12'350);
  EXPECT_EQ(money("123", "JPY").minor(), 123);
  EXPECT_EQ(money("1.234", "KWD").minor(), 1'234);
  EXPECT_EQ(money("-0.05", "EUR").to_text(), "-0.05");
  EXPECT_EQ(money("5", "NOK").to_text(), "5.00");
  EXPECT_EQ(money("5.000", "JPY").to_text(), "5");
  const Currency crowns = currency("sek");
  EXPECT_EQ(crowns.code(), "SEK");
  const Currency none;
  EXPECT_EQ(none.code(), "");
}

TEST(Money, RefusesWhatItCannotHold) {
  EXPECT_FALSE(Money::parse("1.001", currency("SEK")));
  EXPECT_FALSE(Money::parse("1.5", currency("JPY")));
  EXPECT_FALSE(Money::parse("", currency("SEK")));
  EXPECT_FALSE(Money::parse("99999999999999999999", currency("SEK")));
  EXPECT_FALSE(Money::parse("92233720368547758.08", currency("SEK")));
  EXPECT_TRUE(Money::parse("92233720368547758.07", currency("SEK")));
  EXPECT_FALSE(Currency::parse("SE"));
  EXPECT_FALSE(Currency::parse("S3K"));
}

TEST(Money, IsNotAddedAcrossCurrenciesOrBeyondItsRange) {
  EXPECT_FALSE(add(money("1.00", "SEK"), money("1.00", "EUR")));
  const Money most{std::numeric_limits<std::int64_t>::max(), currency("SEK")};
  EXPECT_FALSE(add(most, money("0.01", "SEK")));
  EXPECT_EQ(add(money("0.10", "SEK"), money("0.20", "SEK")).value(), money("0.30", "SEK"));
}

TEST(Money, IsRoundedOnceWhenConverted) {
  // Exactly 0.00499999999: rounding to nine digits first would make it 0.01.
  EXPECT_EQ(convert(money("0.01", "EUR"), decimal("0.499999999"), currency("SEK")).value().minor(),
            0);
  EXPECT_EQ(convert(money("0.01", "EUR"), decimal("0.5"), currency("SEK")).value().minor(), 1);
  EXPECT_EQ(convert(money("-0.01", "EUR"), decimal("0.5"), currency("SEK")).value().minor(), -1);
  EXPECT_EQ(convert(money("100", "JPY"), decimal("0.0725"), currency("SEK")).value().to_text(),
            "7.25");
  EXPECT_EQ(convert(money("1.00", "SEK"), decimal("13.95"), currency("JPY")).value().to_text(),
            "14");
}

RC_GTEST_PROP(Money, ConvertsLikeTheReference, ()) {
  const auto minor = *rc::gen::inRange<std::int64_t>(-10'000'000'000, 10'000'000'000);
  const auto rate_units = *rc::gen::inRange<std::int64_t>(0, 50'000'000'000);
  const auto from = currency(*rc::gen::element<std::string>("SEK", "JPY", "KWD"));
  const auto to = currency(*rc::gen::element<std::string>("EUR", "ISK", "BHD"));
  const auto got = convert(Money{minor, from}, Decimal::of_scaled(rate_units, 9), to);
  const Reference exact =
      Reference(minor) * Reference(rate_units) *
      boost::multiprecision::pow(Reference(10), to.digits() - from.digits() - 9);
  RC_ASSERT(got.has_value());
  RC_ASSERT(Reference(got->minor()) == rounded(exact));
}

RC_GTEST_PROP(Money, IsDividedLikeTheReference, ()) {
  const auto minor = *rc::gen::inRange<std::int64_t>(-1'000'000'000'000, 1'000'000'000'000);
  const auto units = *rc::gen::inRange<std::int64_t>(-9'000'000, 9'000'000);
  const auto scale = *rc::gen::inRange(0, 4);
  RC_PRE(units != 0);
  const auto got = divide(Money{minor, currency("SEK")}, Decimal::of_scaled(units, scale));
  const Reference exact =
      Reference(minor) * boost::multiprecision::pow(Reference(10), scale) / Reference(units);
  RC_ASSERT(got.has_value());
  RC_ASSERT(Reference(got->minor()) == rounded(exact));
}

TEST(Money, IsNotDividedByZero) {
  EXPECT_FALSE(divide(money("1.00", "SEK"), Decimal{}));
}

RC_GTEST_PROP(Money, ReadsWhatItWrote, ()) {
  const auto minor = *rc::gen::inRange<std::int64_t>(std::numeric_limits<std::int64_t>::min() + 1,
                                                     std::numeric_limits<std::int64_t>::max());
  const Money amount{minor, currency(*rc::gen::element<std::string>("SEK", "JPY", "KWD"))};
  RC_ASSERT(Money::parse(amount.to_text(), amount.currency()).value() == amount);
}

}  // namespace
}  // namespace tillbridge
