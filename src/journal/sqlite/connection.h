#pragma once
// The thin layer over SQLite's C interface: a connection, prepared statements, rows. Internal to
// journal/sqlite. Throws Failure where SQLite reports one; the store turns it into an Error at its
// boundary (guarded). A failed sync never becomes a Failure: what is on the disk is unknown then,
// so the process stops. One thread per Connection.

#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tillbridge::journal::sqlite {

class Failure : public std::runtime_error {
 public:
  Failure(Error::Kind kind, const std::string& what, bool constraint = false)
      : std::runtime_error(what), kind_(kind), constraint_(constraint) {}
  Error::Kind kind() const { return kind_; }
  bool constraint() const { return constraint_; }  // a UNIQUE or PRIMARY KEY said no

 private:
  Error::Kind kind_;
  bool constraint_;
};

class Connection {
 public:
  enum class Mode { read_only, read_write };

  Connection(const std::string& file, Mode mode, const std::string& vfs);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run(const std::string& sql);                // any number of statements, rows are ignored
  std::string first_text(const std::string& sql);  // first column of the first row, "" without one
  std::int64_t first_integer(const std::string& sql);
  int changes() const;
  bool in_transaction() const;
  sqlite3* handle() const { return handle_; }

  [[noreturn]] void raise(int code, std::string_view doing) const;

 private:
  sqlite3* handle_ = nullptr;
};

struct Blob {
  std::string_view bytes;
};

class Rows;

// A prepared statement, prepared once and used many times. Must go before its Connection.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds the arguments to ?1, ?2, ... and runs to the end. Texts are not copied: they live until
  // it returns.
  template <typename... Arguments>
  void run(const Arguments&... arguments) {
    bind_all(arguments...);
    finish();
  }

  // Binds and leaves the stepping to Rows, which resets at its end. Texts must outlive the Rows.
  template <typename... Arguments>
  Rows rows(const Arguments&... arguments);

 private:
  friend class Rows;

  template <typename... Arguments>
  void bind_all(const Arguments&... arguments) {
    int at = 0;
    (bind(++at, arguments), ...);
  }
  template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
  void bind(int at, T value) {
    bind_integer(at, static_cast<std::int64_t>(value));
  }
  template <typename Tag>
  void bind(int at, Id<Tag> id) {
    bind_integer(at, static_cast<std::int64_t>(id.value));
  }
  template <typename T>
  void bind(int at, const std::optional<T>& value) {
    value ? bind(at, *value) : bind_null(at);
  }
  void bind(int at, Instant value) { bind_integer(at, to_unix_us(value)); }
  void bind(int at, Duration value) { bind_integer(at, value.count()); }
  void bind(int at, std::string_view text);
  void bind(int at, Blob blob);
  void bind_integer(int at, std::int64_t value);
  void bind_null(int at);

  bool step();
  void finish();
  void reset();

  Connection& connection_;
  sqlite3_stmt* handle_ = nullptr;
};

class Rows {
 public:
  ~Rows() { statement_.reset(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next() { return statement_.step(); }

  // Reads the columns of this row in order.
  template <typename... Fields>
  void read(Fields&... fields) const {
    int at = 0;
    (get(at++, fields), ...);
  }
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  // until the next next()

 private:
  friend class Statement;
  explicit Rows(Statement& statement) : statement_(statement) {}

  template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
  void get(int column, T& value) const {
    value = static_cast<T>(integer(column));
  }
  template <typename Tag>
  void get(int column, Id<Tag>& id) const {
    id.value = static_cast<std::uint64_t>(integer(column));
  }
  template <typename T>
  void get(int column, std::optional<T>& value) const {
    if (is_null(column)) {
      value.reset();
    } else {
      get(column, value.emplace());
    }
  }
  void get(int column, Instant& value) const { value = from_unix_us(integer(column)); }
  void get(int column, Duration& value) const { value = Duration{integer(column)}; }
  void get(int column, std::string& value) const { value = bytes(column); }

  Statement& statement_;
};

template <typename... Arguments>
Rows Statement::rows(const Arguments&... arguments) {
  bind_all(arguments...);
  return Rows(*this);
}

// BEGIN ... COMMIT; rolls back when it goes without commit().
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

// Runs work and turns a Failure (or a lack of memory) into an Error.
template <typename Work>
auto guarded(const Work& work) -> Result<std::invoke_result_t<Work>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const Failure& failure) {
    return fail(failure.kind(), failure.what());
  } catch (const std::bad_alloc&) {
    return fail(Error::Kind::unavailable, "journal: out of memory");
  }
}

}  // namespace tillbridge::journal::sqlite
