// What only the SQLite store promises of the desk: older files come along, no statement costs more
// as the history grows, what is erased is gone from the file.

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "journal/sqlite/sqlite_store.h"
#include "journal_suite.h"

namespace tillbridge::journal {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace fs = std::filesystem;

const std::string source = TILLBRIDGE_SOURCE_DIR "/src/journal/sqlite/";

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

// The named statements of a file of queries.
std::map<std::string, std::string> statements_of(const std::string& file) {
  std::map<std::string, std::string> found;
  const std::string text = text_of(source + "queries/" + file);
  const std::string mark = "-- name: ";
  for (auto at = text.find(mark); at != std::string::npos;) {
    const auto line_end = text.find('\n', at);
    const auto name = text.substr(at + mark.size(), line_end - at - mark.size());
    at = text.find(mark, line_end);
    found[name] = text.substr(line_end, at == std::string::npos ? at : at - line_end);
  }
  return found;
}

class Raw {
 public:
  explicit Raw(const std::string& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &handle_), SQLITE_OK);
  }
  ~Raw() { sqlite3_close(handle_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void run(const std::string& sql) {
    char* wrong = nullptr;
    EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &wrong), SQLITE_OK)
        << wrong << "\n"
        << sql;
    sqlite3_free(wrong);
  }
  std::vector<std::string> plan(const std::string& sql) {
    std::vector<std::string> lines;
    sqlite3_stmt* statement = nullptr;
    const std::string explained = "EXPLAIN QUERY PLAN " + sql;
    EXPECT_EQ(sqlite3_prepare_v2(handle_, explained.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle_) << "\n"
        << sql;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      lines.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
    }
    sqlite3_finalize(statement);
    return lines;
  }

 private:
  sqlite3* handle_ = nullptr;
};

class SqliteDeskTest : public testing::Test {
 protected:
  SqliteDeskTest() {
    std::string pattern = fs::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ + "/test.journal";
  }
  ~SqliteDeskTest() override { fs::remove_all(folder_); }

  // The index of texts takes up each step when the writer maintains.
  std::unique_ptr<Store> open() {
    auto store = sqlite::open({.file = file_, .search_batch = 1}, true);
    EXPECT_TRUE(store) << store.error().what;
    return store ? std::move(*store) : nullptr;
  }

  std::string folder_;
  std::string file_;
};

TEST_F(SqliteDeskTest, OpenCasesOfAnOlderFileGetTheirGroups) {
  {
    Raw raw(file_);
    raw.run(text_of(source + "migrations/0001_journal.sql"));
    raw.run(text_of(source + "migrations/0002_facts.sql"));
    raw.run("PRAGMA user_version = 2");
    const std::string columns =
        "INSERT INTO case_ (id, workspace, type, group_, owner, record, opened_at, due_at, reason, "
        "closed_at) VALUES ";
    raw.run(columns +
            "(10, 'shop', 't', 'g', 'it', 1, 1000, 9000, 'first', NULL),"
            "(11, 'shop', 't', 'g', 'it', 2, 2000, 8000, 'second', NULL),"
            "(12, 'shop', 't', 'g', 'it', 3, 3000, 7000, 'closed', 3500),"
            "(13, 'shop', 't', 'h', 'it', 1, 4000, 7000, 'other', NULL),"
            "(14, 'shop', 't', 'closed', 'it', 1, 4000, 7000, 'over', 5000)");
    raw.run(
        "INSERT INTO record (id, workspace, kind, key, version, state, reason, settings_version, "
        "happened_at, changed_at, store, customer, search_keys) VALUES "
        "(1, 'shop', 'sale', 'order/1', 1, 2, '', 1, 0, 0, '', '', ''),"
        "(2, 'shop', 'sale', 'order/2', 1, 2, '', 1, 0, 0, '', '', '')");
    raw.run("INSERT INTO counter VALUES ('shop', 10, 3), ('shop', 3, 2)");
  }
  auto store = open();
  auto writer = std::move(*store->open_writer());
  auto reader = std::move(*store->open_reader());
  EXPECT_THAT(*reader->verify(nullptr), IsEmpty());
  const auto groups = *reader->case_groups("shop", {}, std::nullopt, 10);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].id, CaseGroupId{13});
  EXPECT_EQ(groups[1].id, CaseGroupId{10});
  EXPECT_EQ(groups[1].open, 2U);
  EXPECT_EQ(groups[1].total, 2U);
  EXPECT_EQ(groups[1].owner, "it");
  EXPECT_EQ(groups[1].state, GroupState::open);
  EXPECT_EQ(to_unix_us(groups[1].opened_at), 1000);
  EXPECT_EQ(to_unix_us(groups[1].due_at), 8000);
  EXPECT_EQ(to_unix_us(groups[1].last_at), 2000);
  EXPECT_EQ(groups[1].reason, "second");
  EXPECT_EQ(groups[1].record_key, "order/2");
  EXPECT_EQ(reader->cases_of(CaseGroupId{10}, true, CaseId{}, 10)->size(), 2U);
  // They live on as if they had always had one; so does a name whose cases were all closed.
  auto again = case_of(20, "closed", RecordId{1});
  again.type = "t";
  const Step step{.cases = {again},
                  .closed_cases = {{CaseId{10}, at_second(1), "ann", ""},
                                   {CaseId{11}, at_second(2), "ann", ""}}};
  ASSERT_TRUE(writer->apply({&step, 1}));
  EXPECT_EQ((*reader->case_group(CaseGroupId{10}))->state, GroupState::resolved);
  EXPECT_EQ((*reader->case_group(CaseGroupId{20}))->total, 1U);
  EXPECT_THAT(*reader->verify(nullptr), IsEmpty());
}

