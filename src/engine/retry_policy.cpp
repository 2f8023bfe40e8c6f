#include "engine/retry_policy.h"

#include <algorithm>

namespace tillbridge::engine {

Duration backoff(const RetryPolicy& policy, std::uint32_t attempts, Entropy& entropy) {
  constexpr std::uint32_t doublings_max = 30;
  const std::uint32_t doublings = std::min(attempts, doublings_max);
  const auto grown =
      std::min<std::int64_t>(policy.pause_max.count(), policy.pause_first.count() << doublings);
  const auto pause = std::max<std::int64_t>(grown, policy.pause_first.count());
  const auto half = static_cast<std::uint64_t>(pause / 2);
  return Duration{pause - static_cast<std::int64_t>(half == 0 ? 0 : entropy.below(half))};
}

Decision decide(const RetryPolicy& policy, const Outcome& outcome, std::uint32_t attempts,
                Duration age, journal::OnReject on_reject, Entropy& entropy) {
  Decision decision;
  switch (outcome.kind) {
    case Outcome::Kind::delivered:
      decision.next = Decision::Next::done;
      decision.counts = true;
      return decision;
    case Outcome::Kind::rejected:
      decision.next =
          on_reject == journal::OnReject::block ? Decision::Next::block : Decision::Next::park;
      decision.counts = true;
      return decision;
    case Outcome::Kind::superseded:
      decision.next = Decision::Next::skip;
      decision.counts = true;
      return decision;
    case Outcome::Kind::throttled:
      decision.pause = outcome.retry_after.value_or(backoff(policy, 0, entropy));
      return decision;
    case Outcome::Kind::transient:
    case Outcome::Kind::ambiguous:
      break;
  }
  decision.counts = true;
  decision.pause =
      std::max(backoff(policy, attempts, entropy), outcome.retry_after.value_or(Duration{0}));
  if (age > policy.patience && !outcome.connection_at_fault) {
    decision.next =
        on_reject == journal::OnReject::block ? Decision::Next::block : Decision::Next::park;
    decision.out_of_patience = true;
  }
  return decision;
}

}  // namespace tillbridge::engine
