// Connection's rows in bulk: COPY in both directions.

#include <memory>
#include <optional>

#include <libpq-fe.h>

#include "journal/postgres/connection.h"

namespace tillbridge::journal::postgres {

void Connection::begin_copy(const std::string& sql, int expected) {
  leave_pipeline();
  check_sent(PQsendQuery(handle_, sql.c_str()));
  wait_until_answered();
  PGresult* result = PQgetResult(handle_);
  if (PQresultStatus(result) == static_cast<ExecStatusType>(expected)) {
    PQclear(result);
    return;
  }
  const Failure failure = failure_of(result);
  PQclear(result);
  finish_command();
  throw Failure(failure);
}

void Connection::flush() {
  const Tick deadline = SystemClock().tick() + answer_time_max_;
  for (;;) {
    const int unsent = PQflush(handle_);
    if (unsent < 0) lose(PQerrorMessage(handle_));
    if (unsent == 0) return;
    wait_for_socket(true, deadline);
  }
}

// The answers up to the end of the command; the first failure among them is thrown.
void Connection::finish_command() {
  std::optional<Failure> first;
  for (;;) {
    wait_until_answered();
    PGresult* result = PQgetResult(handle_);
    if (!result) break;
    if (PQresultStatus(result) == PGRES_FATAL_ERROR && !first) first = failure_of(result);
    PQclear(result);
    if (lost()) break;
  }
  if (!first) return;
  if (first->lost()) lost_ = true;
  throw Failure(*first);
}

void Connection::begin_copy_in(const std::string& sql) {
  begin_copy(sql, PGRES_COPY_IN);
}

void Connection::put_copy(std::string_view data) {
  check_sent(PQputCopyData(handle_, data.data(), static_cast<int>(data.size())));
  flush();
}

void Connection::end_copy_in() {
  check_sent(PQputCopyEnd(handle_, nullptr));
  finish_command();
}

void Connection::copy_out(const std::string& sql,
                          const std::function<bool(std::string_view)>& on_data) {
  begin_copy(sql, PGRES_COPY_OUT);
  bool wanted = true;
  for (;;) {
    char* data = nullptr;
    const int size = PQgetCopyData(handle_, &data, 1);
    if (size == 0) {
      wait_for_socket(false, SystemClock().tick() + answer_time_max_);
      continue;
    }
    if (size < 0) break;  // the end or a failure: finish_command() says which
    const std::unique_ptr<char, void (*)(void*)> owned(data, PQfreemem);
    if (wanted) wanted = on_data({data, static_cast<std::size_t>(size)});
  }
  finish_command();
}

}  // namespace tillbridge::journal::postgres
