#pragma once
// Sitoo: whether orders can be read, and whether its events reach us (sitoo.md 2, 10). Core thread.

#include <optional>
#include <string>

#include "app/validation/run.h"

namespace tillbridge::app {

// Where the first event since Tillbridge's last start is noted (a cursor): its unix seconds.
constexpr const char* events_seen_cursor = "sitoo/first_event_since_start";

// first_event: what that cursor holds; nullopt: Sitoo has never sent anything.
Task<void> check_sitoo(ValidationRun& run, std::optional<std::string> first_event);

}  // namespace tillbridge::app
