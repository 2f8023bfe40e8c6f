#include "desk/escalation.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/local_time.h"
#include "desk/masking.h"

namespace tillbridge::desk {
namespace {

std::vector<EscalationTold> people(const journal::CaseGroupRow& group, std::uint32_t step) {
  std::vector<EscalationTold> tell;
  if (!group.assignee.empty()) tell.push_back({EscalationRole::assignee, group.assignee});
  for (std::uint32_t one = group.escalation + 1; one <= step; ++one) {
    if (one == 1) tell.push_back({EscalationRole::team, group.owner});
    if (one == 2) tell.push_back({EscalationRole::team_lead, group.owner});
    if (one == 3) tell.push_back({EscalationRole::administrator, ""});
  }
  return tell;
}

std::string text_of(const journal::CaseGroupRow& group, Instant now, const Zone& zone) {
  std::string text =
      fmt::format("{} open case{} of type {} ({}), due {}, {} overdue. ", group.open,
                  group.open == 1 ? " is" : "s are", group.type, masked_text(group.group),
                  zone.local_text(group.due_at).substr(0, 16), duration_text(now - group.due_at));
  text += fmt::format("Owner: {}; ", group.owner);
  text +=
      group.assignee.empty() ? "nobody has taken it." : fmt::format("taken by {}.", group.assignee);
  if (!group.reason.empty()) text += fmt::format(" The newest says: {}", masked_text(group.reason));
  return text;
}

}  // namespace

std::string_view words(EscalationRole role) {
  switch (role) {
    case EscalationRole::assignee:
      return "assignee";
    case EscalationRole::team:
      return "team";
    case EscalationRole::team_lead:
      return "team lead";
    case EscalationRole::administrator:
      return "administrator";
  }
  return "unknown";
}

Instant escalates_at(const journal::CaseGroupRow& group, std::uint32_t step) {
  const Duration given =
      std::max<Duration>(std::chrono::minutes{15}, group.due_at - group.opened_at);
  return group.due_at + given * (step <= 1 ? 0 : step == 2 ? 1 : 3);
}

std::vector<Escalation> escalations(const std::vector<journal::CaseGroupRow>& groups, Instant now,
                                    const Zone& zone) {
  std::vector<Escalation> out;
  for (const journal::CaseGroupRow& group : groups) {
    const bool is_open = group.state == journal::GroupState::open ||
                         group.state == journal::GroupState::acknowledged;
    if (!is_open) continue;
    std::uint32_t step = 0;
    while (step < escalation_steps && now >= escalates_at(group, step + 1)) ++step;
    if (step <= group.escalation) continue;
    Escalation one;
    one.group = group.id;
    one.step = step;
    one.tell = people(group, step);
    one.level = step == escalation_steps ? AlertLevel::critical : AlertLevel::warning;
    one.text = text_of(group, now, zone);
    one.path = fmt::format("/cases/{}", group.id.value);
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Signal> overdue_signals(const std::vector<journal::CaseTotal>& totals, Instant now) {
  std::vector<Signal> out;
  for (const journal::CaseTotal& total : totals) {
    Signal signal;
    signal.kind = AlertKind::overdue_cases;
    signal.subject = total.owner;
    signal.level = total.overdue > 0 ? AlertLevel::warning : AlertLevel::ok;
    signal.text = fmt::format(
        "{} of {} open groups of cases of {} are overdue; nobody has taken "
        "{} of the open ones.",
        total.overdue, total.open, total.owner, total.unowned);
    signal.measured_at = now;
    out.push_back(std::move(signal));
  }
  return out;
}

}  // namespace tillbridge::desk
