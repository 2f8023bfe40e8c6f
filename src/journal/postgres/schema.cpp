#include "journal/postgres/schema.h"

#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

std::int64_t schema_version(Connection& connection) {
  return connection.query(sql::schema_version)[0].integer(0);
}

[[noreturn]] void refuse_schema(std::int64_t found) {
  throw Failure(Error::Kind::unavailable, "journal: the database has schema " +
                                              std::to_string(found) + ", this version knows " +
                                              std::to_string(sql::migrations.back().number));
}

}  // namespace

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

void check_schema(Connection& connection) {
  const auto version = schema_version(connection);
  if (version != sql::migrations.back().number) refuse_schema(version);
}

void check_complete(Connection& connection) {
  const auto rows = connection.query(sql::copied);
  if (rows.empty() || rows[0].integer(2) == 0) return;
  throw Failure(Error::Kind::invalid_input,
                "journal: the database holds an incomplete copy of " +
                    std::string(rows[0].bytes(0)) + ", begun " + std::string(rows[0].bytes(1)) +
                    " UTC: make it afresh with tillbridge journal copy --start-over");
}

}  // namespace tillbridge::journal::postgres
