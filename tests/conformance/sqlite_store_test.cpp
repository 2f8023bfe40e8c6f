// What only the SQLite store promises: refusals at open, one hub per file, damage is found, backups
// open.

#include "journal/sqlite/sqlite_store.h"

#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "journal_suite.h"

namespace tillbridge::journal {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() {
    std::string pattern = fs::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ + "/test.journal";
  }
  ~SqliteStoreTest() override { fs::remove_all(folder_); }

  std::unique_ptr<Store> open(const std::string& file) {
    auto store = sqlite::open({.file = file}, true);
    EXPECT_TRUE(store) << store.error().what;
    return store ? std::move(*store) : nullptr;
  }
  static void fill(Writer& writer, int sales) {
    for (int at = 0; at < sales; ++at) {
      const auto n = static_cast<std::uint64_t>(at) * 10;
      const auto key = std::to_string(at);
      const Step step{.arrivals = {arrival(fresh_id(n + 1), key)},
                      .records = {record(fresh_id(n + 2), "order/" + key)},
                      .deliveries = {delivery(fresh_id(n + 3), fresh_id(n + 2), "sale/" + key)}};
      ASSERT_TRUE(writer.apply({&step, 1}));
    }
  }
  std::vector<std::string> findings() {
    auto store = sqlite::open({.file = file_, .read_only = true});
    auto reader = (*store)->open_reader();
    if (!reader) return {"cannot be opened: " + reader.error().what};
    auto found = (*reader)->verify(nullptr);
    return found ? *found : std::vector<std::string>{found.error().what};
  }
  void damage(std::streamoff at, char byte) {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(byte);
  }

  std::string folder_;
  std::string file_;
};

TEST_F(SqliteStoreTest, WeakerSyncsAreRefused) {
  for (const auto* weak : {"normal", "off", "", "1; PRAGMA synchronous=off"}) {
    const auto store = sqlite::open({.file = file_, .synchronous = weak}, true);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().what, HasSubstr("use full"));
  }
  EXPECT_TRUE(sqlite::open({.file = file_, .synchronous = "extra"}, true));
}

TEST_F(SqliteStoreTest, AMemoryFileSystemIsRefused) {
  if (!fs::exists("/dev/shm")) GTEST_SKIP();
  const auto store = sqlite::open({.file = "/dev/shm/tillbridge-refused.journal"});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().what, HasSubstr("tmpfs"));
}

