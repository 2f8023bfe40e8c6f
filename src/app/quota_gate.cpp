#include "app/quota_gate.h"

#include <algorithm>

namespace tillbridge::app {
namespace {

constexpr Duration wait_max = std::chrono::milliseconds{500};  // so that stopping is soon seen
constexpr Duration throttled_pause = std::chrono::seconds{1};

}  // namespace

Task<bool> QuotaGate::pass() {
  while (!budget_.take(clock_.tick())) {
    if (stopping_) co_return false;
    const Tick now = clock_.tick();
    const Duration wait = budget_.ready_at(now) - now;
    co_await sleep_for(loop_, std::clamp(wait, Duration{std::chrono::milliseconds{1}}, wait_max));
  }
  co_return !stopping_;
}

void QuotaGate::answered(const Outcome& outcome, const std::optional<engine::QuotaReport>& report) {
  if (outcome.kind == Outcome::Kind::throttled) {
    budget_.throttled(clock_.tick(), outcome.retry_after.value_or(throttled_pause));
  } else if (!outcome.connection_at_fault) {
    budget_.succeeded();
  }
  if (report) budget_.reported(clock_.tick(), *report);
}

}  // namespace tillbridge::app
