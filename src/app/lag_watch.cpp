#include "app/lag_watch.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration look_every = std::chrono::seconds{5};
constexpr std::size_t cases_looked_at = 1'000;

std::string group_of(const std::string& connection, const std::string& flow) {
  return connection + "/" + flow;
}

double ms(Duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

}  // namespace

LagWatch::LagWatch(Surroundings on, std::string workspace, engine::LagBoard& board)
    : on_(on), workspace_(std::move(workspace)), board_(board), stop_(on.loop) {}

Task<void> LagWatch::run() {
  co_await adopt_open_cases();
  while (!stopping_) {
    co_await look();
    co_await stop_.wait(look_every);
  }
}

void LagWatch::request_stop() {
  stopping_ = true;
  stop_.notify();
}

Task<void> LagWatch::adopt_open_cases() {
  using Rows = std::vector<journal::CaseRow>;
  std::function<Result<Rows>(journal::Reader&)> query = [workspace =
                                                             workspace_](journal::Reader& reader) {
    return reader.cases(workspace, true, cases_looked_at);
  };
  const auto found = co_await on_.journal.read<Rows>(std::move(query));
  if (!found) co_return;
  const std::string_view type = engine::case_rule(engine::CaseType::lag_high).name;
  for (const journal::CaseRow& one : *found) {
    const auto slash = one.group.find('/');
    if (one.type != type || slash == std::string::npos) continue;
    open_[one.group] = one.id;
    board_.adopt_raised(one.group.substr(0, slash), one.group.substr(slash + 1));
  }
}

Task<void> LagWatch::look() {
  const Instant now = on_.clock.now();
  journal::Step step;
  for (const auto& crossing : board_.crossings(now, on_.clock.tick())) {
    const std::string group = group_of(crossing.connection, crossing.flow);
    telemetry::log(crossing.raised ? telemetry::Level::warning : telemetry::Level::info,
                   crossing.raised ? "lag_high" : "lag_recovered",
                   {{"workspace", workspace_},
                    {"connection", crossing.connection},
                    {"flow", crossing.flow},
                    {"behind_s", std::chrono::floor<std::chrono::seconds>(crossing.behind).count()},
                    {"waiting", crossing.waiting}});
    if (crossing.raised) {
      auto opened = engine::open_case(
          on_.ids.next<CaseId>(), engine::CaseType::lag_high, workspace_, group, now,
          fmt::format("{} is {} s behind the tills ({}), worst in store {}; {} deliveries wait. "
                      "See in tillbridge status whether it is paused or does not answer",
                      crossing.connection,
                      std::chrono::floor<std::chrono::seconds>(crossing.behind).count(),
                      crossing.flow, crossing.worst_store, crossing.waiting));
      open_[group] = opened.id;
      step.cases.push_back(std::move(opened));
    } else if (const auto known = open_.find(group); known != open_.end()) {
      step.closed_cases.push_back({known->second, now, "tillbridge", "caught up again"});
      open_.erase(known);
    }
  }
  if (step.cases.empty() && step.closed_cases.empty()) co_return;
  // A crossing is said once: it has to be stored.
  while (!stopping_) {
    journal::Step copy = step;
    const auto stored = co_await on_.journal.commit(std::move(copy));
    if (stored) break;
    telemetry::log(telemetry::Level::error, "lag_case_not_stored",
                   {{"workspace", workspace_}, {"what", stored.error().what}});
    co_await stop_.wait(look_every);
  }
}

json::Array LagWatch::status() {
  json::Array rows;
  for (const auto& row : board_.rows(on_.clock.now())) {
    rows.push_back(json::Object{{"connection", row.names.connection},
                                {"flow", row.names.flow},
                                {"store", row.names.store},
                                {"accepted", row.accepted},
                                {"p50_ms", ms(row.p50)},
                                {"p99_ms", ms(row.p99)},
                                {"waiting", row.waiting},
                                {"oldest_waiting_ms", ms(row.oldest_waiting)}});
  }
  return rows;
}

}  // namespace tillbridge::app
