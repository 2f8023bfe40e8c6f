// A journal that moves from the embedded store to PostgreSQL (journal/copy): everything is there,
// whatever is wrong in the copy is found, and half a copy is never opened.

#include <filesystem>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <stdlib.h>

#include "../postgres/throwaway_cluster.h"
#include "everything_in.h"
#include "journal/copy/copy.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/copy_target.h"
#include "journal/postgres/leases.h"
#include "journal/postgres/postgres_store.h"
#include "journal/sqlite/connection.h"
#include "journal/sqlite/copy_source.h"
#include "journal/sqlite/sqlite_store.h"
#include "journal_suite.h"

namespace tillbridge::journal {
namespace {

using postgres::open_postgres_store;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

const std::string odd_bytes("\0\xff\xfe \xc3\x28 bytes", 12);

std::string body_of(std::size_t size) {
  std::mt19937 random(7);
  std::string body;
  while (body.size() < size) body.push_back(static_cast<char>(random() & 0xffU));
  return body;
}

Step arrivals_and_records() {
  Step step;
  step.arrivals = {arrival(fresh_id(1), "e1"), arrival(fresh_id(2), "e1"),
                   arrival(fresh_id(3), "e2"), arrival(fresh_id(4), "")};
  step.arrivals[0].payload = odd_bytes;
  step.arrivals[2].happened_at = at_second(-60);
  step.arrivals[2].payload = "";
  step.arrivals[3].subject = "";
  step.arrivals[3].state = ArrivalState::ignored;
  step.arrivals[3].reason = "malformed";
  step.arrival_updates = {moved(fresh_id(1), ArrivalState::resolved)};
  step.arrival_updates[0].record = RecordId{fresh_id(10)};
  step.records = {record(fresh_id(10), "order/1"), record(fresh_id(11), "order/2"),
                  record(fresh_id(12), "order/3"), record(fresh_id(13), "order/4")};
  step.records[0].search_keys = {"order:1", "till:7", "email:vera.ä@kund.se"};
  step.records[0].payload = body_of(1'200'000);
  step.records[1].state = RecordState::open;
  step.records[1].search_keys = {};
  step.records[2].workspace = "other";
  step.records[2].state = RecordState::unidentified;
  step.records[2].payload = "";
  step.records[3].customer = "c-gone";
  step.records[3].search_keys = {"order:4", "email:gone@kund.se"};
  return step;
}

Step deliveries() {
  Step step;
  for (std::uint64_t n = 0; n < 6; ++n) {
    step.deliveries.push_back(
        delivery(fresh_id(20 + n), fresh_id(10), "sale/" + std::to_string(n)));
  }
  step.deliveries[5].record = RecordId{fresh_id(13)};
  step.deliveries[5].lane = "customer/c-gone";
  step.deliveries[1].state = DeliveryState::held;
  step.deliveries[2].settle = Settle::read_back;
  step.deliveries[3].on_reject = OnReject::block;
  step.deliveries[4].priority = Priority::money;
  step.deliveries[4].parts = {odd_bytes};
  step.delivery_updates = {moved(fresh_id(22), DeliveryState::delivered),
                           moved(fresh_id(23), DeliveryState::blocked),
                           moved(fresh_id(24), DeliveryState::parked)};
  step.attempts = {attempt(fresh_id(22), 1), attempt(fresh_id(22), 2), attempt(fresh_id(24), 1)};
  return step;
}

Step people() {
  Step step;
  step.cases = {case_of(fresh_id(30), "g1", RecordId{fresh_id(10)}),
                case_of(fresh_id(31), "g1", std::nullopt),
                case_of(fresh_id(32), "g2", std::nullopt),
                case_of(fresh_id(33), "g3", std::nullopt)};
  step.cases[1].delivery = DeliveryId{fresh_id(24)};
  step.cases[2].arrival = ArrivalId{fresh_id(4)};
  step.closed_cases = {{CaseId{fresh_id(30)}, at_second(60), "vera", "done", "shop"}};
  UpdateCaseGroup taken;
  taken.id = CaseGroupId{fresh_id(30)};
  taken.state = GroupState::acknowledged;
  taken.owner = "integration";
  taken.assignee = "vera";
  taken.due_at = at_second(100);
  taken.at = at_second(50);
  taken.by = "vera";
  UpdateCaseGroup ignored = taken;
  ignored.id = CaseGroupId{fresh_id(32)};
  ignored.state = GroupState::ignored;
  ignored.note = "known";
  step.case_groups = {taken, ignored};
  step.notes = {{NoteId{fresh_id(40)}, "shop", fresh_id(10), at_second(3), "hold", "waited"}};
  step.audits = {{AuditId{fresh_id(41)}, "shop", at_second(4), "vera", "case.assign", fresh_id(30),
                  "case", "", "{\"to\":\"vera\"}", "done"},
                 {AuditId{fresh_id(42)}, "", at_second(4), "vera", "user.add", 0, "user anna", "",
                  "", "done"}};
  step.cursors = {{"shop", "crm", "4711"}};
  step.facts = {{"shop", "crm", "person/vera", "{}", at_second(5)},
                {"shop", "console", "user/anna", "{\"role\":\"admin\"}", at_second(5)}};
  step.pauses = {{"shop", "crm", true, at_second(6), "vera", "maintenance"}};
  step.settings = {{"shop", 1, at_second(1), "file", "a = 1"},
                   {"shop", 2, at_second(2), "vera", "a = 2"}};
  return step;
}

Step later_changes() {
  Step step;
  step.delivery_parts = {{DeliveryId{fresh_id(21)}, {"new", "parts"}, 4, "shop"}};
  step.erased = {{RecordId{fresh_id(13)}, {"order:4"}, "", "shop"}};
  return step;
}

const Asked asked{{"shop", "other"}, {"vera.", "7", "order", "gone", "e2"}, {"crm", "console"}};

class JournalCopyTest : public testing::Test {
 protected:
  JournalCopyTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ + "/test.journal";
    url_ = ThrowawayCluster::of_program().url_of_new_schema();
  }
  ~JournalCopyTest() override { std::filesystem::remove_all(folder_); }

