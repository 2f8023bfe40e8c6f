#include "base/money.h"

#include <limits>

namespace tillbridge {
namespace {

// A code as a number, because every amount that is read or written asks for its digits.
constexpr std::uint32_t number_of(char first, char second, char third) {
  const auto byte = [](char c) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(c));
  };
  return byte(first) << 16U | byte(second) << 8U | byte(third);
}
constexpr std::uint32_t number_of(std::string_view code) {
  return number_of(code[0], code[1], code[2]);
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  if (code.size() != 3)
    return fail(Error::Kind::invalid_input, "'" + std::string(code.substr(0, 10)) +
                                                "' is not a currency code of three letters");
  Currency currency;
  for (std::size_t i = 0; i < 3; ++i) {
    const char c = code[i];
    const bool lower = c >= 'a' && c <= 'z';
    if (!lower && !(c >= 'A' && c <= 'Z'))
      return fail(Error::Kind::invalid_input,
                  "'" + std::string(code) + "' is not a currency code of three letters");
    currency.code_[i] = lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return currency;
}

// ISO 4217 exponents that are not 2.
int Currency::digits() const {
  switch (number_of(code_[0], code_[1], code_[2])) {
    case number_of("BIF"):
    case number_of("CLP"):
    case number_of("DJF"):
    case number_of("GNF"):
    case number_of("ISK"):
    case number_of("JPY"):
    case number_of("KMF"):
    case number_of("KRW"):
    case number_of("PYG"):
    case number_of("RWF"):
    case number_of("UGX"):
    case number_of("UYI"):
    case number_of("VND"):
    case number_of("VUV"):
    case number_of("XAF"):
    case number_of("XOF"):
      return 0;
    case number_of("BHD"):
    case number_of("IQD"):
    case number_of("JOD"):
    case number_of("KWD"):
    case number_of("LYD"):
    case number_of("OMR"):
    case number_of("TND"):
      return 3;
    default:
      return 2;
  }
}

Result<Money> Money::parse(std::string_view text, Currency currency) {
  TB_TRY(const Decimal value, Decimal::parse(text));
  TB_TRY(const std::int64_t minor, value.to_units(currency.digits()));
  if (Decimal::of_scaled(minor, currency.digits()) != value) {
    return fail(Error::Kind::invalid_input, "'" + std::string(text) + "' has more digits than " +
                                                std::string(currency.code()) + " has");
  }
  return Money{minor, currency};
}

Result<Money> add(Money a, Money b) {
  if (!(a.currency() == b.currency())) {
    const Currency first = a.currency();
    const Currency second = b.currency();
    return fail(Error::Kind::invalid_input, "amounts in " + std::string(first.code()) + " and " +
                                                std::string(second.code()) + " cannot be added");
  }
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.minor(), b.minor(), &sum))
    return fail(Error::Kind::invalid_input, "the sum of two amounts is too large");
  return Money{sum, a.currency()};
}

Result<Money> convert(Money amount, Decimal rate, Currency to) {
  TB_TRY(const std::int64_t minor, multiply_to_units(amount.to_decimal(), rate, to.digits()));
  return Money{minor, to};
}

Result<Money> divide(Money total, Decimal parts) {
  if (parts.is_zero())
    return fail(Error::Kind::invalid_input, "an amount cannot be divided by zero");
  // total / (units x 10^-9) = total x 10^9 / units
  TB_TRY(const std::int64_t units, parts.to_units(Decimal::scale_max));
  const __int128 scaled = static_cast<__int128>(total.minor()) * 1'000'000'000;
  const __int128 by = units;
  const __int128 half = (by < 0 ? -by : by) / 2;
  const bool negative = (scaled < 0) != (by < 0);
  const __int128 magnitude = ((scaled < 0 ? -scaled : scaled) + half) / (by < 0 ? -by : by);
  if (magnitude > std::numeric_limits<std::int64_t>::max())
    return fail(Error::Kind::invalid_input, "the share of an amount is too large");
  return Money{static_cast<std::int64_t>(negative ? -magnitude : magnitude), total.currency()};
}

}  // namespace tillbridge
