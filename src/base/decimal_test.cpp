#include "base/decimal.h"

#include <limits>

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge {
namespace {

using Reference = boost::multiprecision::cpp_dec_float_100;

Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}
Reference reference(std::int64_t units, int scale) {
  return Reference(units) * boost::multiprecision::pow(Reference(10), -scale);
}
Reference rounded(const Reference& value, int digits) {
  const Reference power = boost::multiprecision::pow(Reference(10), digits);
  const Reference shifted = value * power;
  return boost::multiprecision::trunc(shifted +
                                      (shifted < 0 ? Reference("-0.5") : Reference("0.5"))) /
         power;
}
// Any decimal whose square still fits, so that products are about rounding and not about range.
rc::Gen<std::pair<std::int64_t, int>> parts() {
  return rc::gen::pair(rc::gen::inRange<std::int64_t>(-2'000'000'000, 2'000'000'000),
                       rc::gen::inRange(0, Decimal::scale_max + 1));
}

TEST(Decimal, IsWrittenWithoutTrailingZeros) {
  EXPECT_EQ(decimal("12.500").to_text(), "12.5");
  EXPECT_EQ(decimal("3.000").to_text(), "3");
  EXPECT_EQ(decimal("-0.001").to_text(), "-0.001");
  EXPECT_EQ(decimal("-0.0").to_text(), "0");
  EXPECT_EQ(decimal("0012").to_text(), "12");
}

TEST(Decimal, IsWrittenWithTheDigitsAskedFor) {
  EXPECT_EQ(decimal("12.5").to_text(3), "12.500");
  EXPECT_EQ(decimal("12.345").to_text(2), "12.35");
  EXPECT_EQ(decimal("-12.345").to_text(2), "-12.35");
  EXPECT_EQ(decimal("-0.004").to_text(2), "0.00");
  EXPECT_EQ(decimal("0.05").to_text(2), "0.05");
  EXPECT_EQ(decimal("99.5").to_text(0), "100");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const auto* text : {"", "-", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "1,5", "1.2.3", "--1",
                           "0x1", "1.0000000001", "NaN", "9223372036854775808"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
  EXPECT_TRUE(Decimal::parse("9223372036854775807"));
  EXPECT_TRUE(Decimal::parse("-9223372036854775807"));
}

RC_GTEST_PROP(Decimal, ReadsWhatItWrote, ()) {
  const auto [units, scale] = *parts();
  const auto value = Decimal::of_scaled(units, scale);
  RC_ASSERT(decimal(value.to_text()) == value);
  RC_ASSERT(decimal(value.to_text(9)) == value);
}

RC_GTEST_PROP(Decimal, IsAddedAndComparedLikeTheReference, ()) {
  const auto [left_units, left_scale] = *parts();
  const auto [right_units, right_scale] = *parts();
  const auto left = Decimal::of_scaled(left_units, left_scale);
  const auto right = Decimal::of_scaled(right_units, right_scale);
  const Reference left_exact = reference(left_units, left_scale);
  const Reference right_exact = reference(right_units, right_scale);
  RC_ASSERT((left < right) == (left_exact < right_exact));
  RC_ASSERT((left == right) == (left_exact == right_exact));
  const auto sum = add(left, right);
  RC_ASSERT(sum.has_value());
  RC_ASSERT(Reference(sum->to_text()) == left_exact + right_exact);
}

RC_GTEST_PROP(Decimal, IsMultipliedAndRoundedLikeTheReference, ()) {
  const auto [left_units, left_scale] = *parts();
  const auto [right_units, right_scale] = *parts();
  const auto left = Decimal::of_scaled(left_units, left_scale);
  const auto right = Decimal::of_scaled(right_units, right_scale);
  const Reference exact = reference(left_units, left_scale) * reference(right_units, right_scale);
  const auto product = multiply(left, right);
  RC_ASSERT(product.has_value());
  RC_ASSERT(Reference(product->to_text()) == rounded(exact, 9));
  const int digits = *rc::gen::inRange(0, 4);
  if (const auto units = multiply_to_units(left, right, digits))
    RC_ASSERT(reference(*units, digits) == rounded(exact, digits));
  else
    RC_ASSERT(boost::multiprecision::abs(exact) > Reference("9223372036854775"));
}

RC_GTEST_PROP(Decimal, IsRoundedLikeTheReference, ()) {
  const auto [units, scale] = *parts();
  const auto digits = *rc::gen::inRange(0, 10);
  const auto value = Decimal::of_scaled(units, scale);
  RC_ASSERT(Reference(value.to_text(digits)) == rounded(reference(units, scale), digits));
}

TEST(Decimal, SaysWhenAResultDoesNotFit) {
  const auto most = Decimal::of(std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(add(most, Decimal::of(1)));
  EXPECT_FALSE(multiply(most, Decimal::of(2)));
  EXPECT_FALSE(multiply_to_units(most, most, 3));
  EXPECT_FALSE(multiply_to_units(most, Decimal::of(1), 1));
  EXPECT_FALSE(most.to_units(1));
  EXPECT_EQ(most.to_units(0).value(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace tillbridge
