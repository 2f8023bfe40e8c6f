#pragma once
// The thin layer over libpq: a connection, prepared statements, pipelines. Internal to
// journal/postgres. Throws Failure where PostgreSQL or the network reports one; the store turns it
// into an Error at its boundary (guarded). One thread per Connection.
//
// Statements are sent with send() and answered by sync(), all of them in one round trip (libpq's
// pipeline mode). No call waits longer than answer_time_max.

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "journal/postgres/params.h"

struct pg_conn;
struct pg_result;

namespace tillbridge::journal::postgres {

class Failure : public std::runtime_error {
 public:
  enum class Cause {
    refused,     // by the server or by us; the connection is good
    constraint,  // a unique key said no
    lost,        // the connection is gone or useless (a standby, a server that stops, no answer)
  };
  Failure(Error::Kind kind, const std::string& what, Cause cause = Cause::refused)
      : std::runtime_error(what), kind_(kind), cause_(cause) {}
  Error::Kind kind() const { return kind_; }
  bool lost() const { return cause_ == Cause::lost; }
  bool constraint() const { return cause_ == Cause::constraint; }

 private:
  Error::Kind kind_;
  Cause cause_;
};

[[noreturn]] void corrupt(const std::string& what);

class Row;

// The rows that a statement gave.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  Rows(Rows&& other) noexcept : result_(other.result_) { other.result_ = nullptr; }
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  int size() const;
  bool empty() const { return size() == 0; }
  Row operator[](int row) const;
  std::int64_t changed() const;  // rows, for a statement that gives none

 private:
  friend class Row;
  pg_result* result_;
};

class Row {
 public:
  // Reads the columns in order.
  template <typename... Fields>
  void read(Fields&... fields) const {
    int at = 0;
    (get(at++, fields), ...);
  }
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  // as long as the Rows
  std::vector<std::uint64_t> integers(int column) const;

 private:
  friend class Rows;
  Row(const Rows& rows, int row) : rows_(rows), row_(row) {}

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

  const Rows& rows_;
  int row_;
};

struct ConnectionSettings {
  std::string url;
  std::string application_name = "tillbridge";
  Duration connect_time_max = std::chrono::seconds{5};  // per host of the URL
  Duration answer_time_max = std::chrono::seconds{30};
};

class Connection {
 public:
  using Handler = std::function<void(Rows)>;

  explicit Connection(const ConnectionSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Any number of statements without parameters, rows are ignored. Nothing may be under way.
  void run(const std::string& sql);

  // Queues a statement; it is prepared the first time. `sql` must be a constant of the program.
  // The handler gets the rows within sync(), in the order of the calls.
  void send(std::string_view sql, const Params& params = {}, Handler handler = nullptr);
  // The server begins with what was sent so far, while more is being made. Does not wait.
  void start();
  // As start(), and the server tells what it finds out as soon as it knows: for hear().
  void start_answering();
  // Waits for the answers that handlers wait for, and for none when there is no such handler; the
  // server goes on with the rest. The first failure so far is thrown; what was sent after it is not
  // executed.
  void hear();
  // Waits for everything that was sent. The first failure is thrown when all has been answered; the
  // statements after it were not executed.
  void sync();
  // As sync(), but nobody waits for it: the answers are taken with those of what is sent next, and
  // a failure among them is forgotten.
  void sync_later();
  Rows query(std::string_view sql, const Params& params = {});  // send() and sync()
  // What was sent goes unanswered: whom the handlers would tell is gone. Before the next sync().
  void forget_handlers();

  // Rows in bulk, in PostgreSQL's binary format (manual, "COPY"); connection_copy.cpp. Nothing may
  // be under way. Between begin and end nothing else is said; what fails there ends the copying.
  void begin_copy_in(const std::string& sql);
  void put_copy(std::string_view data);  // returns when it is with the system
  void end_copy_in();
  // false from on_data ends it. A piece of data has whole rows.
  void copy_out(const std::string& sql, const std::function<bool(std::string_view)>& on_data);

  // Waits for a notification (LISTEN) until `until` or until `wake` can be read; calls back with
  // the payloads.
  void wait_for_notifications(Duration time_max, int wake,
                              const std::function<void(const std::string&)>& heard);

  bool in_transaction() const;
  bool lost() const;

 private:
  struct Pending {
    const char* prepares = nullptr;  // set: this is the preparation of this statement
    Handler handler = nullptr;
    bool is_sync = false;  // not a statement: what belongs together ends here
  };

  void prepare(std::string_view sql);
  void add_pending(Pending pending);
  void take_next(std::optional<Failure>& first);
  void take_end(Pending& pending, std::optional<Failure>& first);
  void take(pg_result* result, Pending& pending, std::optional<Failure>& first);
  void leave_pipeline();
  void begin_copy(const std::string& sql, int expected);
  void flush();
  void finish_command();
  void wait_until_answered();
  void wait_for_socket(bool to_write, Tick deadline);
  void check_sent(int sent);
  [[noreturn]] void lose(const std::string& why);
  Failure failure_of(pg_result* result) const;

  pg_conn* handle_ = nullptr;
  Duration answer_time_max_;
  bool lost_ = false;
  std::deque<Pending> pending_;
  std::size_t handlers_ = 0;                               // among them
  std::size_t syncs_ = 0;                                  // among them
  bool answers_asked_for_ = true;                          // for all handlers among them
  std::unordered_map<const char*, std::string> prepared_;  // statement -> its name
  std::uint64_t next_name_ = 0;                            // of a prepared statement
};

// BEGIN ... COMMIT around reads that must see one state.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection, bool in_bulk = false);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
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

}  // namespace tillbridge::journal::postgres
