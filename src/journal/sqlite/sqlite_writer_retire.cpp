// Retention and backup: what the writer does when nobody waits for it.

#include <filesystem>

#include <sqlite3.h>
#include <unistd.h>

#include "journal/sqlite/search_index.h"
#include "journal/sqlite/sqlite_writer.h"
#include "journal/sqlite/writer_statements.h"

namespace tillbridge::journal::sqlite {
namespace {

constexpr int backup_pages_per_step = 512;

}  // namespace

Result<std::uint64_t> SqliteWriter::retire(const Retention& retention, Instant now,
                                           std::uint64_t rows_max) {
  return guarded([&] {
    const auto payload = lowest_id_at(now - retention.payload);
    const auto metadata = lowest_id_at(now - retention.metadata);
    const auto audit = lowest_id_at(now - retention.audit);
    auto& sql = *retire_sql_;
    std::uint64_t gone = 0;
    CounterChanges counters;
    Transaction transaction(*connection_, Transaction::Kind::write);
    const auto remove = [&](Statement& statement, auto below) {
      if (gone >= rows_max) return;
      statement.run(below, rows_max - gone);
      gone += static_cast<std::uint64_t>(connection_->changes());
    };
    remove(sql.payloads, payload);
    // Records go last: they stay while an arrival or delivery points at them.
    if (gone < rows_max) gone += retire_arrivals(metadata, rows_max - gone, counters);
    if (gone < rows_max) gone += retire_deliveries(metadata, rows_max - gone, counters);
    if (gone < rows_max) gone += retire_records(metadata, rows_max - gone, counters);
    remove(sql.notes, metadata);
    remove(sql.audit_notes, audit);
    remove(sql.cases, audit);
    remove(sql.case_groups, audit);  // after their cases
    remove(sql.audits, audit);
    remove(sql.tallies, hour_of(now - retention.metadata));
    remove(sql.settings, to_unix_us(now - retention.audit));
    flush(counters);
    transaction.commit();
    return gone;
  });
}

std::uint64_t SqliteWriter::retire_arrivals(std::uint64_t below, std::uint64_t rows,
                                            CounterChanges& counters) {
  struct OldArrival {
    ArrivalId id;
    std::string workspace;
    std::string connection;
    std::string external_id;
    ArrivalState state = ArrivalState::resolved;
  };
  std::vector<OldArrival> old;
  {
    auto found = retire_sql_->old_arrivals.rows(below, rows);
    while (found.next()) {
      auto& o = old.emplace_back();
      found.read(o.id, o.workspace, o.connection, o.external_id, o.state);
    }
  }
  for (const auto& o : old) {
    sql_->remove_payload.run(o.id);
    // A duplicate shares the event id with its original, whose key stays as long as that does.
    retire_sql_->remove_event.run(o.workspace, o.connection, o.external_id, o.id);
    retire_sql_->remove_arrival.run(o.id);
    counters.add(o.workspace, Counter::arrivals, -1);
    counters.add(o.workspace, o.state, -1);
  }
  return old.size();
}

std::uint64_t SqliteWriter::retire_deliveries(std::uint64_t below, std::uint64_t rows,
                                              CounterChanges& counters) {
  struct OldDelivery {
    DeliveryId id;
    std::string workspace;
    DeliveryState state = DeliveryState::delivered;
  };
  std::vector<OldDelivery> old;
  {
    auto found = retire_sql_->old_deliveries.rows(below, rows);
    while (found.next()) {
      auto& o = old.emplace_back();
      found.read(o.id, o.workspace, o.state);
    }
  }
  for (const auto& o : old) {
    sql_->remove_payload.run(o.id);
    retire_sql_->remove_attempts.run(o.id);
    counters.add(o.workspace, Counter::attempts, -connection_->changes());
    retire_sql_->remove_delivery.run(o.id);
    counters.add(o.workspace, Counter::deliveries, -1);
    counters.add(o.workspace, o.state, -1);
  }
  return old.size();
}

std::uint64_t SqliteWriter::retire_records(std::uint64_t below, std::uint64_t rows,
                                           CounterChanges& counters) {
  struct OldRecord {
    RecordId id;
    std::string workspace;
    RecordState state = RecordState::planned;
    std::string keys;
  };
  std::vector<OldRecord> old;
  {
    auto found = retire_sql_->old_records.rows(below, rows);
    while (found.next()) {
      auto& o = old.emplace_back();
      found.read(o.id, o.workspace, o.state, o.keys);
    }
  }
  for (const auto& o : old) {
    sql_->remove_payload.run(o.id);
    search_->remove(o.id, o.keys);
    retire_sql_->remove_record.run(o.id);
    counters.add(o.workspace, Counter::records, -1);
    counters.add(o.workspace, o.state, -1);
  }
  return old.size();
}

// From a read-only connection of its own with one snapshot for the whole copy: the writer goes on,
// and the copy does not start over at each commit. The log cannot shrink meanwhile.
Result<void> SqliteWriter::backup(const std::string& target_file,
                                  std::function<void(double done)> progress) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(target_file, ignored)) {
    return fail(Error::Kind::invalid_input, target_file + " exists; a backup never overwrites");
  }
  const std::string partial = target_file + ".partial";
  fs::remove(partial, ignored);
  TB_CHECK(create_private(partial));
  auto outcome = guarded([&] {
    Connection source(file_, Connection::Mode::read_only, vfs_);
    Transaction snapshot(source, Transaction::Kind::read);
    source.first_integer("SELECT count(*) FROM pause");  // the snapshot begins with the first read
    Connection target(partial, Connection::Mode::read_write, "");
    target.run("PRAGMA synchronous = FULL");
    auto* copy = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
    if (!copy) target.raise(sqlite3_errcode(target.handle()), "backup");
    int code = SQLITE_OK;
    while ((code = sqlite3_backup_step(copy, backup_pages_per_step)) == SQLITE_OK ||
           code == SQLITE_BUSY || code == SQLITE_LOCKED) {
      const int total = sqlite3_backup_pagecount(copy);
      if (progress && total > 0) {
        progress(1.0 - static_cast<double>(sqlite3_backup_remaining(copy)) / total);
      }
    }
    sqlite3_backup_finish(copy);
    if (code != SQLITE_DONE) target.raise(code, "backup");
    // Back to one file: closing leaves no log beside the copy.
    target.run("PRAGMA journal_mode = DELETE");
    if (const auto verdict = target.first_text("PRAGMA quick_check(1)"); verdict != "ok") {
      throw Failure(Error::Kind::corrupt, "backup: the copy is damaged: " + verdict);
    }
  });
  if (!outcome) {
    fs::remove(partial, ignored);
    return fail(std::move(outcome.error()));
  }
  std::error_code failed;
  fs::rename(partial, target_file, failed);
  if (failed) return fail(Error::Kind::unavailable, target_file + ": " + failed.message());
  if (progress) progress(1.0);
  return sync_folder_of(target_file);
}

}  // namespace tillbridge::journal::sqlite
