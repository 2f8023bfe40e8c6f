#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"

namespace tillbridge {
namespace {

using Wide = __int128;

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Wide divide_half_away(Wide value, Wide by) {
  const Wide half = by / 2;
  return value >= 0 ? (value + half) / by : (value - half) / by;
}

bool fits(Wide value) {
  return value <= std::numeric_limits<std::int64_t>::max() &&
         value >= std::numeric_limits<std::int64_t>::min() + 1;
}

Wide at_scale(std::int64_t units, int scale, int digits) {
  return digits >= scale ? Wide{units} * power_of_ten(digits - scale)
                         : divide_half_away(units, power_of_ten(scale - digits));
}

// The last `digits` of them behind the point.
template <typename Number>
std::string digits_of(Number magnitude, int digits, bool negative) {
  constexpr int wide_digits_max = 39;
  TB_ASSERT(digits <= wide_digits_max);
  std::array<char, wide_digits_max + 3> text;  // and "0.", and the sign
  auto* first = text.data() + text.size();
  int written = 0;
  do {
    if (written == digits && digits > 0) *--first = '.';
    *--first = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
    ++written;
  } while (magnitude > 0 || written <= digits);
  if (negative) *--first = '-';
  return {first, text.data() + text.size()};
}

}  // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
  const auto bad = [&] {
    return fail(Error::Kind::invalid_input,
                "'" + std::string(text.substr(0, 40)) + "' is not a decimal number");
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  Wide units = 0;
  int scale = 0;
  bool point = false;
  int digits = 0;
  for (const char c : rest) {
    if (c == '.') {
      if (point || digits == 0) return bad();
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return bad();
    units = units * 10 + (c - '0');
    ++digits;
    if (point && ++scale > scale_max) return bad();
    if (!fits(units)) return bad();
  }
  if (digits == 0 || (point && scale == 0)) return bad();
  return Decimal{static_cast<std::int64_t>(negative ? -units : units), scale};
}

void Decimal::normalise() {
  TB_ASSERT(scale_ >= 0 && scale_ <= scale_max);
  while (scale_ > 0 && units_ % 10 == 0) {
    units_ /= 10;
    --scale_;
  }
}

std::string Decimal::to_text() const {
  return to_text(scale_);
}

std::string Decimal::to_text(int digits) const {
  const Wide value = digits == scale_ ? Wide{units_} : at_scale(units_, scale_, digits);
  const Wide magnitude = value < 0 ? -value : value;
  constexpr Wide narrow_max = std::numeric_limits<std::uint64_t>::max();
  // Dividing is several times as fast in 64 bits, and nearly everything fits.
  return magnitude <= narrow_max
             ? digits_of(static_cast<std::uint64_t>(magnitude), digits, value < 0)
             : digits_of(magnitude, digits, value < 0);
}

Result<std::int64_t> Decimal::to_units(int digits) const {
  const Wide value = at_scale(units_, scale_, digits);
  if (!fits(value))
    return fail(Error::Kind::invalid_input, "the number " + to_text() + " is too large");
  return static_cast<std::int64_t>(value);
}

Result<Decimal> add(Decimal a, Decimal b) {
  const int scale = std::max(a.scale_, b.scale_);
  const Wide sum = at_scale(a.units_, a.scale_, scale) + at_scale(b.units_, b.scale_, scale);
  if (!fits(sum)) return fail(Error::Kind::invalid_input, "the sum of two numbers is too large");
  return Decimal{static_cast<std::int64_t>(sum), scale};
}

Result<Decimal> multiply(Decimal a, Decimal b) {
  Wide product = Wide{a.units_} * Wide{b.units_};
  int scale = a.scale_ + b.scale_;
  if (scale > Decimal::scale_max) {
    product = divide_half_away(product, power_of_ten(scale - Decimal::scale_max));
    scale = Decimal::scale_max;
  }
  if (!fits(product))
    return fail(Error::Kind::invalid_input, "the product of two numbers is too large");
  return Decimal{static_cast<std::int64_t>(product), scale};
}

Result<std::int64_t> multiply_to_units(Decimal a, Decimal b, int digits) {
  const Wide product = Wide{a.units_} * Wide{b.units_};
  const int scale = a.scale_ + b.scale_;
  // Widening is checked first: units of both sides may take all of Wide's range.
  const bool widens = digits > scale;
  if (widens && !fits(product))
    return fail(Error::Kind::invalid_input, "the product of two numbers is too large");
  const Wide units = widens ? product * power_of_ten(digits - scale)
                            : divide_half_away(product, power_of_ten(scale - digits));
  if (!fits(units))
    return fail(Error::Kind::invalid_input, "the product of two numbers is too large");
  return static_cast<std::int64_t>(units);
}

bool operator==(const Decimal& a, const Decimal& b) {
  return (a <=> b) == std::strong_ordering::equal;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale_, b.scale_);
  const Wide left = at_scale(a.units_, a.scale_, scale);
  const Wide right = at_scale(b.units_, b.scale_, scale);
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

}  // namespace tillbridge
