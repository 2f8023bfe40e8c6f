#include "journal/postgres/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <libpq-fe.h>
#include <poll.h>

#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

// Every statement finds its rows by key: the ways over whole tables, which the planner takes while
// a table is small and keeps when it has grown, are for statements that ask for them
// (read_in_bulk). One plan per statement, whatever its parameters.
constexpr const char* session =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
    "SET enable_memoize = off; SET jit = off; SET plan_cache_mode = force_generic_plan;"
    "SET cursor_tuple_fraction = 1; SET lock_timeout = '10s'; SET client_min_messages = warning;"
    "SET idle_in_transaction_session_timeout = '60s'; SET DateStyle = ISO;"
    "SET default_transaction_isolation = 'read committed'";

struct Free {
  void operator()(PGresult* result) const { PQclear(result); }
};
using OwnedResult = std::unique_ptr<PGresult, Free>;

bool begins(std::string_view state, std::string_view with) {
  return state.starts_with(with);
}

// SQLSTATE classes, PostgreSQL's manual, appendix A.
Failure::Cause cause_of(std::string_view state) {
  if (state == "23505") return Failure::Cause::constraint;
  // The connection broke, the server stops or starts, or it is a standby since a fail-over.
  if (begins(state, "08") || begins(state, "57P") || state == "25006") return Failure::Cause::lost;
  return Failure::Cause::refused;
}

Error::Kind kind_of(std::string_view state) {
  // Serialization and deadlock, locks, resources (a full disk), cancelled, the system, rights.
  for (const auto* passing : {"40", "55", "53", "57", "58", "08", "25", "28", "42501"}) {
    if (begins(state, passing)) return Error::Kind::unavailable;
  }
  return Error::Kind::corrupt;
}

// The first line: libpq adds where in the statement it was.
std::string first_line(const char* text) {
  std::string_view all(text ? text : "");
  return std::string(all.substr(0, all.find('\n')));
}

Tick now() {
  return SystemClock().tick();
}

}  // namespace

void corrupt(const std::string& what) {
  throw Failure(Error::Kind::corrupt, "journal: " + what);
}

Rows::~Rows() {
  PQclear(result_);
}

int Rows::size() const {
  return PQntuples(result_);
}

Row Rows::operator[](int row) const {
  return Row(*this, row);
}

std::int64_t Rows::changed() const {
  return std::strtoll(PQcmdTuples(result_), nullptr, 10);
}

bool Row::is_null(int column) const {
  return PQgetisnull(rows_.result_, row_, column) != 0;
}

std::int64_t Row::integer(int column) const {
  const auto data = bytes(column);
  if (data.empty()) return 0;
  // Big endian, 1 (boolean), 2, 4 or 8 bytes; the first one has the sign.
  auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(
      data.size() == 1 ? static_cast<unsigned char>(data[0]) : static_cast<signed char>(data[0])));
  for (const char c : data.substr(1)) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

std::string_view Row::bytes(int column) const {
  const char* data = PQgetvalue(rows_.result_, row_, column);
  return {data, static_cast<std::size_t>(PQgetlength(rows_.result_, row_, column))};
}

std::vector<std::uint64_t> Row::integers(int column) const {
  constexpr std::size_t header = 20;
  constexpr std::size_t element = 12;  // length and value
  std::vector<std::uint64_t> values;
  auto data = bytes(column);
  if (data.size() < header) return values;
  data.remove_prefix(header);
  for (; data.size() >= element; data.remove_prefix(element)) {
    std::uint64_t value = 0;
    for (const char c : data.substr(4, 8)) value = value << 8U | static_cast<unsigned char>(c);
    values.push_back(value);
  }
  return values;
}

namespace {

// libpq's own words about it quote the URL, and a password may stand there.
void check_url(const std::string& url) {
  char* why = nullptr;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), &why);
  PQfreemem(why);
  if (options == nullptr) {
    throw Failure(Error::Kind::invalid_input,
                  "journal: the URL of the database is not one: write "
                  "postgresql://user@host/database, with %25 for a % in a password");
  }
  PQconninfoFree(options);
}

}  // namespace

