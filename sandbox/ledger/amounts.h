#pragma once
// The ledger's own arithmetic of money: integers only, every rounding half away from zero. Written
// apart from base/money.h on purpose: it checks what the hub computed with that one.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

// Digits after the point in ISO 4217 ("SEK" 2, "JPY" 0, "KWD" 3).
int minor_digits(std::string_view currency);

// numerator / denominator, rounded half away from zero; the denominator is positive.
std::int64_t rounded_quotient(__int128 numerator, __int128 denominator);

// units x 10^-scale.
struct Rate {
  std::int64_t units = 1;
  int scale = 0;
};
// "11.2345"; nullopt when it is not a positive decimal number of at most 18 digits.
std::optional<Rate> parse_rate(std::string_view text);
// The rate from this currency into the reference currency (1 for itself); nullopt when the
// workspace has none.
std::optional<Rate> rate_of(const std::map<std::string, std::string>& rates,
                            const std::string& currency, const std::string& reference_currency);

// An amount of a currency with from_digits in minor units of one with to_digits.
std::int64_t converted(std::int64_t minor, int from_digits, Rate rate, int to_digits);

// 12350 with 2 digits: 123.5.
double in_major_units(std::int64_t minor, int digits);

}  // namespace sandbox
