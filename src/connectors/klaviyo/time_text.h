#pragma once
// Klaviyo's times (klaviyo.md 3.1). Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tillbridge::connectors::klaviyo {

// "2026-07-20T11:45:10+00:00", also with "Z" and up to 6 decimals; nullopt for anything else, times
// without an offset among them.
std::optional<Instant> time_of_text(std::string_view text);

}  // namespace tillbridge::connectors::klaviyo
