#include "app/outbound_settings.h"

#include <algorithm>

namespace tillbridge::app {

outbound::CurlSettings outbound_settings(const Config& config) {
  outbound::CurlSettings settings{.proxy = config.outbound.proxy,
                                  .ca_file = config.outbound.ca_file};
  for (const Workspace& workspace : config.workspaces) {
    for (const RelaySettings& relay : workspace.relays)
      settings.connections_per_host_max =
          std::max<std::size_t>(settings.connections_per_host_max, relay.calls_in_flight_max);
  }
  return settings;
}

}  // namespace tillbridge::app
