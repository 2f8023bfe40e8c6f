#include "base/money.h"

#include <algorithm>
#include <limits>

namespace tillbridge {
namespace {

// ISO 4217 exponents that are not 2.
constexpr std::array<std::string_view, 16> no_digits = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                        "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                        "VND", "VUV", "XAF", "XOF"};
constexpr std::array<std::string_view, 7> three_digits = {"BHD", "IQD", "JOD", "KWD",
                                                          "LYD", "OMR", "TND"};

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

int Currency::digits() const {
  if (std::find(no_digits.begin(), no_digits.end(), code()) != no_digits.end()) return 0;
  if (std::find(three_digits.begin(), three_digits.end(), code()) != three_digits.end()) return 3;
  return 2;
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
