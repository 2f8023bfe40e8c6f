// What people see and do: case groups, the audit trail, totals per hour, facts, settings.

#include <gmock/gmock.h>

#include "journal_suite.h"

namespace tillbridge::journal {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

UpdateCaseGroup handled(std::uint64_t id, GroupState state) {
  UpdateCaseGroup u;
  u.id = CaseGroupId{id};
  u.state = state;
  u.owner = "webshop";
  u.assignee = "ann";
  u.due_at = at_second(500);
  u.escalation = 2;
  u.at = at_second(40);
  u.by = "ann";
  u.note = "looked at";
  return u;
}

CloseCase closed(std::uint64_t id, int second) {
  return {CaseId{id}, at_second(second), "bob", "sent again"};
}

std::vector<std::uint64_t> ids_of(const Result<std::vector<CaseGroupRow>>& groups) {
  std::vector<std::uint64_t> ids;
  EXPECT_TRUE(groups);
  if (groups) {
    for (const auto& group : *groups) ids.push_back(group.id.value);
  }
  return ids;
}

std::vector<std::string> texts(const Result<std::vector<Tally>>& tallies) {
  std::vector<std::string> found;
  EXPECT_TRUE(tallies);
  if (tallies) {
    for (const auto& t : *tallies) {
      found.push_back(std::to_string(t.hour) + " " + t.name + " " + std::to_string(t.value));
    }
  }
  return found;
}

AddAudit audit(std::uint64_t id, const std::string& by, const std::string& act) {
  AddAudit a;
  a.id = AuditId{id};
  a.workspace = "shop";
  a.at = at_second(3);
  a.by = by;
  a.act = act;
  a.subject = 77;
  a.about = "klaviyo";
  a.before = "on";
  a.after = "off";
  a.result = "done";
  return a;
}

}  // namespace

TEST_P(JournalSuite, CasesOfOneKindAreAGroup) {
  auto later = case_of(51, "g", RecordId{2});
  later.owner = "another team";
  later.opened_at = at_second(20);
  later.due_at = at_second(80);
  later.reason = "refused again";
  apply({.records = {record(1, "order/1"), record(2, "order/2")},
         .cases = {case_of(50, "g", RecordId{1}), later, case_of(52, "g", RecordId{2}),
                   case_of(53, "h", std::nullopt)}});
  const auto group = *reader_->case_group(CaseGroupId{50});
  ASSERT_TRUE(group);
  EXPECT_EQ(group->workspace, "shop");
  EXPECT_EQ(group->type, "rejected_delivery");
  EXPECT_EQ(group->group, "g");
  EXPECT_EQ(group->state, GroupState::open);
  EXPECT_EQ(group->owner, "integration");
  EXPECT_EQ(group->assignee, "");
  EXPECT_EQ(group->opened_at, at_second(7));
  EXPECT_EQ(group->due_at, at_second(80)) << "the soonest of its cases";
  EXPECT_EQ(group->last_at, at_second(20));
  EXPECT_FALSE(group->closed_at);
  EXPECT_EQ(group->open, 2U) << "one that is open already does not count";
  EXPECT_EQ(group->total, 2U);
  EXPECT_EQ(group->reopened, 0U);
  EXPECT_EQ(group->reason, "refused again");
  EXPECT_EQ(group->record_key, "order/2");
  EXPECT_EQ((*reader_->case_group(CaseGroupId{53}))->record_key, "");
  EXPECT_FALSE(*reader_->case_group(CaseGroupId{51}));
  expect_sound();
}

