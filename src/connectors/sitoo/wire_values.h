#pragma once
// Single values as Sitoo writes them (sitoo.md 2.4), read leniently. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/json.h"

namespace tillbridge::connectors::sitoo {

constexpr std::int64_t unix_seconds_max = 253'402'300'800;  // year 10000; times are below

// A text or a whole number as text; "" when absent.
std::string text_or_number(const json::Object& object, std::string_view key);

// nullopt: absent, null or "". Text, whole numbers and floats alike. Errors are invalid_input and
// end a sentence that begins with the member's name: "is not a number".
Result<std::optional<Decimal>> decimal(const json::Object& object, std::string_view key);

// Unix seconds; nullopt when absent, 0 or no time before the year 10000.
std::optional<Instant> instant(const json::Object& object, std::string_view key);

}  // namespace tillbridge::connectors::sitoo
