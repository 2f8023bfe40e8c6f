#include "journal/sqlite/connection.h"

#include <cstdio>
#include <cstdlib>

#include <sqlite3.h>

namespace tillbridge::journal::sqlite {
namespace {

Error::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return Error::Kind::unavailable;
    default:
      return Error::Kind::corrupt;
  }
}

constexpr int busy_time_ms_max = 5'000;

}  // namespace

Connection::Connection(const std::string& file, Mode mode, const std::string& vfs) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code =
      sqlite3_open_v2(file.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const std::string what =
        file + ": cannot be opened: " + (handle_ ? sqlite3_errmsg(handle_) : "no memory");
    sqlite3_close_v2(handle_);
    throw Failure(kind_of(code), what);
  }
  sqlite3_busy_timeout(handle_, busy_time_ms_max);
}

Connection::~Connection() {
  sqlite3_close_v2(handle_);
}

void Connection::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(code, sql.substr(0, 60));
}

std::string Connection::first_text(const std::string& sql) {
  Statement statement(*this, sql);
  auto rows = statement.rows();
  return rows.next() ? std::string(rows.bytes(0)) : std::string();
}

std::int64_t Connection::first_integer(const std::string& sql) {
  Statement statement(*this, sql);
  auto rows = statement.rows();
  return rows.next() ? rows.integer(0) : 0;
}

int Connection::changes() const {
  return sqlite3_changes(handle_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void Connection::raise(int code, std::string_view doing) const {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    // The kernel may have dropped the pages it could not write: a later sync that succeeds would
    // prove nothing.
    std::fprintf(stderr, "journal: a sync failed (%s): what is on the disk is unknown, stopping\n",
                 sqlite3_errmsg(handle_));
    std::abort();
  }
  throw Failure(
      kind_of(code),
      "journal: " + std::string(sqlite3_errmsg(handle_)) + " (while: " + std::string(doing) + ")",
      (code & 0xff) == SQLITE_CONSTRAINT);
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) connection.raise(code, sql.substr(0, 60));
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

void Statement::bind(int at, std::string_view text) {
  // A null pointer would bind NULL; an empty text is a text.
  const char* data = text.data() ? text.data() : "";
  sqlite3_bind_text(handle_, at, data, static_cast<int>(text.size()), SQLITE_STATIC);
}

void Statement::bind(int at, Blob blob) {
  const char* data = blob.bytes.data() ? blob.bytes.data() : "";
  sqlite3_bind_blob64(handle_, at, data, blob.bytes.size(), SQLITE_STATIC);
}

void Statement::bind_integer(int at, std::int64_t value) {
  sqlite3_bind_int64(handle_, at, value);
}

void Statement::bind_null(int at) {
  sqlite3_bind_null(handle_, at);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const std::string doing = std::string(sqlite3_sql(handle_)).substr(0, 60);
  // The message lives in the connection and resetting keeps it, but a statement left stepped keeps
  // its lock.
  sqlite3_reset(handle_);
  connection_.raise(code, doing);
}

void Statement::finish() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(handle_);
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_.handle_, column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_.handle_, column);
}

std::string_view Rows::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.handle_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.handle_, column));
  return data ? std::string_view(data, size) : std::string_view();
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  connection_.run(kind == Kind::read ? "BEGIN" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Some errors roll back by themselves; then there is nothing left to do.
  if (open_ && connection_.in_transaction()) {
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace tillbridge::journal::sqlite
