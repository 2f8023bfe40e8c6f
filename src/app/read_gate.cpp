#include "app/read_gate.h"

namespace tillbridge::app {
namespace {

constexpr Duration throttled_pause = std::chrono::seconds{1};

Outcome not_asked(Outcome::Kind kind, std::string why) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.reason = std::move(why);
  return outcome;
}

}  // namespace

std::optional<Outcome> ReadGate::refusal(bool urgent) {
  const Tick now = clock_.tick();
  if (!breaker_.allows(now))
    return not_asked(Outcome::Kind::transient, "not asked: " + breaker_.reason());
  if (!budget_.take(now, urgent))
    return not_asked(Outcome::Kind::throttled, "not asked: the budget of reads is used up");
  breaker_.started(now);
  return std::nullopt;
}

void ReadGate::answered(const Outcome& outcome) {
  const Tick now = clock_.tick();
  switch (outcome.kind) {
    case Outcome::Kind::throttled:
      budget_.throttled(now, outcome.retry_after.value_or(throttled_pause));
      breaker_.not_made(now);
      break;
    case Outcome::Kind::transient:
    case Outcome::Kind::ambiguous:
      if (outcome.connection_at_fault)
        breaker_.failed(now, outcome.reason);
      else
        breaker_.not_made(now);  // as when no time was left for the call
      break;
    case Outcome::Kind::delivered:
    case Outcome::Kind::rejected:
    case Outcome::Kind::superseded:
      budget_.succeeded();
      breaker_.succeeded();
      break;
  }
}

}  // namespace tillbridge::app
