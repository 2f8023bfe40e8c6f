#pragma once
// How a hub calls the outside, from its configuration.

#include "app/config.h"
#include "outbound/curl_transport.h"

namespace tillbridge::app {

outbound::CurlSettings outbound_settings(const Config& config);

}  // namespace tillbridge::app
