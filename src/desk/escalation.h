#pragma once
// Who is told when a group of cases is overdue: its owner team when it is due, the team's lead when
// it has been overdue for as long as it had time (due_at - opened_at), an administrator at three
// times that. Each step once: what was told is the group's `escalation`, which the caller stores.
// Who has taken the group is told first, at every step; taking or acknowledging it stops nothing.
// Pure; any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/zone.h"
#include "desk/alert_rules.h"
#include "journal/views.h"

namespace tillbridge::desk {

enum class EscalationRole : std::uint8_t { assignee, team, team_lead, administrator };
std::string_view words(EscalationRole role);  // "team lead"

struct EscalationTold {
  EscalationRole role = EscalationRole::team;
  std::string name;  // of the user (assignee) or of the team; "" for administrators
  friend bool operator==(const EscalationTold&, const EscalationTold&) = default;
};

struct Escalation {
  CaseGroupId group;
  std::uint32_t step = 0;            // store it as the group's escalation: 1 team, 2 lead, 3 admin
  std::vector<EscalationTold> tell;  // in this order; steps that passed unseen are told together
  AlertLevel level = AlertLevel::warning;
  std::string text;  // plain English, without personal data
  std::string path;  // of the group in the console: "/cases/17"
};

constexpr std::uint32_t escalation_steps = 3;
// When a group reaches step 1, 2 or 3. A group that had less than 15 minutes counts as 15.
Instant escalates_at(const journal::CaseGroupRow& group, std::uint32_t step);

// Of these groups those that someone must be told of now.
std::vector<Escalation> escalations(const std::vector<journal::CaseGroupRow>& groups, Instant now,
                                    const Zone& zone);

// One per team, also of those with nothing overdue: for desk/alert_rules.h.
std::vector<Signal> overdue_signals(const std::vector<journal::CaseTotal>& totals, Instant now);

}  // namespace tillbridge::desk