  void fill(const std::vector<Step>& steps) {
    auto store = sqlite::open({.file = file_}, true);
    ASSERT_TRUE(store) << store.error().what;
    auto writer = std::move(*(*store)->open_writer());
    const auto done = writer->apply(steps);
    ASSERT_TRUE(done) << done.error().what;
  }
  void fill() { fill({arrivals_and_records(), deliveries(), people(), later_changes()}); }
  void change_source(const std::string& sql) {
    sqlite::Connection connection(file_, sqlite::Connection::Mode::read_write, "");
    connection.run(sql);
  }
  void change_target(const std::string& sql) { postgres::Connection({url_}).run(sql); }

  void end_copying_session() {
    change_target(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'tillbridge journal copy'");
  }

  Result<copy::Proof> copied(bool start_over = false, const copy::OnProgress& progress = nullptr) {
    TB_TRY(const auto source, sqlite::CopySource::open(file_));
    TB_TRY(const auto target, postgres::CopyTarget::open(url_, false));
    return copy::copy_journal(*source, *target, start_over, progress);
  }
  Result<copy::Proof> verified() {
    TB_TRY(const auto source, sqlite::CopySource::open(file_));
    TB_TRY(const auto target, postgres::CopyTarget::open(url_, true));
    return copy::prove(*source, *target, nullptr);
  }
  std::string refused(bool start_over = false) {
    const auto proof = copied(start_over);
    return proof ? "it was not refused" : proof.error().what;
  }
  // What is wrong in the copy, after a change of one thing there.
  std::vector<std::string> found_after(const std::string& change) {
    change_target(change);
    const auto proof = verified();
    EXPECT_TRUE(proof) << proof.error().what;
    std::vector<std::string> lines;
    for (const auto& table : proof->tables) {
      EXPECT_EQ(table.same,
                table.source_sum == table.target_sum && table.source_rows == table.target_rows);
      lines.insert(lines.end(), table.differences.begin(), table.differences.end());
    }
    EXPECT_EQ(proof->same(), lines.empty());
    return lines;
  }
  std::vector<std::string> columns_of_source() {
    sqlite::Connection connection(file_, sqlite::Connection::Mode::read_only, "");
    sqlite::Statement statement(connection,
                                "SELECT t.name || '.' || c.name FROM sqlite_schema t, "
                                "pragma_table_info(t.name) c WHERE t.type = 'table'");
    std::vector<std::string> columns;
    auto rows = statement.rows();
    while (rows.next()) columns.emplace_back(rows.bytes(0));
    return columns;
  }
  std::vector<std::string> columns_of_target() {
    postgres::Connection connection({url_});
    const auto rows = connection.query(
        "SELECT table_name || '.' || column_name || ' ' || data_type FROM "
        "information_schema.columns WHERE table_schema = current_schema()");
    std::vector<std::string> columns;
    for (int at = 0; at < rows.size(); ++at) columns.emplace_back(rows[at].bytes(0));
    return columns;
  }

  std::string folder_, file_, url_;
};

std::string table_of(const std::string& column) {
  return column.substr(0, column.find('.'));
}

const char* type_of(copy::Kind kind) {
  switch (kind) {
    case copy::Kind::int16:
      return "smallint";
    case copy::Kind::int32:
      return "integer";
    case copy::Kind::int64:
      return "bigint";
    case copy::Kind::text:
      return "text";
    case copy::Kind::bytes:
      return "bytea";
  }
  return "";
}

// To something that no other row has.
std::string changed(const copy::Column& column) {
  const std::string name = '"' + std::string(column.name) + '"';
  switch (column.kind) {
    case copy::Kind::int16:
      return name + " = coalesce(" + name + ", 0) + 77";
    case copy::Kind::int32:
    case copy::Kind::int64:
      return name + " = coalesce(" + name + ", 0) + 1000003";
    case copy::Kind::text:
      return name + " = " + name + " || 'x'";
    case copy::Kind::bytes:
      return name + " = " + name + " || '\\x00'::bytea";
  }
  return "";
}

// Fails when a migration of either store adds what the copy does not know.
TEST_F(JournalCopyTest, EveryTableAndColumnOfBothStoresIsKnown) {
  fill({Step{}});
  ASSERT_TRUE(open_postgres_store(url_));
  std::set<std::string> of_source;
  std::set<std::string> of_target;
  for (const auto& table : copy::tables()) {
    for (const auto& column : table.columns) {
      const std::string name = std::string(table.name) + "." + std::string(column.name);
      of_target.insert(name + " " + type_of(column.kind));
      if (column.source.empty() && table.from.empty()) of_source.insert(name);
    }
  }
  const auto own = copy::own_tables_of_postgres();
  std::set<std::string> found;
  for (const auto& column : columns_of_target()) {
    if (std::find(own.begin(), own.end(), table_of(column)) == own.end()) found.insert(column);
  }
  EXPECT_EQ(found, of_target);
  found.clear();
  const std::string index(copy::search_index);
  const std::set<std::string> of_index{index,
                                       index + "_data",
                                       index + "_idx",
                                       index + "_config",
                                       index + "_content",
                                       index + "_docsize",
                                       index + "_pending"};
  for (const auto& column : columns_of_source()) {
    if (!of_index.contains(table_of(column))) found.insert(column);
  }
  EXPECT_EQ(found, of_source) << "payload.workspace and attempt.workspace are derived";
}

TEST_F(JournalCopyTest, EverythingIsThere) {
  fill();
  const auto proof = copied();
  ASSERT_TRUE(proof) << proof.error().what;
  EXPECT_TRUE(proof->same());
  EXPECT_EQ(proof->texts_replaced, 0U);
  for (const auto& table : proof->tables) {
    EXPECT_GT(table.target_rows, 0U) << table.table << ": this day says nothing about it";
  }
  auto there = sqlite::open({.file = file_}, true);
  auto here = open_postgres_store(url_);
  ASSERT_TRUE(here) << here.error().what;
  auto reader_there = std::move(*(*there)->open_reader());
  auto reader_here = std::move(*(*here)->open_reader());
  const auto lines = everything_in(*reader_there, asked);
  EXPECT_GT(lines.size(), 60U);
  EXPECT_EQ(everything_in(*reader_here, asked), lines);
  const auto findings = reader_here->verify(nullptr);
  ASSERT_TRUE(findings);
  EXPECT_THAT(*findings, IsEmpty());
}

// The same steps after the copy leave the same behind on both: counters, groups, tallies go on.
TEST_F(JournalCopyTest, WorkGoesOn) {
  fill();
  ASSERT_TRUE(copied());
  Step step;
  step.delivery_updates = {moved(fresh_id(20), DeliveryState::delivered)};
  step.attempts = {attempt(fresh_id(20), 1)};
  step.cases = {case_of(fresh_id(50), "g2", std::nullopt)};
  step.arrivals = {arrival(fresh_id(51), "e1")};
  step.records = {record(fresh_id(10), "order/1")};
  step.records[0].state = RecordState::in_case;
  fill({step});
  auto here = open_postgres_store(url_);
  auto writer = std::move(*(*here)->open_writer());
  ASSERT_TRUE(writer->apply({&step, 1}));
  auto there = sqlite::open({.file = file_}, true);
  auto reader_there = std::move(*(*there)->open_reader());
  auto reader_here = std::move(*(*here)->open_reader());
  EXPECT_EQ(everything_in(*reader_here, asked), everything_in(*reader_there, asked));
  EXPECT_THAT(*reader_here->verify(nullptr), IsEmpty());
}

TEST_F(JournalCopyTest, WhatPostgresCannotHoldIsReplacedAndCounted) {
  auto odd = arrival(fresh_id(1), "e1");
  odd.reason = odd_bytes;
  fill({{.arrivals = {odd}}});
  const auto proof = copied();
  ASSERT_TRUE(proof) << proof.error().what;
  EXPECT_TRUE(proof->same());
  EXPECT_EQ(proof->texts_replaced, 1U);
}

// From before there were groups.
TEST_F(JournalCopyTest, AClosedCaseWithoutAGroupIsCopied) {
  fill();
  change_source("UPDATE case_ SET case_group = NULL WHERE closed_at IS NOT NULL");
  const auto proof = copied();
  ASSERT_TRUE(proof) << proof.error().what;
  EXPECT_TRUE(proof->same());
  auto reader = std::move(*(*open_postgres_store(url_))->open_reader());
  EXPECT_EQ(reader->cases("shop", false, 10)->size(), 4U);
}

TEST_F(JournalCopyTest, ARowOfNothingEndsTheCopy) {
  fill();
  change_source("DELETE FROM record WHERE key = 'order/2'");
  EXPECT_THAT(refused(), HasSubstr("belongs to nothing: the journal is damaged"));
  EXPECT_FALSE(open_postgres_store(url_));
}

TEST_F(JournalCopyTest, EveryChangeInTheCopyIsFound) {
  fill();
  ASSERT_TRUE(copied());
  EXPECT_THAT(found_after("SELECT 1"), IsEmpty());
  const std::string id = std::to_string(fresh_id(10));
  EXPECT_THAT(found_after("UPDATE record SET store = 'S2' WHERE key = 'order/1'"),
              ElementsAre("record shop/" + id + " is another one in the copy"));
  change_target("UPDATE record SET store = 'S1' WHERE key = 'order/1'");
  EXPECT_THAT(found_after("SELECT 1"), IsEmpty());
  // One bit in the middle of a large body.
  const std::string flip =
      "UPDATE payload SET bytes = set_byte(bytes, 1000000, "
      "get_byte(bytes, 1000000) # 1) WHERE length(bytes) > 1000000";
  EXPECT_THAT(found_after(flip), ElementsAre("payload shop/" + id + " is another one in the copy"));
  change_target(flip);
  // NULL is not 0, and 0 is not NULL.
  EXPECT_THAT(found_after("UPDATE arrival SET record = 0 WHERE state = 13").size(), 1U);
  change_target("UPDATE arrival SET record = NULL WHERE state = 13");
  EXPECT_THAT(found_after("DELETE FROM fact WHERE connection = 'crm'"),
              ElementsAre("fact shop/crm/person/vera is missing in the copy"));
  EXPECT_THAT(found_after("INSERT INTO cursor VALUES ('shop', 'more', '')"),
              Contains("cursor shop/more is in the copy only"));
}

// The first column of each table, then the second of each, ...
TEST_F(JournalCopyTest, AChangeInAnyColumnIsFound) {
  Step first = arrivals_and_records();
  first.records[0].payload = "short";
  fill({first, deliveries(), people(), later_changes()});
  ASSERT_TRUE(copied());
  bool more = true;
  for (std::size_t at = 0; more; ++at) {
    std::string change;
    std::string undo;
    std::set<std::string_view> changed_tables;
    for (const auto& table : copy::tables()) {
      if (at >= table.columns.size()) continue;
      const std::string name = '"' + std::string(table.name) + '"';
      const std::string kept = "kept_" + std::string(table.name);
      change += "CREATE TABLE " + kept + " AS SELECT * FROM " + name + "; UPDATE " + name +
                " SET " + changed(table.columns[at]) + " WHERE ctid = (SELECT ctid FROM " + name +
                " ORDER BY ctid LIMIT 1);";
      undo += "TRUNCATE " + name + "; INSERT INTO " + name + " SELECT * FROM " + kept +
              "; DROP TABLE " + kept + ";";
      changed_tables.insert(table.name);
    }
    more = !changed_tables.empty();
    change_target(change);
    const auto proof = verified();
    ASSERT_TRUE(proof) << proof.error().what;
    for (const auto& table : proof->tables) {
      EXPECT_EQ(table.same, !changed_tables.contains(table.table))
          << table.table << ", column " << at;
    }
    change_target(undo);
  }
  EXPECT_TRUE(verified()->same());
}

TEST_F(JournalCopyTest, HalfACopyIsNeverOpenedAndCanBeStartedOver) {
  fill();
  const auto proof = copied(false, [&](const copy::Progress& progress) {
    if (progress.table == "note") end_copying_session();
  });
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().kind, Error::Kind::unavailable) << proof.error().what;
  for (const bool read_only : {false, true}) {
    postgres::PostgresSettings settings;
    settings.read_only = read_only;
    const auto store = open_postgres_store(url_, settings);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(store.error().what, HasSubstr("incomplete copy of " + file_));
  }
  EXPECT_THAT(refused(), HasSubstr("--start-over"));
  const auto again = copied(true);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again->same());
  EXPECT_TRUE(open_postgres_store(url_));
}

