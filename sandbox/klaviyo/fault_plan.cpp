#include "klaviyo/fault_plan.h"

#include <array>
#include <string>

namespace sandbox::klaviyo {
namespace {

using std::chrono::milliseconds;
using tillbridge::Entropy;
using Kind = Fault::Kind;

constexpr milliseconds slow_min{200};
constexpr milliseconds slow_spread{800};

int any_server_error(Entropy& entropy) {
  constexpr std::array<int, 5> statuses = {500, 502, 503, 504, 524};
  return statuses[entropy.below(statuses.size())];
}

}  // namespace

FaultPlan::FaultPlan(tillbridge::Entropy entropy)
    : entropy_(entropy),
      // A burst lasts 1 s on average, the calm after it 4 s.
      bursts_({milliseconds{500}, milliseconds{1000}, milliseconds{2500}, milliseconds{3000}}) {}

std::string_view name(Kind kind) {
  constexpr std::array<std::string_view, 8> names = {"none",         "slow",        "hang",
                                                     "reset_before", "reset_after", "throttled",
                                                     "server_error", "html_403"};
  return names[static_cast<std::size_t>(kind)];
}

Fault FaultPlan::draw(const Settings& settings, const Operation* operation, tillbridge::Tick now) {
  Fault fault;
  if (settings.preset == "down") {
    fault.kind = chance(settings.down_hang) ? Kind::hang : Kind::server_error;
    return fault;
  }
  auto found = operation == nullptr ? settings.faults.end()
                                    : settings.faults.find(std::string(operation->id));
  if (found == settings.faults.end()) found = settings.faults.find("*");
  if (found != settings.faults.end()) draw_operation(found->second, fault);
  if (settings.preset == "storm" && fault.kind == Kind::none &&
      chance(in_burst(now) ? settings.storm_burst : settings.storm_light))
    draw_storm(fault);
  return fault;
}

void FaultPlan::draw_operation(const OperationFaults& faults, Fault& fault) {
  if (faults.latency_ms_max > 0) {
    fault.latency = between(entropy_, milliseconds{faults.latency_ms_min},
                            milliseconds{faults.latency_ms_max - faults.latency_ms_min});
  }
  if (chance(faults.hang)) {
    fault.kind = Kind::hang;
    fault.commits = entropy_.chance(0.5);
  } else if (chance(faults.reset_before)) {
    fault.kind = Kind::reset_before;
  } else if (chance(faults.reset_after)) {
    fault.kind = Kind::reset_after;
    fault.inside_answer = entropy_.chance(0.5);
  } else if (chance(faults.throttle)) {
    fault.kind = Kind::throttled;
    fault.retry_after_s = static_cast<std::int64_t>(entropy_.below(2));
  } else if (chance(faults.server_error)) {
    fault.kind = Kind::server_error;
    fault.status =
        faults.server_error_status != 0 ? faults.server_error_status : any_server_error(entropy_);
  } else if (chance(faults.html_403)) {
    fault.kind = Kind::html_403;
  }
}

void FaultPlan::draw_storm(Fault& fault) {
  const double which = entropy_.unit();
  if (which < 0.25) {
    fault.kind = Kind::throttled;
    fault.retry_after_s = static_cast<std::int64_t>(entropy_.below(2));
  } else if (which < 0.50) {
    fault.kind = Kind::server_error;
    fault.status = any_server_error(entropy_);
  } else if (which < 0.56) {
    fault.kind = Kind::html_403;
  } else if (which < 0.68) {
    fault.kind = Kind::slow;
    fault.latency = between(entropy_, slow_min, slow_spread);
  } else if (which < 0.76) {
    fault.kind = Kind::reset_before;
  } else if (which < 0.92) {
    fault.kind = Kind::reset_after;
    fault.inside_answer = entropy_.chance(0.5);
  } else {
    fault.kind = Kind::hang;
    fault.commits = entropy_.chance(0.5);
  }
}

}  // namespace sandbox::klaviyo
