// The life of an order in the journal against the whole job life in raw SQLite (insert, finish,
// attempt row), both with synchronous=FULL and 100 per transaction, in turns within one run.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/ids.h"
#include "journal/sqlite/sqlite_store.h"

namespace {

using namespace tillbridge;

constexpr int per_commit = 100;
constexpr int rounds = 5;
constexpr int orders_per_round = 4'000;

const std::string kilobyte(1'000, 'x');

double seconds_of(const SystemClock& clock, Tick since) {
  return std::chrono::duration<double>(clock.tick() - since).count();
}

void run(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(db));
}

class RawJobs {
 public:
  explicit RawJobs(const std::string& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK)
      throw std::runtime_error("cannot open " + file);
    run(db_,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE job(id INTEGER PRIMARY KEY, state INTEGER, due INTEGER, body BLOB);"
        "CREATE INDEX open_job ON job(due) WHERE state = 0;"
        "CREATE TABLE attempt(job INTEGER, number INTEGER, outcome TEXT, PRIMARY KEY(job, number)) "
        "WITHOUT ROWID;");
    prepare(insert_, "INSERT INTO job VALUES(?1, 0, ?1, ?2)");
    prepare(finish_, "UPDATE job SET state = 1 WHERE id = ?1");
    prepare(attempt_, "INSERT INTO attempt VALUES(?1, 1, 'delivered')");
  }
  ~RawJobs() {
    for (sqlite3_stmt* statement : {insert_, finish_, attempt_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  RawJobs(const RawJobs&) = delete;
  RawJobs& operator=(const RawJobs&) = delete;

  void live(int jobs) {
    for (int done = 0; done < jobs; done += per_commit) {
      const sqlite3_int64 first = next_;
      run(db_, "BEGIN IMMEDIATE");
      for (int i = 0; i < per_commit; ++i) {
        sqlite3_bind_int64(insert_, 1, next_++);
        sqlite3_bind_blob(insert_, 2, kilobyte.data(), static_cast<int>(kilobyte.size()),
                          SQLITE_STATIC);
        step(insert_);
      }
      run(db_, "COMMIT");
      run(db_, "BEGIN IMMEDIATE");
      for (sqlite3_int64 id = first; id < next_; ++id) {
        sqlite3_bind_int64(finish_, 1, id);
        step(finish_);
        sqlite3_bind_int64(attempt_, 1, id);
        step(attempt_);
      }
      run(db_, "COMMIT");
    }
  }

 private:
  void prepare(sqlite3_stmt*& statement, const char* sql) {
    if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db_));
  }
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *finish_ = nullptr, *attempt_ = nullptr;
  sqlite3_int64 next_ = 1;
};

class Orders {
 public:
  Orders(const Clock& clock, const std::string& file) : clock_(clock), ids_(clock, 0) {
    journal::sqlite::SqliteSettings settings;
    settings.file = file;
    auto store = journal::sqlite::open(settings, true);
    if (!store) throw std::runtime_error(store.error().what);
    store_ = std::move(*store);
    auto writer = store_->open_writer();
    if (!writer) throw std::runtime_error(writer.error().what);
    writer_ = std::move(*writer);
  }

  void live(int orders) {
    for (int done = 0; done < orders; done += per_commit) {
      std::vector<journal::Step> arrivals, plans, outcomes;
      for (int i = 0; i < per_commit; ++i)
        add_order(arrivals.emplace_back(), plans.emplace_back(), outcomes.emplace_back());
      apply(arrivals);
      apply(plans);
      apply(outcomes);
    }
  }

 private:
  void add_order(journal::Step& arrived, journal::Step& planned, journal::Step& sent) {
    const std::string number = std::to_string(++orders_);
    journal::AddArrival arrival;
    arrival.id = ids_.next<ArrivalId>();
    arrival.workspace = "bench";
    arrival.connection = "sitoo";
    arrival.external_id = "event-" + number;
    arrival.subject = "order/" + number;
    arrival.received_at = arrival.due_at = clock_.now();
    arrival.payload = kilobyte.substr(0, 250);
    arrived.arrivals.push_back(arrival);

    journal::PutRecord record;
    record.id = ids_.next<RecordId>();
    record.workspace = "bench";
    record.kind = "sale";
    record.key = arrival.subject;
    record.state = journal::RecordState::planned;
    record.happened_at = record.changed_at = clock_.now();
    record.search_keys = {"order:" + number, "email:customer" + number + "@example.org"};
    record.payload = kilobyte;
    journal::AddDelivery delivery;
    delivery.id = ids_.next<DeliveryId>();
    delivery.workspace = "bench";
    delivery.record = record.id;
    delivery.connection = "bloomreach";
    delivery.flow = "sale_to_bloomreach";
    delivery.effect = "sale/" + number;
    delivery.lane = "customer/" + number;
    delivery.due_at = delivery.happened_at = clock_.now();
    delivery.parts = {kilobyte};
    journal::UpdateArrival resolved;
    resolved.id = arrival.id;
    resolved.state = journal::ArrivalState::resolved;
    resolved.record = record.id;
    planned.records.push_back(std::move(record));
    planned.deliveries.push_back(delivery);
    planned.arrival_updates.push_back(std::move(resolved));

    journal::UpdateDelivery delivered;
    delivered.id = delivery.id;
    delivered.state = journal::DeliveryState::delivered;
    delivered.attempts = 1;
    delivered.parts_done = 1;
    journal::AddAttempt attempt;
    attempt.delivery = delivery.id;
    attempt.at = clock_.now();
    attempt.outcome = "delivered";
    attempt.http_status = 200;
    sent.delivery_updates.push_back(std::move(delivered));
    sent.attempts.push_back(std::move(attempt));
  }

  void apply(const std::vector<journal::Step>& steps) {
    const auto applied = writer_->apply(steps);
    if (!applied) throw std::runtime_error(applied.error().what);
    writer_->maintain();
  }

  const Clock& clock_;
  IdSource ids_;
  std::unique_ptr<journal::Store> store_;
  std::unique_ptr<journal::Writer> writer_;
  std::uint64_t orders_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  char folder[] = "tillbridge-bench-XXXXXX";
  const std::filesystem::path dir = ::mkdtemp(folder);
  int exit_code = 0;
  try {
    const SystemClock clock;
    RawJobs raw((dir / "raw.db").string());
    Orders orders(clock, (dir / "bench.journal").string());
    std::vector<double> raw_rates, order_rates, ratios;
    for (int round = 0; round < rounds; ++round) {
      const Tick raw_start = clock.tick();
      raw.live(orders_per_round);
      raw_rates.push_back(orders_per_round / seconds_of(clock, raw_start));
      const Tick order_start = clock.tick();
      orders.live(orders_per_round);
      order_rates.push_back(orders_per_round / seconds_of(clock, order_start));
      ratios.push_back(order_rates.back() / raw_rates.back());
    }
    if (json) {
      fmt::print("{{\"orders_per_s\":{:.0f},\"raw_jobs_per_s\":{:.0f},\"ratio\":{:.3f}}}\n",
                 median(order_rates), median(raw_rates), median(ratios));
    } else {
      fmt::print(
          "orders through the journal {:>8.0f}/s\nraw SQLite job life        {:>8.0f}/s\nratio "
          "(median of {} rounds) {:.3f}\n",
          median(order_rates), median(raw_rates), rounds, median(ratios));
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "journal_bench: {}\n", error.what());
    exit_code = 1;
  }
  std::filesystem::remove_all(dir);
  return exit_code;
}
