#pragma once
// Times of trouble and of calm, one after the other, drawn from a seed. Core thread.

#include <optional>

#include "base/clock.h"
#include "base/entropy.h"

namespace sandbox {

// Evenly between min and min + spread.
inline tillbridge::Duration between(tillbridge::Entropy& entropy, tillbridge::Duration min,
                                    tillbridge::Duration spread) {
  using Ticks = tillbridge::Duration::rep;
  return min + tillbridge::Duration{
                   static_cast<Ticks>(entropy.unit() * static_cast<double>(spread.count()))};
}

class Bursts {
 public:
  struct Lengths {
    tillbridge::Duration burst_min, burst_spread, calm_min, calm_spread;
  };
  explicit Bursts(Lengths lengths) : lengths_(lengths) {}

  bool under_way(tillbridge::Entropy& entropy, tillbridge::Tick now) {
    if (!phase_ends_)
      phase_ends_ = now + between(entropy, tillbridge::Duration{0}, lengths_.calm_spread);
    while (now >= *phase_ends_) {
      bursting_ = !bursting_;
      *phase_ends_ += bursting_ ? between(entropy, lengths_.burst_min, lengths_.burst_spread)
                                : between(entropy, lengths_.calm_min, lengths_.calm_spread);
    }
    return bursting_;
  }

 private:
  Lengths lengths_;
  std::optional<tillbridge::Tick> phase_ends_;
  bool bursting_ = false;
};

}  // namespace sandbox
