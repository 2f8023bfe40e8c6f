// The whole life of a job in raw libpq pipeline mode, over one connection: pipelined inserts of
// 1 KB rows, a SKIP LOCKED claim, pipelined finishes and attempt rows; 100 jobs per transaction,
// each group synced by the server (synchronous_commit=on). postgres_jobs CONNINFO SECONDS

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "references/job_life.h"

namespace {

using namespace tillbridge::bench;

class RawJobs {
 public:
  explicit RawJobs(const char* conninfo) : body_(body_bytes, 'x'), db_(PQconnectdb(conninfo)) {
    if (PQstatus(db_) != CONNECTION_OK) fail();
    run("DROP TABLE IF EXISTS job, attempt");
    run("CREATE TABLE job(id bigint PRIMARY KEY, state smallint NOT NULL, body text NOT NULL)");
    run("CREATE INDEX open_job ON job(id) WHERE state = 0");
    run("CREATE TABLE attempt(job bigint, number int, outcome text, PRIMARY KEY(job, number))");
    prepare("add", "INSERT INTO job VALUES($1, 0, $2)");
    prepare("claim",
            "UPDATE job SET state = 1 WHERE id IN (SELECT id FROM job WHERE state = 0 "
            "ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id, body");
    prepare("finish", "UPDATE job SET state = 2 WHERE id = $1");
    prepare("attempt", "INSERT INTO attempt VALUES($1, 1, 'delivered')");
    if (PQenterPipelineMode(db_) != 1) fail();
  }
  ~RawJobs() { PQfinish(db_); }
  RawJobs(const RawJobs&) = delete;
  RawJobs& operator=(const RawJobs&) = delete;

  void live_one_group() {
    for (int i = 0; i < rows_per_transaction; ++i)
      send("add", {std::to_string(++last_).c_str(), body_.c_str()});
    sync();
    send("claim", {});
    const std::vector<std::string> claimed = sync();
    if (claimed.size() != rows_per_transaction) throw std::runtime_error("a claim came short");
    for (const std::string& id : claimed) {
      send("finish", {id.c_str()});
      send("attempt", {id.c_str()});
    }
    sync();
  }

  JobLife count() {
    if (PQexitPipelineMode(db_) != 1) fail();
    JobLife life;
    life.jobs = last_;
    life.finished = number("SELECT count(*) FROM job WHERE state = 2");
    life.attempts = number("SELECT count(*) FROM attempt");
    return life;
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(PQerrorMessage(db_)); }

  void run(const char* sql) {
    PGresult* result = PQexec(db_, sql);
    const bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!ok) fail();
  }
  void prepare(const char* name, const char* sql) {
    PGresult* result = PQprepare(db_, name, sql, 0, nullptr);
    const bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!ok) fail();
  }
  void send(const char* name, std::initializer_list<const char*> values) {
    if (PQsendQueryPrepared(db_, name, static_cast<int>(values.size()), values.begin(), nullptr,
                            nullptr, 0) != 1)
      fail();
    ++under_way_;
  }
  // One commit for everything since the last one; the first column of all rows that came back.
  std::vector<std::string> sync() {
    if (PQpipelineSync(db_) != 1) fail();
    std::vector<std::string> ids;
    for (; under_way_ > 0; --under_way_) {
      PGresult* result = PQgetResult(db_);
      const ExecStatusType status = PQresultStatus(result);
      for (int row = 0; status == PGRES_TUPLES_OK && row < PQntuples(result); ++row)
        ids.emplace_back(PQgetvalue(result, row, 0));
      PQclear(result);
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
      PQclear(PQgetResult(db_));
    }
    PGresult* end = PQgetResult(db_);
    const bool synced = PQresultStatus(end) == PGRES_PIPELINE_SYNC;
    PQclear(end);
    if (!synced) fail();
    return ids;
  }
  std::uint64_t number(const char* sql) {
    PGresult* result = PQexec(db_, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) fail();
    const std::uint64_t value = std::strtoull(PQgetvalue(result, 0, 0), nullptr, 10);
    PQclear(result);
    return value;
  }

  std::string body_;
  PGconn* db_;
  std::uint64_t last_ = 0;
  int under_way_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: postgres_jobs CONNINFO SECONDS\n");
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
    fmt::print(stderr, "postgres_jobs: {}\n", error.what());
    return 1;
  }
}
