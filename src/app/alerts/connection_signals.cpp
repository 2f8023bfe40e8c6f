#include "app/alerts/connection_signals.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;

constexpr Duration fine_for = minutes{5};  // samples one per look, then one per minute
constexpr Duration coarse_for = minutes{60};
// LIMIT: more attempts between two looks count as so many: what fails is a share of them.
constexpr std::uint64_t counted_max = 10'000;

std::uint64_t number(const json::Object& object, std::string_view key) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, json::integer(object, key).value_or(0)));
}

Duration ms_at(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return Duration{0};
  return std::chrono::round<Duration>(
      std::chrono::duration<double, std::milli>(value->to_number<double>()));
}

std::string_view clearing_name(desk::Progress::State state) {
  using State = desk::Progress::State;
  switch (state) {
    case State::clear:
      return "clear";
    case State::growing:
      return "growing";
    case State::not_moving:
      return "not_moving";
    case State::clearing:
    case State::level:
    case State::unknown:
      return "clearing";
  }
  return "clearing";
}

void keep(std::deque<desk::BacklogSample>& samples, desk::BacklogSample sample) {
  if (!samples.empty() && sample.at < samples.back().at) samples.clear();  // the clock went back
  samples.push_back(sample);
  const Instant now = sample.at;
  while (now - samples.front().at > coarse_for) samples.pop_front();
  // The one that has just become old goes when the one before it is of the same minute.
  const auto fresh =
      std::find_if(samples.begin(), samples.end(),
                   [now](const desk::BacklogSample& one) { return now - one.at <= fine_for; });
  for (auto at = fresh; at - samples.begin() >= 2;) {
    const auto newer = at - 1;
    const auto older = at - 2;
    const bool same =
        std::chrono::floor<minutes>(newer->at) == std::chrono::floor<minutes>(older->at);
    if (!same) break;
    at = samples.erase(newer);
  }
}

}  // namespace

ConnectionSignals::ConnectionSignals(std::vector<WatchedWorkspace> workspaces,
                                     AlertThresholds thresholds)
    : workspaces_(std::move(workspaces)),
      subjects_(workspaces_),
      thresholds_(thresholds),
      errors_(error_settings(thresholds)) {}

void ConnectionSignals::change(const AlertThresholds& thresholds) {
  const auto before = error_settings(thresholds_);
  const auto after = error_settings(thresholds);
  if (before.attempts_min != after.attempts_min || before.warning != after.warning ||
      before.critical != after.critical)
    errors_ = desk::ErrorRates(after);
  thresholds_ = thresholds;
}

void ConnectionSignals::adopt(const std::vector<desk::Alert>& open) {
  for (const desk::Alert& alert : open) {
    if (alert.kind == desk::AlertKind::lag) behind_before_.insert(alert.subject);
    if (alert.kind == desk::AlertKind::breaker) stopped_before_[alert.subject] = alert.since;
  }
}

void ConnectionSignals::take(const json::Object& status, Instant now, Tick tick) {
  const json::Array* workspaces = json::array(status, "workspaces");
  for (std::size_t at = 0; workspaces != nullptr && at < workspaces->size(); ++at) {
    const json::Object* one = (*workspaces)[at].if_object();
    if (one == nullptr) continue;
    const std::string name = json::text(*one, "name").value_or("");
    const auto known =
        std::find_if(workspaces_.begin(), workspaces_.end(),
                     [&name](const WatchedWorkspace& watched) { return watched.name == name; });
    const json::Array* connections = json::array(*one, "connections");
    if (known == workspaces_.end() || connections == nullptr) continue;
    for (std::size_t i = 0; i < connections->size(); ++i) {
      // The first is the tills' own platform (app/workspace.cpp).
      if (const json::Object* connection = (*connections)[i].if_object())
        take_connection(*known, *connection, i == 0, now, tick);
    }
    take_lag(*known, *one);
  }
}

void ConnectionSignals::take_connection(const WatchedWorkspace& workspace,
                                        const json::Object& status, bool is_source, Instant now,
                                        Tick tick) {
  const std::string name = json::text(status, "connection").value_or("");
  Connection& connection = connections_[workspace.name][name];
  if (connection.subject.empty()) {
    connection.subject = subjects_.of(workspace.name, name);
    connection.is_behind = behind_before_.contains(connection.subject);
    if (const auto before = stopped_before_.find(connection.subject);
        before != stopped_before_.end())
      connection.stopped_since = before->second;
  }
  connection.is_source = is_source;
  connection.is_paused = json::boolean(status, "paused").value_or(false);
  connection.breaker_reason = json::text(status, "breaker_reason").value_or("");
  if (json::text(status, "breaker").value_or("closed") == "closed") {
    connection.stopped_since.reset();
  } else if (!connection.stopped_since) {
    connection.stopped_since = now;
  }
  if (!is_source) count_attempts(connection, status, now, tick);
}

void ConnectionSignals::count_attempts(Connection& connection, const json::Object& status,
                                       Instant now, Tick tick) {
  const json::Object none;
  const json::Object* attempts = json::object(status, "attempts");
  if (attempts == nullptr) attempts = &none;
  const Totals totals{number(*attempts, "delivered"),
                      number(*attempts, "transient") + number(*attempts, "ambiguous"),
                      number(*attempts, "rejected")};
  const auto count = [&](std::uint64_t before, std::uint64_t after, desk::AttemptEnd end) {
    const std::uint64_t more = after > before ? std::min(after - before, counted_max) : 0;
    for (std::uint64_t i = 0; i < more; ++i) errors_.add(connection.subject, end, tick);
  };
  if (connection.totals) {
    count(connection.totals->ok, totals.ok, desk::AttemptEnd::ok);
    count(connection.totals->transient, totals.transient, desk::AttemptEnd::transient);
    count(connection.totals->rejected, totals.rejected, desk::AttemptEnd::rejected);
  }
  connection.totals = totals;
  desk::BacklogSample sample;
  sample.at = now;
  sample.waiting = number(status, "waiting");
  sample.done = totals.ok + totals.rejected;
  sample.arrived = sample.done + sample.waiting;
  keep(connection.samples, sample);
}