Connection::Connection(const ConnectionSettings& settings)
    : answer_time_max_(settings.answer_time_max) {
  check_url(settings.url);
  const auto seconds = std::max<std::int64_t>(
      2, std::chrono::ceil<std::chrono::seconds>(settings.connect_time_max).count());
  const std::string connect_timeout = std::to_string(seconds);
  const std::string user_timeout = std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(settings.answer_time_max).count());
  // What comes before dbname (the URL) can be said otherwise by the URL.
  const std::array names{"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                         "keepalives_count", "tcp_user_timeout", "dbname",
                         "application_name", "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{connect_timeout.c_str(),
                          "10",
                          "5",
                          "3",
                          user_timeout.c_str(),
                          settings.url.c_str(),
                          settings.application_name.c_str(),
                          "UTF8",
                          static_cast<const char*>(nullptr)};
  handle_ = PQconnectdbParams(names.data(), values.data(), 1);
  if (!handle_ || PQstatus(handle_) != CONNECTION_OK) {
    const std::string why = handle_ ? first_line(PQerrorMessage(handle_)) : "out of memory";
    PQfinish(handle_);
    throw Failure(Error::Kind::unavailable, "journal: PostgreSQL cannot be reached: " + why,
                  Failure::Cause::lost);
  }
  try {
    PQsetnonblocking(handle_, 1);
    PQsetNoticeProcessor(handle_, [](void*, const char*) {}, nullptr);
    run(session);
  } catch (...) {
    PQfinish(handle_);
    throw;
  }
}

Connection::~Connection() {
  PQfinish(handle_);
}

bool Connection::in_transaction() const {
  return PQtransactionStatus(handle_) != PQTRANS_IDLE;
}

bool Connection::lost() const {
  return lost_ || PQstatus(handle_) == CONNECTION_BAD;
}

void Connection::lose(const std::string& why) {
  lost_ = true;
  throw Failure(Error::Kind::unavailable, "journal: the connection to PostgreSQL is lost: " + why,
                Failure::Cause::lost);
}

void Connection::check_sent(int sent) {
  if (sent != 1) lose(first_line(PQerrorMessage(handle_)));
}

Failure Connection::failure_of(PGresult* result) const {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state(field ? field : "08000");
  std::string what = "journal: " + first_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  if (!field) what += first_line(PQerrorMessage(handle_));
  if (const char* detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL)) {
    what += " (" + first_line(detail) + ")";
  }
  what += " [" + std::string(state) + "]";
  return {kind_of(state), what, lost() ? Failure::Cause::lost : cause_of(state)};
}

void Connection::wait_for_socket(bool to_write, Tick deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
  if (left <= 0) lose("no answer in time");
  pollfd waits{PQsocket(handle_), static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
  if (ready < 0 && errno != EINTR) lose(std::strerror(errno));
  if (ready > 0 && (waits.revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
    if (PQconsumeInput(handle_) == 0) lose(first_line(PQerrorMessage(handle_)));
  }
}

void Connection::wait_until_answered() {
  const Tick deadline = now() + answer_time_max_;
  for (;;) {
    const int unsent = PQflush(handle_);
    if (unsent < 0) lose(first_line(PQerrorMessage(handle_)));
    if (PQisBusy(handle_) == 0) return;
    wait_for_socket(unsent == 1, deadline);
  }
}

// What nobody waited for may still be under way.
void Connection::leave_pipeline() {
  if (PQpipelineStatus(handle_) == PQ_PIPELINE_OFF) return;
  std::optional<Failure> forgotten;
  while (syncs_ > 0) take_next(forgotten);
  if (PQexitPipelineMode(handle_) != 1) lose("the pipeline is not empty");
}

void Connection::run(const std::string& sql) {
  leave_pipeline();
  check_sent(PQsendQuery(handle_, sql.c_str()));
  std::optional<Failure> first;
  for (;;) {
    wait_until_answered();
    const OwnedResult result(PQgetResult(handle_));
    if (!result) break;
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR && !first) {
      first = failure_of(result.get());
    }
    if (lost()) break;
  }
  if (first) {
    if (first->lost()) lost_ = true;
    throw Failure(*first);
  }
}

void Connection::prepare(std::string_view sql) {
  if (prepared_.contains(sql.data())) return;
  const std::string name = "s" + std::to_string(next_name_++);
  check_sent(PQsendPrepare(handle_, name.c_str(), sql.data(), 0, nullptr));
  prepared_.emplace(sql.data(), name);
  add_pending({.prepares = sql.data()});
}

void Connection::send(std::string_view sql, const Params& params, Handler handler) {
  if (PQpipelineStatus(handle_) == PQ_PIPELINE_OFF) check_sent(PQenterPipelineMode(handle_));
  prepare(sql);
  std::vector<const char*> values;
  std::vector<int> sizes;
  for (const auto& value : params.values()) {
    values.push_back(value ? value->data() : nullptr);
    sizes.push_back(value ? static_cast<int>(value->size()) : 0);
  }
  const std::vector<int> binary(values.size(), 1);
  check_sent(PQsendQueryPrepared(handle_, prepared_[sql.data()].c_str(),
                                 static_cast<int>(values.size()), values.data(), sizes.data(),
                                 binary.data(), 1));
  add_pending({.handler = std::move(handler)});
}

void Connection::add_pending(Pending pending) {
  if (pending.handler) {
    ++handlers_;
    answers_asked_for_ = false;
  }
  if (pending.is_sync) {
    ++syncs_;
    answers_asked_for_ = true;
  }
  pending_.push_back(std::move(pending));
}

void Connection::start() {
  if (PQflush(handle_) < 0) lose(first_line(PQerrorMessage(handle_)));
}

void Connection::start_answering() {
  check_sent(PQsendFlushRequest(handle_));
  answers_asked_for_ = true;
  start();
}

void Connection::take(PGresult* result, Pending& pending, std::optional<Failure>& first) {
  OwnedResult owned(result);
  switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      if (!pending.handler || first) return;
      try {
        pending.handler(Rows(owned.release()));
      } catch (const Failure& failure) {
        first = failure;
      }
      return;
    default:
      // A statement that was not prepared is sent again the next time.
      if (pending.prepares) prepared_.erase(pending.prepares);
      if (first) return;
      if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
        first = Failure(Error::Kind::unavailable, "journal: what was sent before it has failed");
        return;
      }
      first = failure_of(result);
      if (first->lost()) lost_ = true;
  }
}

