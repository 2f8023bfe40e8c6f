#include "ledger/amounts.h"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::array<std::string_view, 16> whole_only = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                         "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                         "VND", "VUV", "XAF", "XOF"};
constexpr std::array<std::string_view, 7> thousandths = {"BHD", "IQD", "JOD", "KWD",
                                                         "LYD", "OMR", "TND"};

__int128 power_of_ten(int exponent) {
  __int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

int minor_digits(std::string_view currency) {
  if (std::find(whole_only.begin(), whole_only.end(), currency) != whole_only.end()) return 0;
  if (std::find(thousandths.begin(), thousandths.end(), currency) != thousandths.end()) return 3;
  return 2;
}

std::int64_t rounded_quotient(__int128 numerator, __int128 denominator) {
  const __int128 magnitude = numerator < 0 ? -numerator : numerator;
  const __int128 quotient = (2 * magnitude + denominator) / (2 * denominator);
  return static_cast<std::int64_t>(numerator < 0 ? -quotient : quotient);
}

std::optional<Rate> parse_rate(std::string_view text) {
  Rate rate{0, 0};
  bool point = false;
  int digits = 0;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9' && digits < 18) {
      rate.units = rate.units * 10 + (c - '0');
      if (point) ++rate.scale;
      ++digits;
    } else {
      return std::nullopt;
    }
  }
  if (rate.units == 0) return std::nullopt;
  return rate;
}

std::optional<Rate> rate_of(const std::map<std::string, std::string>& rates,
                            const std::string& currency, const std::string& reference_currency) {
  if (currency == reference_currency) return Rate{};
  const auto found = rates.find(currency);
  if (found == rates.end()) return std::nullopt;
  return parse_rate(found->second);
}

std::int64_t converted(std::int64_t minor, int from_digits, Rate rate, int to_digits) {
  // minor x 10^-from x units x 10^-scale, in units of 10^-to
  const int exponent = to_digits - from_digits - rate.scale;
  const __int128 product = static_cast<__int128>(minor) * rate.units;
  if (exponent >= 0) return static_cast<std::int64_t>(product * power_of_ten(exponent));
  return rounded_quotient(product, power_of_ten(-exponent));
}

double in_major_units(std::int64_t minor, int digits) {
  return static_cast<double>(minor) / static_cast<double>(power_of_ten(digits));
}

}  // namespace sandbox
