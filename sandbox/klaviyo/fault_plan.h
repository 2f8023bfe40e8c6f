#pragma once
// Draws what goes wrong with a call, by the settings and a seed: the same seed and calls give the
// same trouble. Core thread.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"
#include "bursts.h"
#include "klaviyo/operation.h"
#include "klaviyo/settings.h"

namespace sandbox::klaviyo {

struct Fault {
  enum class Kind : std::uint8_t {
    none,
    slow,
    hang,
    reset_before,
    reset_after,
    throttled,
    server_error,
    html_403,
  };
  Kind kind = Kind::none;
  int status = 503;                // server_error
  std::int64_t retry_after_s = 0;  // throttled
  bool commits = false;            // hang
  bool inside_answer = false;      // reset_after: the answer breaks off in its middle
  tillbridge::Duration latency{0};
};
std::string_view name(Fault::Kind kind);

class FaultPlan {
 public:
  explicit FaultPlan(tillbridge::Entropy entropy);

  Fault draw(const Settings& settings, const Operation* operation, tillbridge::Tick now);
  // The storm's bursts: 0.5 to 1.5 s each, about a fifth of the time.
  bool in_burst(tillbridge::Tick now) { return bursts_.under_way(entropy_, now); }
  bool chance(double probability) { return probability > 0 && entropy_.chance(probability); }

 private:
  void draw_operation(const OperationFaults& faults, Fault& fault);
  void draw_storm(Fault& fault);

  tillbridge::Entropy entropy_;
  Bursts bursts_;
};

}  // namespace sandbox::klaviyo
