#include "journal/sqlite/sqlite_store.h"

#include <filesystem>

#include "journal/sqlite/connection.h"
#include "journal/sqlite/durability.h"
#include "journal/sqlite/log_gathering.h"
#include "journal/sqlite/sql.gen.h"
#include "journal/sqlite/sqlite_reader.h"
#include "journal/sqlite/sqlite_writer.h"

namespace tillbridge::journal::sqlite {
namespace {

constexpr std::int64_t full = 2;  // PRAGMA synchronous

// 32 MB of pages for the writer, little for readers: what they miss is in the machine's page cache.
// No memory map: its pages count as the hub's memory, up to all of the file with each reader. The
// log is cut to 64 MB when it starts over. Checkpoints are the writer's (maintain). What is deleted
// is overwritten where that costs no page more; erasures ask for all of it (SqliteWriter::apply).
constexpr const char* writer_pragmas =
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA secure_delete = FAST;";
constexpr const char* reader_pragmas =
    "PRAGMA query_only = ON;"
    "PRAGMA cache_size = -4096;"
    "PRAGMA temp_store = MEMORY;";

void migrate(Connection& connection, const std::string& file) {
  const auto version = connection.first_integer("PRAGMA user_version");
  if (version > sql::migrations.back().number) {
    throw Failure(Error::Kind::unavailable,
                  file + " was written by a newer version (schema " + std::to_string(version) +
                      ", this one knows " + std::to_string(sql::migrations.back().number) + ")");
  }
  for (const auto& migration : sql::migrations) {
    if (migration.number <= version) continue;
    Transaction transaction(connection, Transaction::Kind::write);
    connection.run(std::string(migration.text));
    connection.run("PRAGMA user_version = " + std::to_string(migration.number));
    transaction.commit();
  }
}

std::unique_ptr<Connection> open_for_writing(const SqliteSettings& settings,
                                             const LogGathering& gathering) {
  auto connection = std::make_unique<Connection>(settings.file, Connection::Mode::read_write,
                                                 gathering.vfs_name());
  if (connection->first_text("PRAGMA journal_mode = WAL") != "wal") {
    throw Failure(Error::Kind::unavailable,
                  settings.file + ": write-ahead logging cannot be switched on here");
  }
  connection->run("PRAGMA synchronous = " + settings.synchronous);
  if (connection->first_integer("PRAGMA synchronous") < full) {
    throw Failure(Error::Kind::unavailable, settings.file + ": commits would not be synced");
  }
  connection->run(writer_pragmas);
  migrate(*connection, settings.file);
  return connection;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(SqliteSettings settings, std::shared_ptr<LogGathering> gathering,
              std::unique_ptr<Connection> connection, std::shared_ptr<LockFile> lock)
      : lock_(std::move(lock)),
        settings_(std::move(settings)),
        gathering_(std::move(gathering)),
        connection_(std::move(connection)) {}

  Result<std::unique_ptr<Writer>> open_writer() override {
    if (!connection_) {
      return fail(Error::Kind::unavailable,
                  settings_.file + (settings_.read_only ? " is open for reading only"
                                                        : " has its one writer already"));
    }
    return guarded([&]() -> std::unique_ptr<Writer> {
      return std::make_unique<SqliteWriter>(gathering_, std::move(connection_), settings_, lock_);
    });
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    return guarded([&]() -> std::unique_ptr<Reader> {
      auto connection =
          std::make_unique<Connection>(settings_.file, Connection::Mode::read_only, settings_.vfs);
      connection->run(reader_pragmas);
      const auto version = connection->first_integer("PRAGMA user_version");
      if (version != sql::migrations.back().number) {
        throw Failure(Error::Kind::unavailable,
                      settings_.file + " has schema " + std::to_string(version) +
                          ", this version reads " + std::to_string(sql::migrations.back().number) +
                          "; start the hub once to bring it up to date");
      }
      return std::make_unique<SqliteReader>(std::move(connection), settings_.file);
    });
  }

 private:
  std::shared_ptr<LockFile> lock_;
  SqliteSettings settings_;
  std::shared_ptr<LogGathering> gathering_;
  std::unique_ptr<Connection> connection_;  // until open_writer() takes it
};

}  // namespace

Result<std::unique_ptr<Store>> open(SqliteSettings settings, bool allow_volatile) {
  if (settings.synchronous != "full" && settings.synchronous != "extra") {
    return fail(
        Error::Kind::invalid_input,
        "journal: synchronous = " + settings.synchronous +
            " is refused: a power cut would lose arrivals that were acknowledged; use full");
  }
  if (settings.read_only) {
    std::error_code failed;
    if (settings.vfs.empty() && !std::filesystem::exists(settings.file, failed)) {
      return fail(Error::Kind::not_found, settings.file + " does not exist");
    }
    return std::unique_ptr<Store>(
        std::make_unique<SqliteStore>(std::move(settings), nullptr, nullptr, nullptr));
  }
  if (!allow_volatile) TB_CHECK(check_file_system(settings.file));
  TB_TRY(auto lock, LockFile::take(settings.file));
  if (settings.vfs.empty()) TB_CHECK(create_private(settings.file));
  return guarded([&]() -> std::unique_ptr<Store> {
    auto gathering = std::make_shared<LogGathering>(settings.vfs);
    auto connection = open_for_writing(settings, *gathering);
    return std::make_unique<SqliteStore>(std::move(settings), std::move(gathering),
                                         std::move(connection), std::move(lock));
  });
}

}  // namespace tillbridge::journal::sqlite
