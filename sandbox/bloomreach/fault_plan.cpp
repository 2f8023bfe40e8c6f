#include "bloomreach/fault_plan.h"

#include <array>

namespace sandbox::bloomreach {
namespace {

using std::chrono::milliseconds;
using tillbridge::Entropy;

int any_server_error(Entropy& entropy) {
  constexpr std::array<int, 4> statuses = {500, 502, 503, 504};
  return statuses[entropy.below(statuses.size())];
}

ThrottleStyle any_style(Entropy& entropy) {
  return static_cast<ThrottleStyle>(entropy.below(3));
}

ThrottleStyle style_named(std::string_view name, Entropy& entropy) {
  if (name == "retry_after") return ThrottleStyle::retry_after;
  if (name == "rate_limit_reset") return ThrottleStyle::rate_limit_reset;
  return name == "mixed" ? any_style(entropy) : ThrottleStyle::none;
}

tillbridge::Duration drawn_latency(Entropy& entropy, std::int64_t min_ms, std::int64_t max_ms) {
  return between(entropy, milliseconds{min_ms}, milliseconds{max_ms - min_ms});
}

}  // namespace

FaultPlan::FaultPlan(tillbridge::Entropy entropy)
    : entropy_(entropy),
      // A burst lasts 1 s on average, the calm after it 4 s.
      bursts_({milliseconds{500}, milliseconds{1000}, milliseconds{2000}, milliseconds{4000}}) {}

std::string_view name(Fault::Kind kind) {
  constexpr std::array<std::string_view, 9> names = {
      "none",         "hang",          "reset_before",    "reset_after",  "throttled",
      "server_error", "success_false", "missing_results", "no_command_id"};
  return names[static_cast<std::size_t>(kind)];
}

Fault FaultPlan::draw(const Settings& settings, std::optional<Route> route, tillbridge::Tick now) {
  Fault fault;
  auto found = route ? settings.faults.find(std::string(name(*route))) : settings.faults.end();
  if (found == settings.faults.end()) found = settings.faults.find("*");
  if (found != settings.faults.end()) draw_route(found->second, fault);
  if (fault.latency.count() == 0 && settings.read_latency_ms_max > 0 && route &&
      is_data_read(*route))
    fault.latency =
        drawn_latency(entropy_, settings.read_latency_ms_min, settings.read_latency_ms_max);
  if (settings.storm && fault.kind == Fault::Kind::none &&
      chance(in_burst(now) ? settings.storm_burst : settings.storm_light))
    draw_storm(fault);
  return fault;
}

void FaultPlan::draw_route(const RouteFaults& faults, Fault& fault) {
  using Kind = Fault::Kind;
  fault.refuse_command = faults.refuse_command;
  if (faults.latency_ms_max > 0) {
    fault.latency = drawn_latency(entropy_, faults.latency_ms_min, faults.latency_ms_max);
  }
  if (faults.down == "503" || faults.down == "refused") {
    fault.kind = faults.down == "503" ? Kind::server_error : Kind::reset_before;
  } else if (chance(faults.hang)) {
    fault.kind = Kind::hang;
    fault.commits = entropy_.chance(0.5);
  } else if (chance(faults.reset_before)) {
    fault.kind = Kind::reset_before;
  } else if (chance(faults.reset_after)) {
    fault.kind = Kind::reset_after;
    fault.inside_answer = entropy_.chance(0.5);
  } else if (chance(faults.throttle)) {
    fault.kind = Kind::throttled;
    fault.style = style_named(faults.throttle_style, entropy_);
  } else if (chance(faults.server_error)) {
    fault.kind = Kind::server_error;
    fault.status =
        faults.server_error_status != 0 ? faults.server_error_status : any_server_error(entropy_);
  } else if (chance(faults.success_false)) {
    fault.kind = Kind::success_false;
  } else if (chance(faults.missing_results)) {
    fault.kind = Kind::missing_results;
  } else if (chance(faults.no_command_id)) {
    fault.kind = Kind::no_command_id;
  }
}

void FaultPlan::draw_storm(Fault& fault) {
  using Kind = Fault::Kind;
  const double which = entropy_.unit();
  if (which < 0.30) {
    fault.kind = Kind::throttled;
    fault.style = any_style(entropy_);
  } else if (which < 0.55) {
    fault.kind = Kind::server_error;
    fault.status = any_server_error(entropy_);
  } else if (which < 0.70) {
    fault.kind = Kind::reset_before;
  } else if (which < 0.90) {
    fault.kind = Kind::reset_after;
    fault.inside_answer = entropy_.chance(0.5);
  } else {
    fault.kind = Kind::hang;
    fault.commits = entropy_.chance(0.5);
  }
}

}  // namespace sandbox::bloomreach
