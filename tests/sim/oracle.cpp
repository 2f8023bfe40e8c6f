#include "oracle.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tillbridge::sim {
namespace {

double in_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

void Verdict::broken(Duration at, const std::string& what) {
  if (why_.empty()) why_ = fmt::format("at {:.6f} s: {}", in_seconds(at), what);
}

CallWatch::CallWatch(std::string name, const engine::BudgetSettings& budget,
                     const engine::BreakerSettings& breaker, std::uint32_t in_flight_max,
                     Verdict& verdict)
    : name_(std::move(name)),
      budget_(budget),
      breaker_(breaker),
      in_flight_max_(in_flight_max),
      verdict_(verdict) {}

std::uint64_t CallWatch::started(Duration now, engine::Breaker::State before, Duration open_until) {
  const double at = in_seconds(now);
  // Calls in any window of w seconds <= burst + rate * w: with every earlier call as the window's
  // start.
  const double mark = static_cast<double>(calls_) - budget_.calls_per_second * at;
  window_low_ = calls_ == 0 ? mark : std::min(window_low_, mark);
  ++calls_;
  const double most = static_cast<double>(calls_) - budget_.calls_per_second * at - window_low_;
  if (most > budget_.burst + 1e-3)
    verdict_.broken(now, fmt::format("{}: budget exceeded by {}", name_, most - budget_.burst));
  if (++in_flight_ > in_flight_max_)
    verdict_.broken(now, fmt::format("{}: {} calls in flight", name_, in_flight_));
  if (now < closed_until_) verdict_.broken(now, name_ + ": call before the Retry-After");
  if (before == engine::Breaker::State::closed) {
    probes_.clear();
  } else {
    if (before == engine::Breaker::State::probing || now < open_until)
      verdict_.broken(now, name_ + ": call while the breaker was open");
    if (!probes_.empty()) verdict_.broken(now, name_ + ": a second probe beside the first");
    probes_.insert(calls_);
  }
  return calls_;
}

void CallWatch::ended(std::uint64_t call, const Outcome& outcome, engine::Breaker::State after,
                      Duration now) {
  --in_flight_;
  probes_.erase(call);
  if (outcome.kind == Outcome::Kind::throttled && outcome.retry_after)
    closed_until_ = std::max(closed_until_, now + *outcome.retry_after);
  failed_in_a_row_ = outcome.connection_at_fault ? failed_in_a_row_ + 1 : 0;
  if (failed_in_a_row_ >= breaker_.failures && after == engine::Breaker::State::closed)
    verdict_.broken(now,
                    fmt::format("{}: breaker closed after {} failures", name_, failed_in_a_row_));
}

PlatformLog::PlatformLog(const Scenario& scenario, Verdict& verdict) : verdict_(verdict) {
  for (const Order& order : scenario.orders) {
    Entry entry;
    entry.customer = order.customer;
    entry.parts.resize(order.parts);
    orders_.push_back(std::move(entry));
  }
}

void PlatformLog::planned(std::size_t order, ArrivalId by, bool passed) {
  orders_[order].planned_by = by;
  orders_[order].passed = passed;
}

void PlatformLog::sent(std::size_t order, std::uint32_t part, Duration now) {
  Part& entry = orders_[order].parts[part];
  if (orders_[order].parked)
    verdict_.broken(now, fmt::format("order {} sent after it was parked", order));
  if (entry.confirmed)
    verdict_.broken(now, fmt::format("order {} part {} sent again without need", order, part));
  if (std::exchange(entry.under_way, true))
    verdict_.broken(now, fmt::format("order {} part {} is in two calls", order, part));
}

void PlatformLog::answered(std::size_t order, std::uint32_t part, Outcome::Kind kind) {
  Part& entry = orders_[order].parts[part];
  entry.under_way = false;
  entry.confirmed = kind == Outcome::Kind::delivered;
}

void PlatformLog::took_effect(std::size_t order, std::uint32_t part, Duration now) {
  Entry& entry = orders_[order];
  if (std::exchange(entry.parts[part].arrived, true)) return;  // identical resend
  entry.last_effect = now;
  ArrivalId& newest = newest_in_lane_[entry.customer];
  if (entry.planned_by < newest && !entry.passed)
    verdict_.broken(now, fmt::format("lane of customer {} went backwards: order {} part {}",
                                     entry.customer, order, part));
  newest = std::max(newest, entry.planned_by);
}

void PlatformLog::forgotten(std::size_t order) {
  for (Part& part : orders_[order].parts) part.under_way = part.confirmed = false;
}

bool PlatformLog::complete(std::size_t order) const {
  const auto& parts = orders_[order].parts;
  return std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.arrived; });
}

}  // namespace tillbridge::sim
