#pragma once
// Times as JSON documents hold them (RFC 3339). Any thread.

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tillbridge::connectors {

// "2026-07-20T11:45:10+00:00", also with "Z" and up to 6 decimals; nullopt for anything else, times
// without an offset among them.
std::optional<Instant> time_of_text(std::string_view text);

}  // namespace tillbridge::connectors