TEST_P(JournalSuite, AGroupIsResolvedWithItsLastCaseAndOpensAgain) {
  apply({.records = {record(1, "order/1"), record(2, "order/2")},
         .cases = {case_of(50, "g", RecordId{1}), case_of(51, "g", RecordId{2})},
         .case_groups = {handled(50, GroupState::acknowledged)}});
  apply({.closed_cases = {closed(50, 20)}});
  auto group = **reader_->case_group(CaseGroupId{50});
  EXPECT_EQ(group.state, GroupState::acknowledged);
  EXPECT_EQ(group.open, 1U);
  apply({.closed_cases = {closed(51, 30), closed(51, 31)}});
  group = **reader_->case_group(CaseGroupId{50});
  EXPECT_EQ(group.state, GroupState::resolved);
  EXPECT_EQ(group.open, 0U);
  EXPECT_EQ(group.total, 2U);
  EXPECT_EQ(group.closed_at, at_second(30));
  EXPECT_EQ(group.closed_by, "bob");
  expect_sound();
  // What comes too late for a closed group changes nothing.
  apply({.case_groups = {handled(50, GroupState::open), handled(50, GroupState::ignored)}});
  EXPECT_EQ((*reader_->case_group(CaseGroupId{50}))->state, GroupState::resolved);

  auto again = case_of(60, "g", RecordId{1});
  again.opened_at = at_second(100);
  again.due_at = at_second(900);
  apply({.cases = {again}});
  group = **reader_->case_group(CaseGroupId{50});
  EXPECT_EQ(group.state, GroupState::open);
  EXPECT_EQ(group.opened_at, at_second(100));
  EXPECT_EQ(group.due_at, at_second(900));
  EXPECT_EQ(group.last_at, at_second(100));
  EXPECT_EQ(group.escalation, 0U);
  EXPECT_EQ(group.reopened, 1U);
  EXPECT_FALSE(group.closed_at);
  EXPECT_EQ(group.closed_by, "");
  EXPECT_EQ(group.owner, "webshop");
  EXPECT_EQ(group.assignee, "ann");
  EXPECT_EQ(group.open, 1U);
  EXPECT_EQ(group.total, 3U);
  expect_sound();
}

TEST_P(JournalSuite, AnIgnoredGroupClosesItsCasesAtOnce) {
  Step step;
  for (std::uint64_t n = 0; n < 5; ++n) {
    step.records.push_back(record(n + 1, "order/" + std::to_string(n)));
    step.cases.push_back(case_of(50 + n, "g", RecordId{n + 1}));
  }
  step.cases.push_back(case_of(60, "h", RecordId{1}));
  apply(step);
  apply({.closed_cases = {closed(52, 30)}, .case_groups = {handled(50, GroupState::ignored)}});
  const auto group = **reader_->case_group(CaseGroupId{50});
  EXPECT_EQ(group.state, GroupState::ignored);
  EXPECT_EQ(group.open, 0U);
  EXPECT_EQ(group.total, 5U);
  EXPECT_EQ(group.closed_at, at_second(40));
  EXPECT_EQ(group.closed_by, "ann");
  EXPECT_EQ(counts().cases_open, 1U);
  const auto cases = *reader_->cases_of(CaseGroupId{50}, false, CaseId{}, 10);
  ASSERT_EQ(cases.size(), 5U);
  EXPECT_EQ(cases[0].id, CaseId{54});
  EXPECT_EQ(cases[0].note, "looked at");
  EXPECT_EQ(cases[0].closed_at, at_second(40));
  EXPECT_EQ(cases[2].note, "sent again") << "who closed it first, closed it";
  EXPECT_EQ(refused({.case_groups = {handled(999, GroupState::open)}}), Error::Kind::corrupt);
  expect_sound();
}