// Somebody writes into the target while it is copied: what was there at the end is compared.
TEST_F(JournalCopyTest, ACopyThatDiffersIsNeverOpened) {
  fill();
  const auto proof = copied(false, [&](const copy::Progress& progress) {
    if (progress.phase == copy::Progress::Phase::settling) {
      change_target("UPDATE delivery SET effect = 'sale/9' WHERE effect = 'sale/0'");
    }
  });
  ASSERT_TRUE(proof) << proof.error().what;
  EXPECT_FALSE(proof->same());
  EXPECT_FALSE(open_postgres_store(url_));
}

TEST_F(JournalCopyTest, ATargetWithDataIsRefused) {
  fill();
  {
    auto store = open_postgres_store(url_);
    auto writer = std::move(*(*store)->open_writer());
    const Step step{.cursors = {{"shop", "orders", "1"}}};
    ASSERT_TRUE(writer->apply({&step, 1}));
  }
  EXPECT_THAT(refused(), HasSubstr("has data of its own (cursor)"));
  EXPECT_THAT(refused(true), HasSubstr("has data of its own (cursor)"));
  EXPECT_TRUE(open_postgres_store(url_));
}

TEST_F(JournalCopyTest, AFinishedCopyIsNotCopiedOver) {
  fill();
  ASSERT_TRUE(copied());
  EXPECT_THAT(refused(true), HasSubstr("has data of its own"));
}

