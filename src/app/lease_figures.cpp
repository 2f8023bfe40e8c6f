#include "app/lease_figures.h"

#include <algorithm>

namespace tillbridge::app {
namespace {

void show_leads(telemetry::Metrics& metrics, bool leads) {
  metrics.gauge("tillbridge_leading", "1 on the hub that leads, 0 on one that stands by")
      .set(leads ? 1 : 0);
}

}  // namespace

void show_leases(telemetry::Metrics& metrics, const LeaseFigures& figures) {
  show_leads(metrics, figures.leads);
  metrics.gauge("tillbridge_shards_leased", "Shards of the work that this hub sends from, of 256")
      .set(static_cast<double>(figures.shards));
  const Duration left = std::max(figures.left, Duration{0});
  metrics
      .gauge("tillbridge_lease_left_seconds",
             "Until this hub's leases run out unless renewed; 0 while it has none")
      .set(std::chrono::duration<double>(left).count());
}

void show_alone(telemetry::Metrics& metrics) {
  constexpr bool leads = true;
  show_leads(metrics, leads);
}

}  // namespace tillbridge::app
