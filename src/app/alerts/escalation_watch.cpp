#include "app/alerts/escalation_watch.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/escalation.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t page_rows = 500;
constexpr int pages_max = 10;  // LIMIT: 5,000 overdue groups; those longest overdue come first

struct Overdue {
  std::vector<journal::CaseGroupRow> groups;
  std::vector<journal::CaseTotal> totals;
};

Result<Overdue> read_overdue(journal::Reader& reader, const std::string& workspace, Instant now) {
  Overdue found;
  TB_TRY(found.totals, reader.case_totals(workspace, now));
  journal::CaseGroupFilter filter;
  filter.due_before = now;
  std::optional<journal::CaseGroupPlace> after;
  for (int page = 0; page < pages_max; ++page) {
    TB_TRY(auto rows, reader.case_groups(workspace, filter, after, page_rows));
    const bool is_last = rows.size() < page_rows;
    if (!rows.empty()) after = journal::CaseGroupPlace{rows.back().due_at, rows.back().id};
    for (auto& row : rows) {
      if (row.escalation < desk::escalation_steps) found.groups.push_back(std::move(row));
    }
    if (is_last) break;
  }
  return found;
}

std::string told_text(const std::vector<desk::EscalationTold>& tell) {
  std::string out;
  for (const desk::EscalationTold& one : tell) {
    out += out.empty() ? "" : ", ";
    out += desk::words(one.role);
    if (!one.name.empty()) out += " " + one.name;
  }
  return out;
}

}  // namespace

EscalationWatch::EscalationWatch(Surroundings on, WatchedWorkspace workspace,
                                 AlertSubjects subjects)
    : on_(on), workspace_(std::move(workspace)), subjects_(std::move(subjects)) {}

Task<Result<EscalationWatch::Found>> EscalationWatch::look() {
  const Instant now = on_.clock.now();
  std::function<Result<Overdue>(journal::Reader&)> query = [workspace = workspace_.name,
                                                            now](journal::Reader& reader) {
    return read_overdue(reader, workspace, now);
  };
  const auto overdue = co_await on_.journal.read<Overdue>(std::move(query));
  if (!overdue) co_return fail(overdue.error());
  has_looked_ = true;
  signals_ = desk::overdue_signals(overdue->totals, now);
  for (desk::Signal& one : signals_) one.subject = subjects_.of(workspace_.name, one.subject);

  Found found;
  for (desk::Escalation& one : desk::escalations(overdue->groups, now, workspace_.zone)) {
    const auto group = std::find_if(overdue->groups.begin(), overdue->groups.end(),
                                    [&one](const auto& row) { return row.id == one.group; });
    const std::string told = told_text(one.tell);
    journal::UpdateCaseGroup update;
    update.id = one.group;
    update.workspace = group->workspace;
    update.state = group->state;
    update.owner = group->owner;
    update.assignee = group->assignee;
    update.due_at = group->due_at;
    update.escalation = one.step;
    update.at = now;
    update.by = "tillbridge";
    found.step.case_groups.push_back(std::move(update));
    journal::AddAudit audit;
    audit.id = on_.ids.next<AuditId>();
    audit.workspace = workspace_.name;
    audit.at = now;
    audit.by = "tillbridge";
    audit.act = "case.escalate";
    audit.subject = one.group.value;
    audit.about = "case " + std::to_string(one.group.value);
    audit.before = fmt::format("step {}", group->escalation);
    audit.after = fmt::format("step {}: {}", one.step, told);
    audit.result = "done";
    found.step.audits.push_back(std::move(audit));
    if (!told_.emplace(one.group, one.step).second) continue;
    desk::Notice notice;
    notice.kind = desk::AlertKind::overdue_cases;
    notice.subject = subjects_.of(workspace_.name, "case " + std::to_string(one.group.value));
    notice.level = one.level;
    notice.text = fmt::format("{} For: {}.", one.text, told);
    notice.team = group->owner;
    notice.since = group->due_at;
    notice.at = now;
    notice.path = one.path;
    found.notices.push_back(std::move(notice));
  }
  co_return found;
}

void EscalationWatch::stored() {
  told_.clear();
}

std::vector<desk::Signal> EscalationWatch::signals(const std::vector<desk::Alert>& open,
                                                   Instant now) const {
  std::vector<desk::Signal> out = signals_;
  for (desk::Signal& one : out) one.measured_at = now;
  for (const desk::Alert& alert : open) {
    if (alert.kind != desk::AlertKind::overdue_cases ||
        subjects_.split(alert.subject).first != workspace_.name)
      continue;
    const bool known = std::any_of(out.begin(), out.end(), [&alert](const desk::Signal& one) {
      return one.subject == alert.subject;
    });
    if (known) continue;
    desk::Signal signal;
    signal.kind = alert.kind;
    signal.subject = alert.subject;
    signal.text = "No cases are open.";
    signal.measured_at = now;
    out.push_back(std::move(signal));
  }
  return out;
}

}  // namespace tillbridge::app
