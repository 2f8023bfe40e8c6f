#pragma once
// Whether more sales than usual come without a customer. Pure; any thread.

#include <cstdint>

#include "desk/alert_rules.h"

namespace tillbridge::app {

struct Share {
  std::int64_t records = 0, unidentified = 0;
  double value() const {
    return records > 0 ? static_cast<double>(unidentified) / static_cast<double>(records) : 0;
  }
};

struct ShareVerdict {
  desk::AlertLevel level = desk::AlertLevel::ok;
  double usual = 0;
};

// now: of the last two hours. same_hours: those of the past weeks; when they had little trade, all
// that is known (`all`) says what is usual. More than `points` percentage points above it and more
// than chance explains is a warning, from records_min on. is_open: it was said already and holds
// until half of the way back.
ShareVerdict share_verdict(const Share& now, const Share& same_hours, const Share& all,
                           double points, double records_min, bool is_open);

}  // namespace tillbridge::app
