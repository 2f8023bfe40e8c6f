#pragma once
// A hub that stands by holds its ports as well and passes on to the leading hub whoever calls
// (http/forwarder.h): platforms, tills and browsers may call any hub, through any balancer. On a
// loop and thread of its own; called from any one thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/node_address.h"

namespace tillbridge::app {

class StandingBy {
 public:
  // A port that cannot be had is logged and left out: several hubs on one machine share ports, of
  // which the leading one has them.
  explicit StandingBy(const HubSettings& hub);
  ~StandingBy();  // the ports are free again
  StandingBy(const StandingBy&) = delete;
  StandingBy& operator=(const StandingBy&) = delete;

  // nullopt: nobody leads, or not where it can be reached; callers are cut off and try again.
  void leads(const std::optional<NodeAddress>& address);

  // As bound, for who leads next here; 0: not.
  std::uint16_t public_port() const;
  std::uint16_t console_port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::app