TEST_F(JournalCopyTest, ALeadingHubIsRefused) {
  fill();
  ASSERT_TRUE(open_postgres_store(url_));
  postgres::PostgresSettings settings;
  settings.node = 3;
  postgres::Leases leases(url_, settings);
  ASSERT_TRUE(leases.beat("machine", ""));
  const auto held = leases.acquire({0}, std::chrono::minutes{1});
  ASSERT_TRUE(held);
  EXPECT_THAT(refused(), HasSubstr("the hub with number 3 on machine leads"));
  // One that did not give its lease back is kept out of the copy.
  ASSERT_TRUE(leases.renew(*held, Duration{0}));
  EXPECT_TRUE(copied());
  EXPECT_THAT(*leases.renew(*held, std::chrono::minutes{1}), IsEmpty());
}

TEST_F(JournalCopyTest, ARunningHubOnTheSourceIsRefused) {
  fill();
  auto store = sqlite::open({.file = file_}, true);
  auto writer = (*store)->open_writer();
  EXPECT_THAT(refused(), HasSubstr("is in use by another hub"));
}

TEST_F(JournalCopyTest, AnotherCopyIntoTheTargetIsRefused) {
  fill();
  const auto target = postgres::CopyTarget::open(url_, false);
  ASSERT_TRUE(target);
  ASSERT_TRUE((*target)->begin("elsewhere", false));
  EXPECT_THAT(refused(true), HasSubstr("another copy into this database is under way"));
}