TEST_P(JournalSuite, CasesOfAGroupComeInPages) {
  Step step;
  for (std::uint64_t n = 1; n <= 7; ++n) {
    step.records.push_back(record(n, "order/" + std::to_string(n)));
    step.cases.push_back(case_of(50 + n, "g", RecordId{n}));
    step.cases.push_back(case_of(70 + n, "h", RecordId{n}));
  }
  apply(step);
  apply({.closed_cases = {closed(55, 20)}});
  const auto ids = [&](bool open_only, std::uint64_t before, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const auto rows = reader_->cases_of(CaseGroupId{51}, open_only, CaseId{before}, limit);
    for (const auto& row : *rows) found.push_back(row.id.value);
    return found;
  };
  EXPECT_THAT(ids(false, 0, 3), ElementsAre(57U, 56U, 55U));
  EXPECT_THAT(ids(false, 55, 10), ElementsAre(54U, 53U, 52U, 51U));
  EXPECT_THAT(ids(true, 0, 3), ElementsAre(57U, 56U, 54U));
  EXPECT_THAT(ids(true, 54, 10), ElementsAre(53U, 52U, 51U));
  EXPECT_EQ((*reader_->cases_of(CaseGroupId{51}, true, CaseId{}, 1))[0].record_key, "order/7");
  EXPECT_THAT(*reader_->cases_of(CaseGroupId{999}, false, CaseId{}, 10), IsEmpty());
}

TEST_P(JournalSuite, OpenGroupsComeSoonestDueFirstAndNarrowed) {
  const auto due = [](std::uint64_t id, const std::string& group, int second) {
    auto c = case_of(id, group, std::nullopt);
    c.due_at = at_second(second);
    return c;
  };
  auto mine = handled(54, GroupState::acknowledged);
  mine.due_at = at_second(400);
  auto elsewhere = due(56, "a", 1);
  elsewhere.workspace = "shop2";
  auto typed = due(57, "a", 50);
  typed.type = "incomplete_order";
  apply({.cases = {due(50, "a", 300), due(51, "b", 100), due(52, "c", 300), due(53, "d", 200),
                   due(54, "e", 400), elsewhere, typed},
         .case_groups = {mine}});
  const auto found = [&](const CaseGroupFilter& filter) {
    return ids_of(reader_->case_groups("shop", filter, std::nullopt, 10));
  };
  EXPECT_THAT(found({}), ElementsAre(57U, 51U, 53U, 50U, 52U, 54U));
  EXPECT_THAT(
      ids_of(reader_->case_groups("shop", {}, CaseGroupPlace{at_second(300), CaseGroupId{50}}, 10)),
      ElementsAre(52U, 54U));
  EXPECT_THAT(ids_of(reader_->case_groups("shop", {}, std::nullopt, 2)), ElementsAre(57U, 51U));
  EXPECT_THAT(found({.owner = "webshop"}), ElementsAre(54U));
  EXPECT_THAT(found({.assignee = "ann"}), ElementsAre(54U));
  EXPECT_THAT(found({.type = "incomplete_order"}), ElementsAre(57U));
  EXPECT_THAT(found({.group = "a"}), ElementsAre(57U, 50U));
  EXPECT_THAT(found({.unowned = true}), ElementsAre(57U, 51U, 53U, 50U, 52U));
  EXPECT_THAT(found({.due_before = at_second(200)}), ElementsAre(57U, 51U));
  EXPECT_THAT(found({.open = false}), IsEmpty());

  const auto totals = *reader_->case_totals("shop", at_second(300));
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].owner, "integration");
  EXPECT_EQ(totals[0].open, 5U);
  EXPECT_EQ(totals[0].overdue, 3U);
  EXPECT_EQ(totals[0].unowned, 5U);
  EXPECT_EQ(totals[1].owner, "webshop");
  EXPECT_EQ(totals[1].unowned, 0U);
  EXPECT_THAT(*reader_->case_totals("none", at_second(300)), IsEmpty());

  auto rejected = handled(50, GroupState::ignored);
  apply({.closed_cases = {closed(53, 30), closed(57, 31)}, .case_groups = {rejected}});
  EXPECT_THAT(found({.open = false}), ElementsAre(57U, 53U, 50U));
  EXPECT_THAT(found({.open = false, .owner = "webshop"}), ElementsAre(50U));
  EXPECT_THAT(ids_of(reader_->case_groups("shop", {.open = false},
                                          CaseGroupPlace{Instant{}, CaseGroupId{57}}, 1)),
              ElementsAre(53U));
  EXPECT_THAT(found({}), ElementsAre(51U, 52U, 54U));
}

