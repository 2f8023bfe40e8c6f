#pragma once
// Draws what goes wrong with a call, by the settings and a seed: the same seed and calls give the
// same trouble. Core thread.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"
#include "bloomreach/route.h"
#include "bloomreach/settings.h"
#include "bursts.h"

namespace sandbox::bloomreach {

struct Fault {
  enum class Kind : std::uint8_t {
    none,
    hang,
    reset_before,
    reset_after,
    throttled,
    server_error,
    success_false,
    missing_results,
    no_command_id,
  };
  Kind kind = Kind::none;
  int status = 503;                           // server_error
  ThrottleStyle style = ThrottleStyle::none;  // throttled
  bool commits = false;                       // hang
  bool inside_answer = false;                 // reset_after: the answer breaks off in its middle
  tillbridge::Duration latency{0};
  double refuse_command = 0;
};
std::string_view name(Fault::Kind kind);

class FaultPlan {
 public:
  explicit FaultPlan(tillbridge::Entropy entropy);

  Fault draw(const Settings& settings, std::optional<Route> route, tillbridge::Tick now);
  // The storm's bursts: 0.5 to 1.5 s each, about a fifth of the time.
  bool in_burst(tillbridge::Tick now) { return bursts_.under_way(entropy_, now); }
  bool chance(double probability) { return probability > 0 && entropy_.chance(probability); }

 private:
  void draw_route(const RouteFaults& faults, Fault& fault);
  void draw_storm(Fault& fault);

  tillbridge::Entropy entropy_;
  Bursts bursts_;
};

}  // namespace sandbox::bloomreach
