#pragma once
// Outcome: how a call to the outside ended, as the engine knows it (DESIGN 4 "Outcomes").
// Connectors produce it from vendor answers, the engine decides by it; neither knows the other.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tillbridge {

struct Outcome {
  enum class Kind {
    delivered,   // the platform has taken it
    rejected,    // it never will as it is: a person must look (the delivery is parked with a case)
    transient,   // trouble that passes: try again later
    throttled,   // told to slow down: not a failure of this delivery
    ambiguous,   // sent, answer unknown: settled by identical resend or read-back
    superseded,  // not sent: the platform holds something newer already
  };

  Kind kind = Kind::transient;
  std::string reason;   // plain words for the journey; no personal data, no secrets
  int http_status = 0;  // 0: no answer
  std::optional<Duration> retry_after = std::nullopt;  // as the platform said
  // The whole connection is in trouble (credentials, network, 5xx), not just this delivery: counts
  // for the breaker.
  bool connection_at_fault = false;
};

constexpr std::string_view name(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::delivered:
      return "delivered";
    case Outcome::Kind::rejected:
      return "rejected";
    case Outcome::Kind::transient:
      return "transient";
    case Outcome::Kind::throttled:
      return "throttled";
    case Outcome::Kind::ambiguous:
      return "ambiguous";
    case Outcome::Kind::superseded:
      return "superseded";
  }
  return "unknown";
}

}  // namespace tillbridge
