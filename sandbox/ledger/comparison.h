#pragma once
// What arrived against what had to arrive. Pure functions; any thread.

#include <optional>
#include <string>

#include "base/json.h"
#include "ledger/expected_effects.h"
#include "ledger/ledger.h"

namespace sandbox {

constexpr double number_tolerance = 0.0005;

// Numbers within the tolerance, texts and lists exactly (order matters), objects member by member.
bool same_value(const boost::json::value& expected, const boost::json::value& got);

// As text for findings, shortened.
std::string shown(const boost::json::value& value);

// The first difference in words ("total_price is 49.9, expected 49.91"); nullopt when there is
// none.
std::optional<std::string> difference(const ExpectedContent& expected, const ReceivedEvent& got);

}  // namespace sandbox
