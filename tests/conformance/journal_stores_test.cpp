// The suite on each store.

#include <filesystem>

#include <stdlib.h>

#include "../postgres/throwaway_cluster.h"
#include "journal/memory/memory_store.h"
#include "journal/postgres/postgres_store.h"
#include "journal/sqlite/sqlite_store.h"
#include "journal_suite.h"

namespace tillbridge::journal {
namespace {

class MemoryMaker final : public StoreMaker {
 public:
  std::unique_ptr<Store> make() override { return memory::open(); }
  std::unique_ptr<Store> reopen() override { return nullptr; }
};

class SqliteMaker : public StoreMaker {
 public:
  explicit SqliteMaker(sqlite::SqliteSettings settings = {.file = {}})
      : settings_(std::move(settings)) {
    std::string pattern = std::filesystem::temp_directory_path() / "journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    settings_.file = folder_ + "/test.journal";
  }
  ~SqliteMaker() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> make() override {
    auto store = sqlite::open(settings_, true);
    EXPECT_TRUE(store) << store.error().what;
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<Store> reopen() override { return make(); }

 private:
  sqlite::SqliteSettings settings_;
  std::string folder_;
};

// The search index takes up each step at once, where it otherwise waits for many.
class IndexedSqliteMaker final : public SqliteMaker {
 public:
  IndexedSqliteMaker() : SqliteMaker({.file = {}, .search_batch = 1}) {}
};

class PostgresMaker final : public StoreMaker {
 public:
  std::unique_ptr<Store> make() override {
    url_ = ThrowawayCluster::of_program().url_of_new_schema();
    return reopen();
  }
  std::unique_ptr<Store> reopen() override {
    auto store = postgres::open_postgres_store(url_);
    EXPECT_TRUE(store) << store.error().what;
    return store ? std::move(*store) : nullptr;
  }

 private:
  std::string url_;
};

template <typename Maker>
StoreCase store_case(const std::string& name) {
  return {name, [] { return std::make_unique<Maker>(); }};
}

INSTANTIATE_TEST_SUITE_P(Stores, JournalSuite,
                         testing::Values(store_case<MemoryMaker>("Memory"),
                                         store_case<SqliteMaker>("Sqlite"),
                                         store_case<IndexedSqliteMaker>("IndexedSqlite"),
                                         store_case<PostgresMaker>("Postgres")),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tillbridge::journal