void Connection::take_next(std::optional<Failure>& first) {
  Pending pending = std::move(pending_.front());
  pending_.pop_front();
  if (pending.handler) --handlers_;
  if (pending.is_sync) {
    --syncs_;
    take_end(pending, first);
    return;
  }
  for (;;) {
    wait_until_answered();
    PGresult* result = PQgetResult(handle_);
    if (!result) return;
    take(result, pending, first);
    if (lost()) throw Failure(first ? *first : failure_of(nullptr));
  }
}

// Statements outside of a transaction are committed by the sync, which then answers with what
// refuses them: PostgreSQL looks only there whether a notification can be kept.
void Connection::take_end(Pending& pending, std::optional<Failure>& first) {
  wait_until_answered();
  OwnedResult end(PQgetResult(handle_));
  if (PQresultStatus(end.get()) == PGRES_FATAL_ERROR) {
    take(end.release(), pending, first);
    if (lost()) throw Failure(*first);
    wait_until_answered();
    if (PQgetResult(handle_) != nullptr) lose("it is out of step");
    wait_until_answered();
    end.reset(PQgetResult(handle_));
  }
  if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) lose("it is out of step");
}

void Connection::hear() {
  if (handlers_ == 0) return;
  if (!answers_asked_for_) start_answering();
  std::optional<Failure> first;
  while (handlers_ > 0) {
    const bool ends = pending_.front().is_sync;
    take_next(first);
    if (ends) first.reset();  // of what nobody waited for
  }
  if (first) throw Failure(*first);
}

void Connection::sync_later() {
  check_sent(PQpipelineSync(handle_));
  add_pending({.is_sync = true});
}

void Connection::sync() {
  if (PQpipelineStatus(handle_) == PQ_PIPELINE_OFF) return;
  sync_later();
  std::optional<Failure> first;
  while (!pending_.empty()) {
    const bool ends = pending_.front().is_sync;
    take_next(first);
    if (ends && !pending_.empty()) first.reset();  // of what nobody waited for
  }
  if (first) throw Failure(*first);
}

Rows Connection::query(std::string_view sql, const Params& params) {
  std::optional<Rows> got;
  send(sql, params, [&got](Rows rows) { got.emplace(std::move(rows)); });
  sync();
  return std::move(*got);
}

void Connection::forget_handlers() {
  for (auto& pending : pending_) pending.handler = nullptr;
  handlers_ = 0;
}

void Connection::wait_for_notifications(Duration time_max, int wake,
                                        const std::function<void(const std::string&)>& heard) {
  leave_pipeline();
  std::array<pollfd, 2> waits{{{PQsocket(handle_), POLLIN, 0}, {wake, POLLIN, 0}}};
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(time_max).count();
  const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(wait_ms));
  if (ready < 0 && errno != EINTR) lose(std::strerror(errno));
  if (ready <= 0 || waits[0].revents == 0) return;
  if (PQconsumeInput(handle_) == 0) lose(first_line(PQerrorMessage(handle_)));
  while (PGnotify* notice = PQnotifies(handle_)) {
    const std::string payload(notice->extra);
    PQfreemem(notice);
    heard(payload);
  }
}

Snapshot::Snapshot(Connection& connection, bool in_bulk) : connection_(connection) {
  connection_.send(sql::begin_read);
  if (in_bulk) connection_.send(sql::read_in_bulk);
}

Snapshot::~Snapshot() {
  // What failed is rolled back by COMMIT too; what is lost has no transaction any more.
  if (connection_.lost()) return;
  connection_.forget_handlers();
  try {
    connection_.send(sql::end_read);
    connection_.sync();
  } catch (const Failure&) {
  }
}

}  // namespace tillbridge::journal::postgres
