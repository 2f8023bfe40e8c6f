#pragma once
// Single values in the data API's answers (bloomreach.md 5.4, 6.1, 7.1). Pure; any thread.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace tillbridge::connectors::bloomreach {

// A text, number, bool or list of texts; nullopt for null, "", empty lists and objects. Numbers in
// lists become texts, what else is in them is left out.
std::optional<json::Value> property_value(const json::Value& value);
// A hard ID is a text, a soft ID a list; numbers are taken as texts.
std::vector<std::string> id_values(const json::Value& value);
// UNIX seconds as a number or a numeric text, rounded to microseconds; nullopt for what is no time
// between 1970 and the year 10000 (milliseconds are none).
std::optional<Instant> time_value(const json::Value& value);

}  // namespace tillbridge::connectors::bloomreach
