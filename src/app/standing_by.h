#pragma once
// A hub that stands by holds its ports as well and passes on to the leading hub whoever calls
// (http/forwarder.h): platforms, tills and browsers may call any hub, through any balancer. On the
// control port, which is for its own machine, it answers itself (standing_by_answers.h). On a loop
// and thread of its own; called from any one thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/node_address.h"
#include "telemetry/metrics.h"

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

  // What /metrics shows: its own, and behind them what this gives as long as it is set. The
  // function is called on this one's thread.
  telemetry::Metrics& metrics();
  void shows_too(std::function<std::string()> more_metrics);

  // As bound, for who leads next here; 0: not.
  std::uint16_t public_port() const;
  std::uint16_t console_port() const;
  std::uint16_t control_port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::app