TEST_P(JournalSuite, AuditRowsAreFoundByWhoWhatAndWhen) {
  auto other = audit(fresh_id(5), "bob", "case.assign");
  other.workspace = "shop2";
  other.subject = 0;
  apply({.audits = {audit(1, "ann", "case.assign"), audit(2, "ann", "cases"),
                    audit(3, "bob", "case"), audit(fresh_id(4), "ann", "case.close"), other}});
  const auto ids = [&](const AuditFilter& filter, std::uint64_t before = 0,
                       std::size_t limit = 10) {
    std::vector<std::string> found;
    const auto rows = reader_->audits(filter, AuditId{before}, limit);
    EXPECT_TRUE(rows);
    for (const auto& row : *rows) found.push_back(row.by + " " + row.act);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre("bob case.assign", "ann case.close", "bob case", "ann cases",
                                   "ann case.assign"));
  EXPECT_THAT(ids({.workspace = "shop2"}), ElementsAre("bob case.assign"));
  EXPECT_THAT(ids({.by = "bob"}), ElementsAre("bob case.assign", "bob case"));
  EXPECT_THAT(ids({.act = "case"}),
              ElementsAre("bob case.assign", "ann case.close", "bob case", "ann case.assign"));
  EXPECT_THAT(ids({.workspace = "shop", .by = "ann", .act = "case"}),
              ElementsAre("ann case.close", "ann case.assign"));
  EXPECT_THAT(ids({.by = "bob", .subject = 77}), ElementsAre("bob case"));
  EXPECT_THAT(ids({.from = at_second(0)}), ElementsAre("bob case.assign", "ann case.close"));
  EXPECT_THAT(ids({.workspace = "shop", .until = at_second(0)}),
              ElementsAre("bob case", "ann cases", "ann case.assign"));
  EXPECT_THAT(ids({}, 3, 1), ElementsAre("ann cases"));
  const auto row = (*reader_->audits({}, AuditId{2}, 1)).at(0);
  EXPECT_EQ(row.id, AuditId{1});
  EXPECT_EQ(row.workspace, "shop");
  EXPECT_EQ(row.at, at_second(3));
  EXPECT_EQ(row.subject, 77U);
  EXPECT_EQ(row.about + row.before + row.after + row.result, "klaviyoonoffdone");
  EXPECT_EQ(refused({.audits = {audit(1, "eve", "other")}}), Error::Kind::corrupt);
  EXPECT_EQ(reader_->highest_id().value_or(0), fresh_id(5));
}

TEST_P(JournalSuite, TotalsPerHourCountWhatHappenedThen) {
  auto late = record(2, "order/2");
  late.happened_at = at_second(3600);
  late.state = RecordState::unidentified;
  auto stock = record(3, "stock/1");
  stock.kind = "stock";
  auto skipped = delivery(22, 1, "c");
  skipped.state = DeliveryState::skipped;
  auto done = delivery(23, 1, "d");
  done.state = DeliveryState::delivered;
  apply({.records = {record(1, "order/1"), late, stock},
         .deliveries = {delivery(20, 1, "a"), delivery(21, 1, "b"), delivery(24, 1, "a"), skipped,
                        done}});
  late.state = RecordState::planned;
  apply({.records = {late}, .delivery_updates = {moved(20, DeliveryState::delivered)}});
  const std::int64_t hour = 1'767'225'600 / 3600;
  const auto h = std::to_string(hour) + " ";
  const auto next = std::to_string(hour + 1) + " ";
  EXPECT_THAT(texts(reader_->tallies("shop", hour, hour + 2)),
              ElementsAre(h + "delivered/crm 2", h + "planned/crm 3", h + "record/sale/S1 1",
                          next + "record/sale/S1 1", next + "unidentified/S1 1"));
  EXPECT_THAT(texts(reader_->tallies("shop", hour + 1, hour + 2)),
              ElementsAre(next + "record/sale/S1 1", next + "unidentified/S1 1"));
  EXPECT_EQ(reader_->tallies("shop", hour, hour + 1)->size(), 3U);
  EXPECT_THAT(*reader_->tallies("shop2", 0, hour + 9), IsEmpty());
  // One that is sent again counts once.
  apply({.delivery_updates = {moved(20, DeliveryState::waiting)}});
  EXPECT_EQ(texts(reader_->tallies("shop", hour, hour + 1))[0], h + "delivered/crm 1");
  apply({.delivery_updates = {moved(20, DeliveryState::delivered)}});
  EXPECT_EQ(texts(reader_->tallies("shop", hour, hour + 1))[0], h + "delivered/crm 2");
  // A step that fails counts nothing.
  EXPECT_EQ(refused({.records = {record(4, "order/4")},
                     .delivery_updates = {moved(999, DeliveryState::delivered)}}),
            Error::Kind::corrupt);
  EXPECT_EQ(reader_->tallies("shop", hour, hour + 2)->size(), 5U);
}

