#pragma once
// How long Sitoo asks us to wait after a 429 (sitoo.md 2.8: neither headers nor numbers are
// promised). Pure; any thread.

#include "base/clock.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::sitoo {

// X-Rate-Limit-Reset (Unix seconds, measured against the answer's own Date when it has one, so that
// a wrong clock here does no harm), else Retry-After (seconds or a date), else 5 s. Always between
// 100 ms and 5 min.
Duration wait_after_429(const outbound::HttpAnswer& answer, Instant now);

}  // namespace tillbridge::connectors::sitoo
