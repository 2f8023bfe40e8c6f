#pragma once
// Inside of the log: the text of one line. Apart from the sink so that it can be tested.

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "telemetry/log.h"

namespace tillbridge::telemetry {

// {"ts":"2026-06-12T12:05:59.250Z","level":"info","event":"started","port":8080}, no line end.
// A field may not take the place of ts, level or event: its key gets an underscore behind it.
std::string log_line(Instant at, Level level, std::string_view event,
                     std::initializer_list<Field> fields);

}  // namespace tillbridge::telemetry
