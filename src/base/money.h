#pragma once
// Money: integer minor units with an ISO 4217 currency. Exponents (JPY 0, SEK 2, KWD 3) and
// rounding live here only. Arithmetic between two currencies is an error value, overflow too. Any
// thread.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"

namespace tillbridge {

class Currency {
 public:
  Currency() = default;  // no currency: code() is empty
  // Three letters, any case ("sek"). Unknown but well-formed codes have 2 digits, as ISO 4217
  // mostly does.
  static Result<Currency> parse(std::string_view code);
  // The view lives as long as the currency does.
  std::string_view code() const& { return {code_.data(), code_[0] == 0 ? 0U : 3U}; }
  std::string_view code() const&& = delete;
  int digits() const;  // digits after the point
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> code_{};
};

class Money {
 public:
  Money() = default;
  Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  // "123.50", as the wire carries it. More digits than the currency has are refused unless they are
  // zeros.
  static Result<Money> parse(std::string_view text, Currency currency);

  std::int64_t minor() const { return minor_; }
  Currency currency() const { return currency_; }
  bool is_negative() const { return minor_ < 0; }
  bool is_zero() const { return minor_ == 0; }
  Money operator-() const { return Money{-minor_, currency_}; }
  Money magnitude() const { return minor_ < 0 ? -*this : *this; }

  Decimal to_decimal() const { return Decimal::of_scaled(minor_, currency_.digits()); }
  std::string to_text() const { return to_decimal().to_text(currency_.digits()); }  // "123.50"

  friend bool operator==(const Money&, const Money&) = default;

 private:
  std::int64_t minor_ = 0;
  Currency currency_;
};

Result<Money> add(Money a, Money b);
// amount x rate in the other currency, rounded half away from zero to its minor unit.
Result<Money> convert(Money amount, Decimal rate, Currency to);
// total / parts rounded half away from zero; parts must not be zero.
Result<Money> divide(Money total, Decimal parts);

}  // namespace tillbridge