TEST_F(SqliteStoreTest, ASecondHubIsKeptOutAndTold) {
  auto first = open(file_);
  const auto second = sqlite::open({.file = file_}, true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(second.error().what, HasSubstr("process " + std::to_string(::getpid())));
  // The writer keeps the lock without its store.
  auto writer = std::move(*first->open_writer());
  first.reset();
  EXPECT_FALSE(sqlite::open({.file = file_}, true));
  writer.reset();
  EXPECT_TRUE(sqlite::open({.file = file_}, true));
}

TEST_F(SqliteStoreTest, TheFilesAreTheOwnersAlone) {
  auto store = open(file_);
  auto writer = std::move(*store->open_writer());
  fill(*writer, 1);
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat facts{};
    ASSERT_EQ(::stat((file_ + suffix).c_str(), &facts), 0) << suffix;
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteStoreTest, ReadersLiveBesideTheHub) {
  auto store = open(file_);
  auto writer = std::move(*store->open_writer());
  fill(*writer, 3);
  auto beside = std::move(*sqlite::open({.file = file_, .read_only = true}));
  EXPECT_FALSE(beside->open_writer());
  auto reader = std::move(*beside->open_reader());
  EXPECT_EQ(reader->counts()->arrivals, 3U);
  fill(*writer, 0);
  const Step more{.arrivals = {arrival(fresh_id(999), "more")}};
  ASSERT_TRUE(writer->apply({&more, 1}));
  EXPECT_EQ(reader->counts()->arrivals, 4U);
  EXPECT_GT(reader->counts()->bytes_on_disk, 0U);
  EXPECT_FALSE(sqlite::open({.file = folder_ + "/none", .read_only = true}));
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefused) {
  open(file_);
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version = 999", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  const auto store = sqlite::open({.file = file_}, true);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().what, HasSubstr("newer version"));
}

TEST_F(SqliteStoreTest, VerifyFindsADamagedBody) {
  {
    auto store = open(file_);
    auto writer = std::move(*store->open_writer());
    fill(*writer, 20);
  }
  EXPECT_THAT(findings(), IsEmpty());
  // The body of a delivery lies raw in the file: it is short.
  std::ifstream in(file_, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const auto at = bytes.find("first part of sale/7");
  ASSERT_NE(at, std::string::npos);
  damage(static_cast<std::streamoff>(at), 'F');
  EXPECT_THAT(findings(), Contains(HasSubstr("checksum")));
  auto store = open(file_);
  auto reader = std::move(*store->open_reader());
  const std::vector<DeliveryId> ids{DeliveryId{fresh_id(73)}};
  const auto bodies = reader->delivery_bodies(ids);
  ASSERT_FALSE(bodies);
  EXPECT_EQ(bodies.error().kind, Error::Kind::corrupt);
}

TEST_F(SqliteStoreTest, VerifyFindsADamagedPage) {
  {
    auto store = open(file_);
    auto writer = std::move(*store->open_writer());
    fill(*writer, 200);
  }
  EXPECT_THAT(findings(), IsEmpty());
  const auto pages = static_cast<int>(fs::file_size(file_) / 4096);
  // The head of a page in the middle: its kind, or its first free block.
  for (std::streamoff byte = 0; byte < 8; ++byte) damage(pages / 2 * 4096 + byte, '\x5a');
  EXPECT_THAT(findings(), testing::Not(IsEmpty()));
}

TEST_F(SqliteStoreTest, VerifyFindsBrokenReferencesAndCounters) {
  {
    auto store = open(file_);
    auto writer = std::move(*store->open_writer());
    fill(*writer, 2);
  }
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
  const std::string sql =
      "UPDATE counter SET value = value + 1 WHERE name = 6; DELETE FROM payload WHERE id = " +
      std::to_string(fresh_id(3)) +
      "; UPDATE delivery SET record = 77 WHERE id = " + std::to_string(fresh_id(13));
  ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  const auto found = findings();
  EXPECT_THAT(found, Contains(HasSubstr("counter deliveries says 3, there are 2")));
  EXPECT_THAT(found, Contains(HasSubstr("its body is missing")));
  EXPECT_THAT(found, Contains(HasSubstr("its record 77 is missing")));
}

TEST_F(SqliteStoreTest, ABackupIsAJournalThatOpens) {
  auto store = open(file_);
  auto writer = std::move(*store->open_writer());
  fill(*writer, 500);
  const std::string target = folder_ + "/copy.journal";
  bool wrote_meanwhile = false;
  double last = 0;
  const auto done = writer->backup(target, [&](double progress) {
    EXPECT_GE(progress, last);
    last = progress;
    if (wrote_meanwhile) return;
    wrote_meanwhile = true;  // writing goes on
    const Step more{.arrivals = {arrival(fresh_id(99'999), "meanwhile")}};
    EXPECT_TRUE(writer->apply({&more, 1}));
  });
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(last, 1.0);
  EXPECT_TRUE(wrote_meanwhile);
  EXPECT_FALSE(writer->backup(target, nullptr)) << "a backup never overwrites";
  auto copy = open(target);
  auto reader = std::move(*copy->open_reader());
  EXPECT_THAT(*reader->verify(nullptr), IsEmpty());
  EXPECT_EQ(reader->counts()->arrivals, 500U) << "the copy is one moment";
  auto copy_writer = std::move(*copy->open_writer());
  const Step step{.arrivals = {arrival(fresh_id(100'000), "new")}};
  EXPECT_TRUE(copy_writer->apply({&step, 1}));
  EXPECT_EQ((*store->open_reader())->counts()->arrivals, 501U);
}

TEST_F(SqliteStoreTest, TheLogIsCheckpointedByMaintain) {
  auto store = open(file_);
  auto writer = std::move(*store->open_writer());
  std::mt19937 noise(1);  // bodies that do not compress, the same each time
  for (int round = 0; round < 20; ++round) {
    std::vector<Step> steps(200);
    for (std::size_t at = 0; at < steps.size(); ++at) {
      const auto n = static_cast<std::uint64_t>(round) * 1000 + at;
      steps[at].arrivals = {arrival(fresh_id(n), std::to_string(n))};
      steps[at].arrivals[0].payload.resize(3000);
      for (auto& c : steps[at].arrivals[0].payload) c = static_cast<char>(noise());
    }
    ASSERT_TRUE(writer->apply(steps));
    writer->maintain();
  }
  EXPECT_LT(fs::file_size(file_ + "-wal"), 3'000U * 4096U);
  EXPECT_GT(fs::file_size(file_), 100U * 4096U) << "no checkpoint was made";
}

}  // namespace
}  // namespace tillbridge::journal
