// The shelf on real journals: what was answered is there after a restart.

#include "api/accounts/account_shelf.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "api/accounts/accounts.h"
#include "api/accounts/accounts_for_tests.h"
#include "journal/memory/memory_store.h"
#include "journal/sqlite/sqlite_store.h"

namespace tillbridge::api {
namespace {

using test::run_on;

class AccountShelfTest : public testing::Test {
 protected:
  AccountShelfTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "accounts-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~AccountShelfTest() override {
    close();
    std::filesystem::remove_all(folder);
  }
  void close() {
    shelf.reset();
    journal.reset();
  }
  void open(std::unique_ptr<journal::Store> store) {
    metrics = std::make_unique<telemetry::Metrics>();
    journal = std::make_unique<journal::Journal>(
        loop, clock, *metrics, std::move(store), journal::JournalSettings{},
        [](const std::string& what) { ADD_FAILURE() << what; });
    ASSERT_TRUE(journal->start());
    shelf.emplace(*journal, clock);
  }
  void open_file() {
    close();
    auto store = journal::sqlite::open({.file = folder + "/test.journal"}, true);
    ASSERT_TRUE(store) << store.error().what;
    open(std::move(*store));
  }
  std::vector<ShelfEntry> under(const std::string& prefix) {
    return run_on(loop, shelf->under(prefix)).value();
  }

  Loop loop;
  ManualClock clock;
  std::string folder;
  std::unique_ptr<telemetry::Metrics> metrics;
  std::unique_ptr<journal::Journal> journal;
  std::optional<JournalShelf> shelf;
};

TEST_F(AccountShelfTest, GivesAllOfManyEntriesInOrder) {
  open_file();
  std::vector<ShelfEntry> entries;
  for (int n = 0; n < 1'203; ++n) {
    entries.push_back(ShelfEntry{"user/" + std::to_string(10'000 + n), "{\"n\":1}"});
  }
  entries.push_back(ShelfEntry{"users", "{}"});
  entries.push_back(ShelfEntry{"session/1", "{}"});
  ASSERT_TRUE(run_on(loop, shelf->put(entries)));
  const auto found = under("user/");
  ASSERT_EQ(found.size(), 1'203U);
  EXPECT_EQ(found.front().key, "user/10000");
  EXPECT_EQ(found.back().key, "user/11202");
  EXPECT_EQ(found.back().value, "{\"n\":1}");
  EXPECT_TRUE(under("view/").empty());
  std::vector<ShelfEntry> change = {ShelfEntry{"user/10000", ""}, ShelfEntry{"user/10001", "[]"}};
  ASSERT_TRUE(run_on(loop, shelf->put(change)));
  EXPECT_EQ(under("user/").size(), 1'202U);
  EXPECT_EQ(under("user/10001").at(0).value, "[]");
}

TEST_F(AccountShelfTest, AccountsAndSessionsAreThereAfterARestart) {
  PasswordHasher hasher(loop, PasswordCost{1, 8192});
  open_file();
  Accounts before(loop, clock, *shelf, hasher);
  ASSERT_TRUE(run_on(loop, before.load()));
  const std::string code(before.first_run_code()->reveal());
  const auto vera =
      run_on(loop, before.first_run(code, "vera", "Vera", Secret{"correct horse battery"}, "::1"));
  ASSERT_TRUE(vera) << vera.error().what;

  open_file();
  Accounts after(loop, clock, *shelf, hasher);
  ASSERT_TRUE(run_on(loop, after.load()));
  EXPECT_FALSE(after.is_first_run());
  EXPECT_TRUE(run_on(loop, after.session(std::string(vera->session_secret.reveal()))));
  EXPECT_TRUE(run_on(loop, after.sign_in("vera", Secret{"correct horse battery"}, "192.0.2.1")));
}

TEST_F(AccountShelfTest, WorksInMemoryToo) {
  PasswordHasher hasher(loop, PasswordCost{1, 8192});
  open(journal::memory::open());
  Accounts accounts(loop, clock, *shelf, hasher);
  ASSERT_TRUE(run_on(loop, accounts.load()));
  NewUser wish;
  wish.name = "vera";
  wish.role = Role::administrator;
  ASSERT_TRUE(run_on(loop, accounts.add_user(wish)));
  EXPECT_EQ(under("user/").size(), 1U);
}

TEST_F(AccountShelfTest, SaysWhenTheJournalIsStopping) {
  open_file();
  journal->stop();
  std::vector<ShelfEntry> change = {ShelfEntry{"user/a", "{}"}};
  EXPECT_EQ(run_on(loop, shelf->put(change)).error().kind, Error::Kind::unavailable);
  EXPECT_EQ(run_on(loop, shelf->under("user/")).error().kind, Error::Kind::unavailable);
}

}  // namespace
}  // namespace tillbridge::api
