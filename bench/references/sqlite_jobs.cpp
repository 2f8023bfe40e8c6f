// The whole life of a job in raw SQLite, the floor under every hub on this machine: insert of a
// 1 KB row, read of what is due, finish, attempt row; 100 jobs per transaction, WAL,
// synchronous=FULL, one thread. sqlite_jobs FILE SECONDS

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "references/job_life.h"

namespace {

using namespace tillbridge::bench;

class RawJobs {
 public:
  explicit RawJobs(const char* file) : body_(body_bytes, 'x') {
    check(sqlite3_open(file, &db_) == SQLITE_OK);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE job(id INTEGER PRIMARY KEY, state INTEGER, due INTEGER, body BLOB);"
        "CREATE INDEX open_job ON job(due) WHERE state = 0;"
        "CREATE TABLE attempt(job INTEGER, number INTEGER, outcome TEXT, PRIMARY KEY(job, number)) "
        "WITHOUT ROWID;");
    prepare(insert_, "INSERT INTO job VALUES(?1, 0, ?1, ?2)");
    prepare(claim_, "SELECT id, body FROM job WHERE state = 0 AND due <= ?1 ORDER BY due LIMIT ?2");
    prepare(finish_, "UPDATE job SET state = 1 WHERE id = ?1");
    prepare(attempt_, "INSERT INTO attempt VALUES(?1, 1, 'delivered')");
  }
  ~RawJobs() {
    for (sqlite3_stmt* statement : {insert_, claim_, finish_, attempt_})
      sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  RawJobs(const RawJobs&) = delete;
  RawJobs& operator=(const RawJobs&) = delete;

  void live_one_group() {
    run("BEGIN IMMEDIATE");
    for (int i = 0; i < rows_per_transaction; ++i) {
      sqlite3_bind_int64(insert_, 1, ++last_);
      sqlite3_bind_blob(insert_, 2, body_.data(), static_cast<int>(body_.size()), SQLITE_STATIC);
      step(insert_);
    }
    run("COMMIT");
    claim();
    run("BEGIN IMMEDIATE");
    for (const sqlite3_int64 id : claimed_) {
      sqlite3_bind_int64(finish_, 1, id);
      step(finish_);
      sqlite3_bind_int64(attempt_, 1, id);
      step(attempt_);
    }
    run("COMMIT");
  }

  JobLife count() {
    JobLife life;
    life.jobs = static_cast<std::uint64_t>(last_);
    life.finished = number("SELECT count(*) FROM job WHERE state = 1");
    life.attempts = number("SELECT count(*) FROM attempt");
    return life;
  }

 private:
  void check(bool ok) const {
    if (!ok) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  void run(const char* sql) {
    check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  void prepare(sqlite3_stmt*& statement, const char* sql) {
    check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK);
  }
  void step(sqlite3_stmt* statement) {
    check(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
  }
  // One process owns the file, so a claim is a read: nobody else could take the rows.
  void claim() {
    claimed_.clear();
    sqlite3_bind_int64(claim_, 1, last_);
    sqlite3_bind_int(claim_, 2, rows_per_transaction);
    while (sqlite3_step(claim_) == SQLITE_ROW) {
      claimed_.push_back(sqlite3_column_int64(claim_, 0));
      claimed_body_.assign(static_cast<const char*>(sqlite3_column_blob(claim_, 1)),
                           static_cast<std::size_t>(sqlite3_column_bytes(claim_, 1)));
    }
    sqlite3_reset(claim_);
  }
  std::uint64_t number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    prepare(statement, sql);
    check(sqlite3_step(statement) == SQLITE_ROW);
    const auto value = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return value;
  }

  std::string body_, claimed_body_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *claim_ = nullptr, *finish_ = nullptr, *attempt_ = nullptr;
  std::vector<sqlite3_int64> claimed_;
  sqlite3_int64 last_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: sqlite_jobs FILE SECONDS\n");
    return 2;
  }
  try {
    RawJobs jobs(argv[1]);
    const std::uint64_t started = monotonic_ns();
    const auto until = started + static_cast<std::uint64_t>(std::atof(argv[2]) * 1e9);
    while (monotonic_ns() < until) jobs.live_one_group();
    const double seconds = static_cast<double>(monotonic_ns() - started) / 1e9;
    JobLife life = jobs.count();
    life.seconds = seconds;
    return print_job_life(life) ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "sqlite_jobs: {}\n", error.what());
    return 1;
  }
}
