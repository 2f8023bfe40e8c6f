#include "app/alerts/alert_cases.h"

#include <algorithm>
#include <optional>

#include "engine/case_types.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t rows_max = 500;
constexpr const char* hub = "tillbridge";

std::optional<engine::CaseType> case_of(desk::AlertKind kind) {
  if (kind == desk::AlertKind::silence) return engine::CaseType::store_silent;
  if (kind == desk::AlertKind::errors) return engine::CaseType::errors_high;
  if (kind == desk::AlertKind::unidentified) return engine::CaseType::unidentified_high;
  return std::nullopt;
}

using Found = std::vector<std::pair<std::string, journal::CaseRow>>;  // by alert

Result<Found> open_cases(journal::Reader& reader, const std::vector<std::string>& workspaces,
                         const AlertSubjects& subjects) {
  Found found;
  for (const std::string& workspace : workspaces) {
    for (const desk::AlertKind kind : desk::alert_kinds) {
      const auto type = case_of(kind);
      if (!type) continue;
      journal::CaseGroupFilter filter;
      filter.type = std::string(engine::case_rule(*type).name);
      TB_TRY(const auto groups, reader.case_groups(workspace, filter, std::nullopt, rows_max));
      for (const journal::CaseGroupRow& group : groups) {
        TB_TRY(const auto rows, reader.cases_of(group.id, true, CaseId{}, rows_max));
        const std::string alert = desk::alert_id(kind, subjects.of(workspace, group.group));
        for (const journal::CaseRow& row : rows) found.emplace_back(alert, row);
      }
    }
  }
  return found;
}

}  // namespace

AlertCases::AlertCases(Surroundings on, std::vector<WatchedWorkspace> workspaces)
    : on_(on), workspaces_(std::move(workspaces)), subjects_(workspaces_) {}

Task<Result<journal::Step>> AlertCases::adopt(std::vector<desk::Alert> open) {
  std::vector<std::string> names;
  for (const WatchedWorkspace& one : workspaces_) names.push_back(one.name);
  std::function<Result<Found>(journal::Reader&)> query =
      [names, subjects = subjects_](journal::Reader& reader) {
        return open_cases(reader, names, subjects);
      };
  const auto found = co_await on_.journal.read<Found>(std::move(query));
  if (!found) co_return fail(found.error());
  open_.clear();
  for (const auto& [alert, row] : *found) open_[alert].push_back(row.id);
  journal::Step step;
  std::vector<std::string> over;
  for (const auto& [alert, cases] : open_) {
    const bool is_open = std::any_of(open.begin(), open.end(), [&id = alert](const auto& one) {
      return desk::alert_id(one.kind, one.subject) == id;
    });
    if (!is_open) over.push_back(alert);
  }
  for (const std::string& alert : over)
    close(alert, "it is not watched any more", on_.clock.now(), step);
  co_return step;
}

void AlertCases::close(const std::string& alert, const std::string& note, Instant at,
                       journal::Step& step) {
  const auto known = open_.find(alert);
  if (known == open_.end()) return;
  for (const CaseId id : known->second) step.closed_cases.push_back({id, at, hub, note});
  open_.erase(known);
}

void AlertCases::follow(const desk::Transition& transition, journal::Step& step) {
  using State = desk::Transition::State;
  const desk::Alert& alert = transition.alert;
  const auto type = case_of(alert.kind);
  const std::string id = desk::alert_id(alert.kind, alert.subject);
  if (!type) return;
  if (transition.state == State::recovered) {
    close(id, transition.note.empty() ? "it has recovered" : transition.note, transition.at, step);
    return;
  }
  const auto [workspace, group] = subjects_.split(alert.subject);
  if (transition.state != State::opened || workspace.empty() || open_.contains(id)) return;
  auto opened =
      engine::open_case(on_.ids.next<CaseId>(), *type, workspace, group, transition.at, alert.text);
  open_[id].push_back(opened.id);
  step.cases.push_back(std::move(opened));
}

}  // namespace tillbridge::app