TEST_F(SqliteDeskTest, NoStatementOfTheDeskCostsMoreAsTheHistoryGrows) {
  open();
  Raw raw(file_);
  auto statements = statements_of("desk.sql");
  statements.merge(statements_of("desk_write.sql"));
  auto of_search = statements_of("search_write.sql");
  of_search.erase("count_pending");  // at start; there are never many
  of_search.erase("pending");
  statements.merge(of_search);
  const auto retention = statements_of("retire.sql");
  for (const auto* name : {"retire_case_groups", "retire_audits", "retire_tallies"}) {
    statements[name] = retention.at(name);
  }
  ASSERT_GT(statements.size(), 35U);
  for (const auto& [name, sql] : statements) {
    for (const auto& line : raw.plan(sql)) {
      // The index of texts is asked by its terms; totals sort the teams of what is open.
      if (line.starts_with("SCAN s VIRTUAL TABLE INDEX") && line.find('M') != std::string::npos) {
        continue;
      }
      if (name == "case_totals" && line.starts_with("USE TEMP B-TREE FOR GROUP BY")) continue;
      EXPECT_THAT(line, Not(HasSubstr("SCAN"))) << name << sql;
      EXPECT_THAT(line, Not(HasSubstr("TEMP B-TREE"))) << name << sql;
    }
  }
}

TEST_F(SqliteDeskTest, VerifyCountsTheGroupsAgain) {
  {
    auto store = open();
    auto writer = std::move(*store->open_writer());
    const Step step{.cases = {case_of(50, "g", std::nullopt), case_of(51, "h", std::nullopt),
                              case_of(52, "i", std::nullopt)}};
    ASSERT_TRUE(writer->apply({&step, 1}));
  }
  Raw(file_).run(
      "UPDATE case_group SET open = 7 WHERE id = 50; DELETE FROM case_group WHERE id = 51;"
      "UPDATE case_group SET state = 10 WHERE id = 52");
  auto store = open();
  const auto findings = *(*store->open_reader())->verify(nullptr);
  EXPECT_THAT(findings, testing::Contains("case group 50 says 7 open cases, there are 1"));
  EXPECT_THAT(findings, testing::Contains("open case 51: its open group is missing"));
  EXPECT_THAT(findings,
              testing::Contains("case group 52: its state does not fit its 1 open cases"));
}

TEST_F(SqliteDeskTest, WhatIsErasedIsGoneFromTheFile) {
  std::mt19937 noise(1);  // does not compress: lies in the file as it is
  const auto body = [&noise](std::size_t size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(noise());
    return bytes;
  };
  auto r = record(1, "consent/~}{!/1");
  r.payload = body(20'000);
  r.search_keys = {"quote:~}{!", "order:1"};
  auto a = arrival(10, "consent/~}{!/1");
  a.subject = r.key;
  a.payload = body(90);
  auto late = a;
  late.id = ArrivalId{11};
  auto resolved = moved(10, ArrivalState::resolved);
  resolved.record = r.id;
  auto d = delivery(20, 1, "customer/~}{!/1");
  d.parts = {body(9'000)};
  const std::vector<std::string> personal{r.payload.substr(0, 32), r.payload.substr(19'000, 32),
                                          a.payload.substr(0, 32), d.parts[0].substr(8'000, 32)};
  {
    auto store = open();
    auto writer = std::move(*store->open_writer());
    const Step step{
        .arrivals = {a, late}, .arrival_updates = {resolved}, .records = {r}, .deliveries = {d}};
    ASSERT_TRUE(writer->apply({&step, 1}));
    writer->maintain();
  }
  std::string bytes = text_of(file_);
  for (const auto& part : personal) EXPECT_NE(bytes.find(part), std::string::npos);
  {
    auto store = open();
    auto writer = std::move(*store->open_writer());
    const Step step{.erased = {{r.id, {"order:1"}, "erased"}}};
    ASSERT_TRUE(writer->apply({&step, 1}));
    writer->maintain();
    auto reader = std::move(*store->open_reader());
    EXPECT_THAT(*reader->verify(nullptr), IsEmpty());
    EXPECT_EQ(reader->search("shop", "order:1", 10)->size(), 1U);
  }
  ASSERT_FALSE(fs::exists(file_ + "-wal")) << "closing checkpoints";
  bytes = text_of(file_);
  for (std::size_t at = 0; at < personal.size(); ++at) {
    EXPECT_EQ(bytes.find(personal[at]), std::string::npos) << at;
  }
}

// FTS5's secure-delete (SQLite 3.53.2) damages an index with detail = none when a changed entry
// goes: it must not be used.
TEST_F(SqliteDeskTest, TheIndexOfTextsIsSoundAfterAChangedRecordWasErased) {
  auto store = open();
  auto writer = std::move(*store->open_writer());
  auto r = record(1, "order/1");
  r.search_keys = {"email:vera@example.com"};
  const Step put{.records = {r}};
  ASSERT_TRUE(writer->apply({&put, 1}));
  writer->maintain();
  r.search_keys = {"email:vera@example.com", "order:1"};
  const Step changed{.records = {r}};
  ASSERT_TRUE(writer->apply({&changed, 1}));
  writer->maintain();
  const Step erased{.erased = {{r.id, {"order:1"}, ""}}};
  ASSERT_TRUE(writer->apply({&erased, 1}));
  writer->maintain();
  EXPECT_THAT(*(*store->open_reader())->verify(nullptr), IsEmpty());
}

}  // namespace
}  // namespace tillbridge::journal
