// What only the SQLite store promises of searching: its index takes records up later than they
// come, and nobody notices.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "journal/sqlite/sqlite_store.h"
#include "journal_suite.h"

namespace tillbridge::journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

class SqliteSearchTest : public testing::Test {
 protected:
  SqliteSearchTest() {
    std::string pattern = fs::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ + "/test.journal";
  }
  ~SqliteSearchTest() override {
    close();
    fs::remove_all(folder_);
  }

  void open(std::size_t batch) {
    close();
    auto store = sqlite::open({.file = file_, .search_batch = batch}, true);
    ASSERT_TRUE(store) << store.error().what;
    store_ = std::move(*store);
    writer_ = std::move(*store_->open_writer());
    reader_ = std::move(*store_->open_reader());
  }
  void close() {
    reader_.reset();
    writer_.reset();
    store_.reset();
  }
  void apply(const Step& step) {
    ASSERT_TRUE(writer_->apply({&step, 1}));
    writer_->maintain();
  }
  void put(std::uint64_t id, std::vector<std::string> keys) {
    auto r = record(id, "order/" + std::to_string(id));
    r.search_keys = std::move(keys);
    apply({.records = {r}});
  }

  std::vector<std::uint64_t> found(const std::string& text, RecordId before = {},
                                   std::size_t limit = 500) {
    std::vector<std::uint64_t> ids;
    const auto page = reader_->records("shop", {.text = text}, before, limit);
    EXPECT_TRUE(page);
    for (const auto& row : page->rows) ids.push_back(row.id.value);
    return ids;
  }
  void expect_sound() { EXPECT_THAT(*reader_->verify(nullptr), IsEmpty()); }

