#include "desk/escalation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Role = EscalationRole;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Instant opened = from_unix_seconds(1'781'258'400);

journal::CaseGroupRow group() {
  journal::CaseGroupRow row;
  row.id = CaseGroupId{17};
  row.type = "order_not_found";
  row.group = "sitoo";
  row.owner = "retail operations";
  row.opened_at = opened;
  row.due_at = opened + hours{8};
  row.open = 3;
  row.reason = "order 20417 of vera.lind@kund.se is not known";
  return row;
}
std::vector<Escalation> told(const journal::CaseGroupRow& row, Duration after) {
  return escalations({row}, opened + after, Zone());
}

TEST(Escalation, GoesUpTheChainAndEachStepOnce) {
  auto row = group();
  EXPECT_TRUE(told(row, hours{8} - minutes{1}).empty());
  std::vector<std::pair<Duration, std::uint32_t>> steps;
  for (Duration after{0}; after < hours{80}; after += minutes{30}) {
    for (const Escalation& one : told(row, after)) {
      steps.emplace_back(after, one.step);
      row.escalation = one.step;
    }
  }
  EXPECT_THAT(steps,
              ElementsAre(std::pair{Duration{hours{8}}, 1U}, std::pair{Duration{hours{16}}, 2U},
                          std::pair{Duration{hours{32}}, 3U}));
}

TEST(Escalation, TellsTheAssigneeFirstAndStopsForNobody) {
  auto row = group();
  row.assignee = "anna";
  row.state = journal::GroupState::acknowledged;
  EXPECT_THAT(told(row, hours{9}).at(0).tell,
              ElementsAre(EscalationTold{Role::assignee, "anna"},
                          EscalationTold{Role::team, "retail operations"}));
  row.escalation = 1;
  EXPECT_THAT(told(row, hours{17}).at(0).tell,
              ElementsAre(EscalationTold{Role::assignee, "anna"},
                          EscalationTold{Role::team_lead, "retail operations"}));
}

TEST(Escalation, StepsThatPassedUnseenAreToldTogether) {
  const auto all = told(group(), hours{40}).at(0);
  EXPECT_EQ(all.step, 3U);
  EXPECT_EQ(all.level, AlertLevel::critical);
  EXPECT_THAT(all.tell, ElementsAre(EscalationTold{Role::team, "retail operations"},
                                    EscalationTold{Role::team_lead, "retail operations"},
                                    EscalationTold{Role::administrator, ""}));
}

TEST(Escalation, SaysWhatIsOverdueWithoutPersonalData) {
  const auto one = told(group(), hours{9}).at(0);
  EXPECT_EQ(one.path, "/cases/17");
  EXPECT_EQ(one.text,
            "3 open cases are of type order_not_found (sitoo), due 2026-06-12 18:00, 1 h overdue. "
            "Owner: retail operations; nobody has taken it. The newest says: order 20417 of "
            "v...@kund.se is not known");
}

TEST(Escalation, ClosedGroupsAreNobodysMatter) {
  auto row = group();
  row.state = journal::GroupState::resolved;
  EXPECT_TRUE(told(row, hours{90}).empty());
  row.state = journal::GroupState::ignored;
  EXPECT_TRUE(told(row, hours{90}).empty());
}

TEST(Escalation, AGroupWithoutTimeDoesNotClimbAtOnce) {
  auto row = group();
  row.due_at = opened;
  EXPECT_EQ(told(row, minutes{1}).at(0).step, 1U);
  EXPECT_EQ(told(row, minutes{15}).at(0).step, 2U);
}

TEST(Escalation, OverdueTotalsAreSignals) {
  const auto signals = overdue_signals({{"marketing", 4, 0, 1}, {"integration", 9, 2, 3}}, opened);
  ASSERT_EQ(signals.size(), 2U);
  EXPECT_EQ(signals[0].level, AlertLevel::ok);
  EXPECT_EQ(signals[1].level, AlertLevel::warning);
  EXPECT_THAT(signals[1].text, HasSubstr("2 of 9 open groups of cases of integration"));
}

}  // namespace
}  // namespace tillbridge::desk
