#pragma once
// What a hub that stands by says of itself on its control port, which is not passed on: that it
// lives, whether callers get through to a hub that leads, and its own figures. Pure; any thread.

#include <optional>
#include <string>

#include "app/node_address.h"
#include "http/message.h"

namespace tillbridge::app {

// takes_callers: its own port is open. metrics: as Prometheus reads them. Everything else is asked
// of the leading hub.
http::Reply answer_standing_by(const http::Request& request,
                               const std::optional<NodeAddress>& leader, bool takes_callers,
                               std::string metrics);

}  // namespace tillbridge::app
