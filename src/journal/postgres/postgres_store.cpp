#include "journal/postgres/postgres_store.h"

#include <random>

#include "journal/postgres/connection.h"
#include "journal/postgres/postgres_reader.h"
#include "journal/postgres/postgres_writer.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr Duration migration_time_max = std::chrono::minutes{30};  // of a large table

std::string random_name() {
  std::random_device random;
  std::string name;
  for (int n = 0; n < 16; ++n) name += "0123456789abcdef"[random() % 16];
  return name;
}

void check_durable(Connection& connection) {
  const auto rows = connection.query(sql::durability);
  for (int at = 0; at < rows.size(); ++at) {
    const std::string name(rows[at].bytes(0));
    if (rows[at].bytes(1) != "off") continue;
    throw Failure(Error::Kind::unavailable,
                  "journal: PostgreSQL runs with " + name +
                      " = off: a power cut would lose arrivals that were acknowledged");
  }
}

std::int64_t schema_version(Connection& connection) {
  return connection.query(sql::schema_version)[0].integer(0);
}

[[noreturn]] void refuse_schema(std::int64_t found) {
  throw Failure(Error::Kind::unavailable, "journal: the database has schema " +
                                              std::to_string(found) + ", this version knows " +
                                              std::to_string(sql::migrations.back().number));
}

// Nodes that start together do it one after the other.
void migrate(Connection& connection) {
  connection.run("SET lock_timeout = 0");
  connection.query(sql::lock_migrations);
  connection.run(
      "CREATE TABLE IF NOT EXISTS schema_migration (number integer PRIMARY KEY, at timestamptz)");
  const auto version = schema_version(connection);
  if (version > sql::migrations.back().number) refuse_schema(version);
  for (const auto& migration : sql::migrations) {
    if (migration.number <= version) continue;
    connection.run("BEGIN;" + std::string(migration.text) +
                   ";INSERT INTO schema_migration VALUES (" + std::to_string(migration.number) +
                   ", now());COMMIT");
  }
}

class PostgresStore final : public Store {
 public:
  PostgresStore(std::string url, PostgresSettings settings)
      : url_(std::move(url)), settings_(std::move(settings)) {}

  void prepare() {
    auto connecting = connection_settings("tillbridge start");
    connecting.answer_time_max = migration_time_max;
    Connection connection(connecting);
    if (!settings_.allow_volatile) check_durable(connection);
    if (!settings_.read_only) migrate(connection);
    const auto version = schema_version(connection);
    if (version != sql::migrations.back().number) refuse_schema(version);
  }

  Result<std::unique_ptr<Writer>> open_writer() override {
    if (settings_.read_only || has_writer_) {
      return fail(Error::Kind::unavailable, settings_.read_only
                                                ? "the journal is open for reading only"
                                                : "this store has its one writer already");
    }
    return guarded([&]() -> std::unique_ptr<Writer> {
      auto writer = std::make_unique<PostgresWriter>(
          connection_settings("tillbridge writer " + std::to_string(settings_.node) + " " +
                              random_name()),
          settings_);
      writer->connect();
      has_writer_ = true;
      return writer;
    });
  }

  Result<std::unique_ptr<Reader>> open_reader() override {
    return std::unique_ptr<Reader>(
        std::make_unique<PostgresReader>(connection_settings("tillbridge reader")));
  }

 private:
  ConnectionSettings connection_settings(const std::string& name) const {
    return {url_, name, settings_.connect_time_max, settings_.answer_time_max};
  }

  const std::string url_;
  const PostgresSettings settings_;
  bool has_writer_ = false;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url,
                                                   PostgresSettings settings) {
  return guarded([&]() -> std::unique_ptr<Store> {
    auto store = std::make_unique<PostgresStore>(url, std::move(settings));
    store->prepare();
    return store;
  });
}

}  // namespace tillbridge::journal::postgres