void ConnectionSignals::take_lag(const WatchedWorkspace& workspace, const json::Object& status) {
  auto& connections = connections_[workspace.name];
  for (auto& [name, connection] : connections) {
    connection.behind = Duration{0};
    connection.waiting = 0;
  }
  const json::Array* rows = json::array(status, "lag");
  for (std::size_t at = 0; rows != nullptr && at < rows->size(); ++at) {
    const json::Object* row = (*rows)[at].if_object();
    if (row == nullptr) continue;
    const auto found = connections.find(json::text(*row, "connection").value_or(""));
    if (found == connections.end()) continue;
    Connection& connection = found->second;
    connection.waiting += number(*row, "waiting");
    const Duration behind = ms_at(*row, "oldest_waiting_ms");
    if (behind <= connection.behind) continue;
    connection.behind = behind;
    connection.flow = json::text(*row, "flow").value_or("");
    connection.store = json::text(*row, "store").value_or("");
  }
  for (auto& [name, connection] : connections) {
    if (connection.behind > workspace.lag_alert) connection.is_behind = true;
    if (connection.behind < workspace.lag_recover) connection.is_behind = false;
  }
}

std::vector<desk::Signal> ConnectionSignals::signals(Instant now, Tick tick) const {
  using desk::AlertLevel;
  std::vector<desk::Signal> out = errors_.signals(tick, now);
  const auto add = [&](desk::AlertKind kind, const Connection& connection, AlertLevel level,
                       std::string text, Instant since) {
    desk::Signal signal;
    signal.kind = kind;
    signal.subject = connection.subject;
    signal.level = level;
    signal.text = std::move(text);
    signal.measured_at = since;
    out.push_back(std::move(signal));
  };
  for (const WatchedWorkspace& workspace : workspaces_) {
    const auto found = connections_.find(workspace.name);
    if (found == connections_.end()) continue;
    for (const auto& [name, one] : found->second) {
      const Duration stopped = one.stopped_since ? now - *one.stopped_since : Duration{0};
      const bool long_stopped =
          stopped >= std::chrono::duration<double>(thresholds_.breaker_critical_s);
      add(desk::AlertKind::breaker, one,
          !one.stopped_since ? AlertLevel::ok
          : long_stopped     ? AlertLevel::critical
                             : AlertLevel::warning,
          one.stopped_since
              ? fmt::format("{} is not called at present because it does not answer as it "
                            "should{}{}. Nothing is lost; it is tried again and again.",
                            one.subject, one.breaker_reason.empty() ? "" : ": ", one.breaker_reason)
              : one.subject + " answers.",
          now);
      if (one.is_source) continue;
      const bool far = one.is_behind && std::chrono::duration<double>(one.behind) >
                                            std::chrono::duration<double>(workspace.lag_alert) *
                                                thresholds_.lag_critical_factor;
      add(desk::AlertKind::lag, one,
          !one.is_behind ? AlertLevel::ok
          : far          ? AlertLevel::critical
                         : AlertLevel::warning,
          one.is_behind
              ? fmt::format("{} is {} behind the tills ({}, worst in store {}); {} "
                            "deliveries wait.{}",
                            one.subject, desk::duration_text(one.behind), one.flow, one.store,
                            one.waiting, one.is_paused ? " The connection is paused." : "")
              : one.subject + " keeps up with the tills.",
          now);
    }
  }
  return out;
}

bool ConnectionSignals::source_answers(const std::string& workspace) const {
  const auto found = connections_.find(workspace);
  if (found == connections_.end()) return true;
  return std::none_of(found->second.begin(), found->second.end(), [](const auto& one) {
    return one.second.is_source && one.second.stopped_since;
  });
}

bool ConnectionSignals::source_is_paused(const std::string& workspace) const {
  const auto found = connections_.find(workspace);
  if (found == connections_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [](const auto& one) { return one.second.is_source && one.second.is_paused; });
}

json::Object ConnectionSignals::progress(const std::string& workspace, Tick tick) const {
  json::Object out;
  const auto found = connections_.find(workspace);
  const auto watched =
      std::find_if(workspaces_.begin(), workspaces_.end(),
                   [&](const WatchedWorkspace& one) { return one.name == workspace; });
  if (found == connections_.end() || watched == workspaces_.end()) return out;
  const auto rates = errors_.rows(tick);
  for (const auto& [name, connection] : found->second) {
    if (connection.is_source) continue;
    const std::vector<desk::BacklogSample> samples(connection.samples.begin(),
                                                   connection.samples.end());
    const desk::Progress progress = desk::progress_of(samples, watched->zone);
    const auto rate = std::find_if(
        rates.begin(), rates.end(),
        [&subject = connection.subject](const auto& row) { return row.connection == subject; });
    json::Object one;
    one["clearing"] = clearing_name(progress.state);
    one["clear_in_s"] = nullptr;
    if (progress.left)
      one["clear_in_s"] = std::chrono::round<std::chrono::seconds>(*progress.left).count();
    one["clear_text"] = progress.text;
    one["error_share"] = rate == rates.end() ? 0.0 : rate->share;
    out[name] = std::move(one);
  }
  return out;
}

}  // namespace tillbridge::app
