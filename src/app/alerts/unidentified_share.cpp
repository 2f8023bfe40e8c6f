#include "app/alerts/unidentified_share.h"

#include <algorithm>
#include <cmath>

namespace tillbridge::app {
namespace {

constexpr std::int64_t usual_records_min = 40;  // fewer say nothing about what is usual
constexpr double deviations = 3;                // beyond chance

}  // namespace

ShareVerdict share_verdict(const Share& now, const Share& same_hours, const Share& all,
                           double points, double records_min, bool is_open) {
  ShareVerdict out;
  const Share& usual = same_hours.records >= usual_records_min ? same_hours : all;
  out.usual = usual.value();
  if (usual.records < usual_records_min) return out;
  const auto records = static_cast<double>(now.records);
  if (records < records_min) {
    // Too little trade to say that it is over.
    if (is_open && now.value() > out.usual) out.level = desk::AlertLevel::warning;
    return out;
  }
  const double chance = deviations * std::sqrt(out.usual * (1 - out.usual) / records);
  const double above = std::max(points / 100, chance) * (is_open ? 0.5 : 1);
  if (now.value() - out.usual > above) out.level = desk::AlertLevel::warning;
  return out;
}

}  // namespace tillbridge::app
