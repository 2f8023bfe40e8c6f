#pragma once
// Klaviyo's size limits (klaviyo.md 5.2). What is over them is dropped in silence or fails a whole
// job, so it is refused here, by name. Any thread.

#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace tillbridge::connectors::klaviyo {

// KB and MB are not defined: taken as powers of ten, the smaller reading.
constexpr std::size_t body_bytes_max = 5'000'000;
constexpr std::size_t string_bytes_max = 100'000;
constexpr std::size_t array_items_max = 4'000;
constexpr std::size_t nesting_max = 10;
constexpr std::size_t event_properties_max = 400;
constexpr std::size_t event_profile_bytes_max = 95'000;
constexpr std::size_t profile_bytes_max = 100'000;
constexpr std::size_t email_characters_max = 100;
constexpr std::size_t metric_characters_max = 127;
constexpr std::size_t unique_id_characters_max = 255;
constexpr std::size_t events_per_job_limit = 1'000;

std::size_t characters(std::string_view utf8);

// invalid_input names what is over its limit (a property, never its value).
Result<void> check_properties(const json::Object& properties);
// The same without the limit on how many there are.
Result<void> check_values(const json::Object& object);
// The identifiers of a person: at least one, each a text within its limit.
Result<void> check_identifiers(const json::Object& attributes);

}  // namespace tillbridge::connectors::klaviyo