TEST_P(JournalSuite, FactsAreListedUnderAPrefix) {
  const auto fact = [](const std::string& key) {
    return PutFact{"shop", "console", key, "v " + key, at_second(2)};
  };
  apply({.facts = {fact("user/b"), fact("user/a"), fact("user/"), fact("user/c"), fact("users"),
                   fact("usefr"), fact("user/a/b"),
                   PutFact{"shop", "crm", "user/x", "1", at_second(1)},
                   PutFact{"shop2", "console", "user/y", "1", at_second(1)}}});
  const auto keys = [&](const std::string& prefix, const std::string& after, std::size_t limit) {
    std::vector<std::string> found;
    const auto rows = reader_->facts_under("shop", "console", prefix, after, limit);
    EXPECT_TRUE(rows);
    for (const auto& row : *rows) found.push_back(row.key);
    return found;
  };
  EXPECT_THAT(keys("user/", "", 10),
              ElementsAre("user/", "user/a", "user/a/b", "user/b", "user/c"));
  EXPECT_THAT(keys("user/", "user/a", 2), ElementsAre("user/a/b", "user/b"));
  EXPECT_THAT(keys("user/", "user/c", 2), IsEmpty());
  EXPECT_THAT(keys("user/", "zzz", 2), IsEmpty());
  EXPECT_EQ(keys("", "", 10).size(), 7U);
  const auto row = (*reader_->facts_under("shop", "console", "user/b", "", 1)).at(0);
  EXPECT_EQ(row.value, "v user/b");
  EXPECT_EQ(row.changed_at, at_second(2));
}

TEST_P(JournalSuite, EverySettingsVersionCanBeRead) {
  apply({.settings = {{"shop", 1, at_second(1), "ann", "one"},
                      {"shop", 2, at_second(2), "bob", "two"},
                      {"shop", 3, at_second(3), "ann", "three"},
                      {"shop2", 7, at_second(3), "eve", "other"}}});
  const auto versions = [&](std::uint32_t before, std::size_t limit) {
    std::vector<std::string> found;
    const auto rows = reader_->settings_versions("shop", before, limit);
    EXPECT_TRUE(rows);
    for (const auto& row : *rows) {
      found.push_back(std::to_string(row.version) + row.by + row.document);
    }
    return found;
  };
  EXPECT_THAT(versions(0, 10), ElementsAre("3ann", "2bob", "1ann"));
  EXPECT_THAT(versions(3, 1), ElementsAre("2bob"));
  EXPECT_THAT(versions(1, 10), IsEmpty());
  const auto second = *reader_->settings("shop", 2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->document, "two");
  EXPECT_EQ(second->by, "bob");
  EXPECT_EQ(second->at, at_second(2));
  EXPECT_FALSE(*reader_->settings("shop", 7));
  EXPECT_EQ((*reader_->latest_settings("shop"))->by, "ann");
}

}  // namespace tillbridge::journal