  // Beside the store, as an operator with the sqlite3 shell.
  void run(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
  int count(const std::string& from) {
    sqlite3* raw = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_prepare_v2(raw, ("SELECT count(*) FROM " + from).c_str(), -1, &statement, nullptr),
        SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return number;
  }
  int pending() { return count("search_pending"); }
  int blocks_with(const std::string& text) {
    return count("search_data WHERE instr(block, CAST('" + text + "' AS BLOB)) > 0");
  }

  std::string folder_;
  std::string file_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(SqliteSearchTest, WhatTheIndexHasAndWhatItDoesNotHaveYetAreOneList) {
  open(3);
  for (const std::uint64_t id : {9U, 1U, 5U}) put(id, {"order:" + std::to_string(id)});
  ASSERT_EQ(pending(), 0);
  for (const std::uint64_t id : {7U, 3U}) put(id, {"order:" + std::to_string(id)});
  ASSERT_EQ(pending(), 2);
  EXPECT_THAT(found("order"), ElementsAre(9, 7, 5, 3, 1));
  EXPECT_THAT(found("rder:7"), ElementsAre(7));
  EXPECT_THAT(found("rder:5"), ElementsAre(5));
  EXPECT_THAT(found("rder:6"), IsEmpty());
  EXPECT_THAT(found("order", RecordId{9}, 2), ElementsAre(7, 5));
  EXPECT_THAT(found("order", RecordId{5}, 2), ElementsAre(3, 1));
  put(11, {"order:11"});
  ASSERT_EQ(pending(), 0);
  EXPECT_THAT(found("order"), ElementsAre(11, 9, 7, 5, 3, 1));
  expect_sound();
}

TEST_F(SqliteSearchTest, AChangedRecordIsFoundByItsNewKeysOnly) {
  for (const std::size_t batch : {std::size_t{1}, std::size_t{100}}) {
    open(batch);
    put(1, {"email:vera@example.com", "till:7"});
    put(1, {"email:maja@example.com", "till:8"});
    EXPECT_THAT(found("vera@"), IsEmpty()) << batch;
    EXPECT_THAT(found("maja@"), ElementsAre(1)) << batch;
    EXPECT_THAT(found("7"), IsEmpty()) << batch;
    EXPECT_THAT(found("8"), ElementsAre(1)) << batch;
    apply({.erased = {{RecordId{1}, {"gone:yes"}, "erased"}}});
    EXPECT_THAT(found("maja@"), IsEmpty()) << batch;
    EXPECT_THAT(found("gone:"), ElementsAre(1)) << batch;
    put(1, {});
    EXPECT_THAT(found("gone:"), IsEmpty()) << batch;
    EXPECT_EQ(pending(), 0) << batch;
    expect_sound();
  }
}

TEST_F(SqliteSearchTest, ARecordThatRetentionTakesIsNotPendingAnyMore) {
  open(100);
  put(1, {"order:1"});
  ASSERT_EQ(pending(), 1);
  ASSERT_TRUE(writer_->retire({}, at_second(0) + std::chrono::hours{24 * 900}, 100));
  EXPECT_EQ(count("record"), 0);
  EXPECT_EQ(pending(), 0);
}

TEST_F(SqliteSearchTest, WhatWasPendingBeforeAStartIsTakenUpAfterIt) {
  open(2);
  put(1, {"order:1"});
  open(2);
  EXPECT_EQ(pending(), 1);
  EXPECT_THAT(found("order"), ElementsAre(1));
  put(2, {"order:2"});
  EXPECT_EQ(pending(), 0);
  EXPECT_THAT(found("order"), ElementsAre(2, 1));
}

TEST_F(SqliteSearchTest, AnIndexMadeByAnOlderVersionGoesOn) {
  const std::string folder = TILLBRIDGE_SOURCE_DIR "/src/journal/sqlite/migrations/";
  for (const auto* name : {"0001_journal.sql", "0002_facts.sql", "0003_desk.sql"}) {
    std::ifstream file(folder + name);
    run({std::istreambuf_iterator<char>(file), {}});
  }
  run("PRAGMA user_version = 3;"
      "INSERT INTO record (id, workspace, kind, key, version, state, reason, settings_version, "
      "happened_at, changed_at, store, customer, search_keys) VALUES "
      "(4, 'shop', 'sale', 'order/4', 1, 2, '', 1, 0, 0, '', '', 'order:4'),"
      "(6, 'shop', 'sale', 'order/6', 1, 2, '', 1, 0, 0, '', '', 'order:6');"
      "INSERT INTO search (rowid, search_keys) VALUES (4, 'order:4'), (6, 'order:6');"
      "INSERT INTO counter VALUES ('shop', 3, 2)");
  open(2);
  put(5, {"order:5"});
  EXPECT_THAT(found("order:"), ElementsAre(6, 5, 4));
  put(4, {"receipt:4"});
  EXPECT_EQ(pending(), 0);
  EXPECT_THAT(found("order:"), ElementsAre(6, 5));
  EXPECT_THAT(found("receipt:"), ElementsAre(4));
  expect_sound();
}

// Each record a part of its own: they are merged often enough that none is left alone for long.
TEST_F(SqliteSearchTest, ThePartsOfTheIndexAreMerged) {
  open(1);
  for (std::uint64_t id = 1; id <= 400; ++id) put(id, {"order:" + std::to_string(100'000 + id)});
  EXPECT_EQ(found("order:").size(), 400U);
  EXPECT_THAT(found("100317"), ElementsAre(317));
  // A part of the index has a page, and one page tells which parts there are.
  EXPECT_LT(count("search_data"), 64);
  expect_sound();
}

TEST_F(SqliteSearchTest, WhatSpellsAnErasedPersonLeavesTheIndexWithoutNewOrders) {
  open(1);
  put(1, {"quote:~}{!", "order:1"});
  for (std::uint64_t id = 2; id < 200; ++id) put(id, {"order:" + std::to_string(id)});
  ASSERT_EQ(pending(), 0);
  ASSERT_GT(blocks_with("~}{"), 0);
  apply({.erased = {{RecordId{1}, {"order:1"}, "erased"}}});
  for (int turn = 0; turn < 20; ++turn) writer_->maintain();
  EXPECT_EQ(blocks_with("~}{"), 0);
  EXPECT_THAT(found("~}{!"), IsEmpty());
  EXPECT_THAT(found("order:1", RecordId{2}), ElementsAre(1U));
  EXPECT_EQ(found("order:").size(), 199U);
  expect_sound();
}

// A million orders that were read in at once are not a million commits' wait.
TEST_F(SqliteSearchTest, AFullBatchIsFollowedByTheNextTurns) {
  open(256);
  Step step;
  for (std::uint64_t id = 1; id <= 2'100; ++id) {
    auto r = record(id, "order/" + std::to_string(id));
    r.search_keys = {"order:" + std::to_string(id)};
    step.records.push_back(r);
  }
  ASSERT_TRUE(writer_->apply({&step, 1}));
  writer_->maintain();
  EXPECT_EQ(pending(), 1'100);
  writer_->maintain();
  EXPECT_EQ(pending(), 100);
  writer_->maintain();
  EXPECT_EQ(pending(), 0);
  EXPECT_THAT(found("order:2100"), ElementsAre(2'100U));
}

}  // namespace
}  // namespace tillbridge::journal
