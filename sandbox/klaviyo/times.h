#pragma once
// Times as Klaviyo reads and writes them (contract 3.1). Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sandbox::klaviyo {

// "2026-07-20T13:45:10.123+02:00", "...Z", "2026-07-20"; without an offset it is UTC. nullopt for
// everything else, Unix numbers among it.
std::optional<tillbridge::Instant> time_of(std::string_view text);
// "2026-07-20T11:45:10+00:00".
std::string time_text(tillbridge::Instant at);
// The same with microseconds.
std::string exact_time_text(tillbridge::Instant at);
// "Thu, 04 Jan 2024 18:05:25 GMT".
std::string http_date(tillbridge::Instant at);

}  // namespace sandbox::klaviyo
