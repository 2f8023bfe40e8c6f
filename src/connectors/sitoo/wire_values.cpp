#include "connectors/sitoo/wire_values.h"

#include <array>
#include <charconv>
#include <cmath>

namespace tillbridge::connectors::sitoo {

std::string text_or_number(const json::Object& object, std::string_view key) {
  if (auto text = json::text(object, key)) return std::move(*text);
  const auto number = json::integer(object, key);
  return number ? std::to_string(*number) : std::string{};
}

Result<std::optional<Decimal>> decimal(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  std::string digits;
  if (value->is_double()) {
    constexpr double magnitude_max = 1e9;
    constexpr int float_digits = 6;
    if (!(std::abs(value->get_double()) < magnitude_max))
      return fail(Error::Kind::invalid_input, "is out of range");
    std::array<char, 64> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value->get_double(),
                      std::chars_format::fixed, float_digits);
    if (error == std::errc{}) digits.assign(buffer.data(), end);
  } else {
    digits = text_or_number(object, key);
    if (value->is_string() && digits.empty()) return std::nullopt;
  }
  const Result<Decimal> number = Decimal::parse(digits);
  if (!number) return fail(Error::Kind::invalid_input, "is not a number");
  return *number;
}

std::optional<Instant> instant(const json::Object& object, std::string_view key) {
  const std::int64_t seconds = json::integer(object, key).value_or(0);
  if (seconds <= 0 || seconds >= unix_seconds_max) return std::nullopt;
  return from_unix_seconds(seconds);
}

}  // namespace tillbridge::connectors::sitoo
