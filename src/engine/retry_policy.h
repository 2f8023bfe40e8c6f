#pragma once
// When to try again, and when to stop (DESIGN 4 "Outcomes"). Pure: outcome and history in, decision
// out. Any thread.
//
//   delivered            -> done
//   rejected             -> park (default) or block the lane, with a case
//   throttled            -> again after the platform's time; neither attempt nor patience is used
//   up transient, ambiguous -> again after a growing, jittered pause, for as long as patience lasts
//
// Trouble of the whole connection never uses up a delivery's patience: a platform that is down for
// a week must not turn a week of sales into cases. Its breaker and its lag are what people see
// then.

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/outcome.h"
#include "journal/step.h"

namespace tillbridge::engine {

struct RetryPolicy {
  Duration pause_first = std::chrono::milliseconds{500};
  Duration pause_max = std::chrono::minutes{5};
  Duration patience = std::chrono::hours{72};  // from planning to giving up
};

struct Decision {
  enum class Next { done, again, park, block, skip };
  Next next = Next::again;
  Duration pause{0};    // for again
  bool counts = false;  // uses up an attempt
  bool out_of_patience = false;
};

// attempts: those that counted so far, without this one. age: since the delivery was planned.
Decision decide(const RetryPolicy& policy, const Outcome& outcome, std::uint32_t attempts,
                Duration age, journal::OnReject on_reject, Entropy& entropy);

// The pause before attempt n + 1: doubles from pause_first to pause_max, then a random point in its
// upper half.
Duration backoff(const RetryPolicy& policy, std::uint32_t attempts, Entropy& entropy);

}  // namespace tillbridge::engine
