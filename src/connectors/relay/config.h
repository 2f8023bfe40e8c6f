#pragma once
// One endpoint of the retailer's own that is told of every order event. Field comments are the user
// documentation.

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace tillbridge::connectors::relay {

struct Config {
  std::string name;            // of the connection, in the console and in reasons
  std::string url;             // each order event is POSTed to it
  Secret authorization;        // the whole value of the Authorization header; empty: none is sent
  Secret signing_key;          // of Tillbridge-Signature; empty: none is sent
  bool allow_private = false;  // the URL may lead to private and loopback addresses
  Duration connect_time_max = std::chrono::seconds{5};
  Duration total_time_max = std::chrono::seconds{20};
};

}  // namespace tillbridge::connectors::relay
