#pragma once
// Decimal: an exact decimal number with up to 9 digits after the point, for quantities, rates and
// prices per unit. Never floating point. Any thread.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tillbridge {

class Decimal {
 public:
  static constexpr int scale_max = 9;

  Decimal() = default;
  static Decimal of(std::int64_t whole) { return Decimal{whole, 0}; }
  // units x 10^-scale; 0 <= scale <= scale_max.
  static Decimal of_scaled(std::int64_t units, int scale) { return Decimal{units, scale}; }
  // "-12.500": optional sign, digits, optional point and 1 to 9 digits. Anything else is
  // invalid_input.
  static Result<Decimal> parse(std::string_view text);

  // Same value, same text: trailing zeros are not kept ("12.5", "3", "-0.001").
  std::string to_text() const;
  // With exactly this many digits after the point, rounded half away from zero ("12.500").
  std::string to_text(int digits) const;

  // This value in units of 10^-digits, rounded half away from zero; error if it does not fit.
  Result<std::int64_t> to_units(int digits) const;

  Decimal operator-() const { return Decimal{-units_, scale_}; }
  Decimal magnitude() const { return units_ < 0 ? -*this : *this; }
  bool is_negative() const { return units_ < 0; }
  bool is_zero() const { return units_ == 0; }

  friend Result<Decimal> add(Decimal a, Decimal b);
  // Rounded to 9 digits, half away from zero.
  friend Result<Decimal> multiply(Decimal a, Decimal b);
  // a x b in units of 10^-digits, rounded once, half away from zero; error if it does not fit.
  friend Result<std::int64_t> multiply_to_units(Decimal a, Decimal b, int digits);
  friend bool operator==(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  Decimal(std::int64_t units, int scale) : units_(units), scale_(scale) { normalise(); }
  void normalise();

  std::int64_t units_ = 0;
  int scale_ = 0;
};

}  // namespace tillbridge