TEST_F(JournalCopyTest, AMissingJournalIsNotMade) {
  const auto proof = copied();
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().kind, Error::Kind::not_found);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

// Also after a copy that was broken off.
TEST_F(JournalCopyTest, TheIndexesAreThoseOfAJournalThatWasAlwaysThere) {
  fill();
  ASSERT_TRUE(open_postgres_store(url_));
  const auto indexes = [this] {
    postgres::Connection connection({url_});
    const auto rows = connection.query(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname");
    std::vector<std::string> all;
    for (int at = 0; at < rows.size(); ++at) all.emplace_back(rows[at].bytes(0));
    return all;
  };
  const auto before = indexes();
  EXPECT_THAT(before, Contains(HasSubstr("gin_trgm_ops")));
  EXPECT_FALSE(copied(false, [&](const copy::Progress& progress) {
    if (progress.table == "note") end_copying_session();
  }));
  EXPECT_LT(indexes().size(), before.size());
  ASSERT_TRUE(copied(true));
  EXPECT_EQ(indexes(), before);
}

// More than one transaction of a table, and statistics of what is large.
TEST_F(JournalCopyTest, ManyRowsGoInBatches) {
  const std::string body = body_of(1'500'000);
  std::vector<Step> steps;
  for (std::uint64_t n = 0; n < 40; ++n) {
    Step step;
    step.arrivals = {arrival(fresh_id(n + 1), "e" + std::to_string(n))};
    step.arrivals[0].payload = body;
    steps.push_back(std::move(step));
  }
  for (std::uint64_t n = 0; n < 200; ++n) {
    steps.push_back({.records = {record(fresh_id(n + 100), "order/" + std::to_string(n))}});
  }
  fill(steps);
  const auto proof = copied();
  ASSERT_TRUE(proof) << proof.error().what;
  EXPECT_TRUE(proof->same());
  postgres::Connection connection({url_});
  const auto rows =
      connection.query("SELECT reltuples::bigint FROM pg_class WHERE oid = 'record'::regclass");
  EXPECT_EQ(rows[0].integer(0), 200);
}

}  // namespace
}  // namespace tillbridge::journal
