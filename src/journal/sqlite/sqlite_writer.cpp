#include "journal/sqlite/sqlite_writer.h"

#include <algorithm>

#include <sqlite3.h>

#include "base/assert.h"
#include "journal/erasure.h"
#include "journal/search_keys.h"
#include "journal/sqlite/refusal.h"
#include "journal/sqlite/search_index.h"
#include "journal/sqlite/sqlite_store.h"
#include "journal/sqlite/writer_statements.h"
#include "telemetry/log.h"

namespace tillbridge::journal::sqlite {
namespace {

// STACK "Checkpoint placement": every 1,000 pages the stall stays in the tens of milliseconds.
constexpr int checkpoint_pages = 1'000;
// Zeroes are written over what a transaction with an erasure removes, wherever it lay; other
// transactions do that only within pages that are written anyway (format.md "Erasure").
class EraseMode {
 public:
  EraseMode(Connection& connection, std::span<const Step> steps)
      : connection_(connection), on_(std::any_of(steps.begin(), steps.end(), [](const Step& step) {
          return !step.erased.empty();
        })) {
    if (on_) connection_.run("PRAGMA secure_delete = ON");
  }
  ~EraseMode() {
    if (!on_) return;
    const auto outcome = guarded([this] { connection_.run("PRAGMA secure_delete = FAST"); });
    TB_ASSERT(outcome.has_value());  // it only sets a flag in memory
  }
  EraseMode(const EraseMode&) = delete;
  EraseMode& operator=(const EraseMode&) = delete;

 private:
  Connection& connection_;
  bool on_;
};

}  // namespace

SqliteWriter::SqliteWriter(std::shared_ptr<LogGathering> gathering,
                           std::unique_ptr<Connection> connection, const SqliteSettings& settings,
                           std::shared_ptr<LockFile> lock)
    : lock_(std::move(lock)),
      file_(settings.file),
      vfs_(settings.vfs),
      gathering_(std::move(gathering)),
      connection_(std::move(connection)),
      search_(std::make_unique<SearchIndex>(*connection_, settings.search_batch)),
      sql_(std::make_unique<Statements>(*connection_)),
      retire_sql_(std::make_unique<RetireStatements>(*connection_)) {
  // Also stops SQLite's own checkpoints inside COMMIT: maintain() chooses the moment.
  sqlite3_wal_hook(
      connection_->handle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &wal_pages_);
}

SqliteWriter::~SqliteWriter() = default;

Result<std::vector<Receipt>> SqliteWriter::apply(std::span<const Step> steps) {
  return guarded([&] {
    std::vector<Receipt> receipts(steps.size());
    CounterChanges counters;
    TallyChanges tallies;
    const EraseMode mode(*connection_, steps);
    Transaction transaction(*connection_, Transaction::Kind::write);
    for (std::size_t at = 0; at < steps.size(); ++at) {
      apply_one(steps[at], receipts[at], counters, tallies);
    }
    flush(counters);
    flush(tallies);
    transaction.commit();
    return receipts;
  });
}

void SqliteWriter::apply_one(const Step& step, Receipt& receipt, CounterChanges& counters,
                             TallyChanges& tallies) {
  for (const auto& arrival : step.arrivals) add(arrival, receipt, counters);
  if (step.only_if_fresh && !receipt.duplicate_arrivals.empty()) return;
  for (const auto& change : step.arrival_updates) update(change, counters);
  for (const auto& record : step.records) put(record, counters, tallies);
  for (const auto& delivery : step.deliveries) add(delivery, receipt, counters, tallies);
  for (const auto& change : step.delivery_parts) replace(change);
  for (const auto& change : step.delivery_updates) update(change, counters, tallies);
  for (std::size_t at = 0; at < step.attempts.size(); ++at) {
    const AddAttempt& a = step.attempts[at];
    const std::string workspace = workspace_of(a, step, at);
    insert(
        [&] {
          sql_->add_attempt.run(a.delivery, a.number, a.trigger, a.at, a.took, a.outcome,
                                a.http_status, a.reason, a.parts_sent);
        },
        [&] { return "attempt of delivery " + text_of(a.delivery.value); });
    counters.add(workspace, Counter::attempts, 1);
  }
  for (const auto& opened : step.cases) open(opened, counters);
  for (const auto& closed : step.closed_cases) close(closed, counters);
  for (const auto& change : step.case_groups) update(change, counters);
  for (const auto& n : step.notes) {
    insert([&] { sql_->add_note.run(n.id, n.workspace, n.subject, n.at, n.kind, n.text); },
           [&] { return "note " + text_of(n.id.value); });
  }
  for (const auto& c : step.cursors) sql_->set_cursor.run(c.workspace, c.name, c.value);
  for (const auto& f : step.facts) {
    if (f.value.empty()) {
      sql_->forget_fact.run(f.workspace, f.connection, f.key);
    } else {
      sql_->put_fact.run(f.workspace, f.connection, f.key, f.value, f.changed_at);
    }
  }
  for (const auto& p : step.pauses) {
    if (p.paused) {
      sql_->set_pause.run(p.workspace, p.connection, p.at, p.by, p.reason);
    } else {
      sql_->lift_pause.run(p.workspace, p.connection);
    }
  }
  for (const auto& s : step.settings) {
    insert([&] { sql_->put_settings.run(s.workspace, s.version, s.at, s.by, s.document); },
           [&] { return "settings version " + text_of(s.version) + " of " + s.workspace; });
  }
  for (const auto& audit : step.audits) add(audit);
  for (const auto& erased : step.erased) erase(erased, counters);
}

// A courier's step updates the delivery beside its attempt: then it has been looked up already.
std::string SqliteWriter::workspace_of(const AddAttempt& a, const Step& step, std::size_t at) {
  const auto& updates = step.delivery_updates;
  if (!a.workspace.empty() && at < updates.size() && updates[at].id == a.delivery)
    return a.workspace;
  auto before = sql_->delivery_before.rows(a.delivery);
  if (!before.next()) corrupt("attempt of unknown delivery " + text_of(a.delivery.value));
  return std::string(before.bytes(0));
}

void SqliteWriter::add(const AddArrival& a, Receipt& receipt, CounterChanges& counters) {
  auto state = a.state;
  if (!a.external_id.empty()) {
    sql_->add_event.run(a.workspace, a.connection, a.external_id, a.id);
    if (connection_->changes() == 0) {
      state = ArrivalState::duplicate;
      receipt.duplicate_arrivals.push_back(a.id);
    }
  }
  const auto name = [&] { return "arrival " + text_of(a.id.value); };
  const auto record = state == ArrivalState::duplicate ? std::nullopt : a.record;
  insert(
      [&] {
        sql_->add_arrival.run(a.id, a.workspace, a.connection, a.source, a.external_id, a.subject,
                              a.announces, state, a.reason, a.received_at, a.happened_at, a.due_at,
                              record);
        if (state != ArrivalState::duplicate && !a.payload.empty()) {
          const auto stored = packer_.pack(a.payload);
          sql_->add_payload.run(a.id, stored.codec, stored.checksum, Blob{stored.bytes});
        }
      },
      name);
  counters.add(a.workspace, Counter::arrivals, 1);
  counters.add(a.workspace, state, 1);
}

void SqliteWriter::update(const UpdateArrival& change, CounterChanges& counters) {
  std::string workspace;
  auto before = ArrivalState::received;
  {
    auto rows = sql_->arrival_before.rows(change.id);
    if (!rows.next()) corrupt("update of unknown arrival " + text_of(change.id.value));
    rows.read(workspace, before);
  }
  sql_->update_arrival.run(change.id, change.state, change.reason, change.record, change.due_at,
                           change.tries);
  counters.add(workspace, before, -1);
  counters.add(workspace, change.state, 1);
}

void SqliteWriter::put(const PutRecord& r, CounterChanges& counters, TallyChanges& tallies) {
  const std::string keys = join_keys(r.search_keys);
  std::optional<RecordState> before;
  std::string keys_before;
  {
    auto rows = sql_->record_before.rows(r.id);
    if (rows.next()) {
      std::string workspace;
      std::string key;
      rows.read(workspace, key, before, keys_before);
      // Who read the record before it was erased does not know its new key, which stays.
      const bool same = key == r.key || key == erased_name(r.id.value);
      if (workspace != r.workspace || !same) {
        corrupt("record " + text_of(r.id.value) + " is " + key + " and cannot become " + r.key);
      }
    }
  }
  if (before) {
    sql_->update_record.run(r.id, r.kind, r.version, r.state, r.reason, r.settings_version,
                            r.happened_at, r.changed_at, r.store, r.customer, keys);
    counters.add(r.workspace, *before, -1);
  } else {
    insert(
        [&] {
          sql_->add_record.run(r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason,
                               r.settings_version, r.happened_at, r.changed_at, r.store, r.customer,
                               keys);
        },
        [&] { return "record " + r.key + " of " + r.workspace + " under a new id"; });
    counters.add(r.workspace, Counter::records, 1);
    tallies.added(r);
  }
  counters.add(r.workspace, r.state, 1);
  // Rewriting unchanged keys would cost more than all the rest of the update.
  if (keys != keys_before) {
    if (before) search_->remove(r.id, keys_before);
    search_->add(r.id, r.workspace, keys);
  }
  if (r.payload.empty()) {
    if (before) sql_->remove_payload.run(r.id);
    return;
  }
  const auto stored = packer_.pack(r.payload);
  auto& statement = before ? sql_->replace_payload : sql_->add_payload;
  insert([&] { statement.run(r.id, stored.codec, stored.checksum, Blob{stored.bytes}); },
         [&] { return "record " + r.key + ": its id " + text_of(r.id.value) + " is in use"; });
}

void SqliteWriter::add(const AddDelivery& d, Receipt& receipt, CounterChanges& counters,
                       TallyChanges& tallies) {
  if (d.parts.empty() || d.parts.size() > parts_max) {
    corrupt("delivery " + d.effect + " has " + text_of(d.parts.size()) +
            " parts, 1 to 64 are allowed");
  }
  const auto name = [&] { return "delivery " + d.effect + " (" + text_of(d.id.value) + ")"; };
  insert(
      [&] {
        sql_->add_delivery.run(d.id, d.workspace, d.record, d.connection, d.flow, d.effect, d.lane,
                               d.priority, d.on_reject, d.settle, d.state, d.reason, d.due_at,
                               d.happened_at, d.settings_version, d.parts.size());
      },
      name);
  if (connection_->changes() == 0) {
    receipt.existing_deliveries.push_back(d.id);
    return;
  }
  const std::string body = join_parts(d.parts);
  const auto stored = packer_.pack(body);
  insert([&] { sql_->add_payload.run(d.id, stored.codec, stored.checksum, Blob{stored.bytes}); },
         name);
  counters.add(d.workspace, Counter::deliveries, 1);
  counters.add(d.workspace, d.state, 1);
  tallies.added(d);
}

void SqliteWriter::update(const UpdateDelivery& change, CounterChanges& counters,
                          TallyChanges& tallies) {
  std::string workspace;
  std::string connection;
  Instant happened_at;
  auto before = DeliveryState::waiting;
  {
    auto rows = sql_->delivery_before.rows(change.id);
    if (!rows.next()) corrupt("update of unknown delivery " + text_of(change.id.value));
    rows.read(workspace, before, connection, happened_at);
  }
  tallies.moved(workspace, connection, happened_at, before, change.state);
  sql_->update_delivery.run(change.id, change.state, change.reason, change.due_at, change.attempts,
                            change.parts_done);
  counters.add(workspace, before, -1);
  counters.add(workspace, change.state, 1);
}

void SqliteWriter::flush(const CounterChanges& counters) {
  for (const auto& [workspace, values] : counters.by_workspace()) {
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (values[at] != 0) sql_->add_to_counter.run(workspace, at, values[at]);
    }
  }
}

void SqliteWriter::flush(const TallyChanges& tallies) {
  for (const auto& [key, value] : tallies.values()) {
    if (value != 0) sql_->add_to_tally.run(key.workspace, key.hour, key.name, value);
  }
}

void SqliteWriter::maintain() {
  if (search_->is_behind()) {
    const auto outcome = guarded([this] { search_->catch_up(); });
    // What is pending is found nevertheless, and the next batch tries again.
    if (!outcome) {
      const bool damaged = outcome.error().kind == Error::Kind::corrupt;
      telemetry::log(damaged ? telemetry::Level::error : telemetry::Level::warning,
                     "journal_search_index_failed",
                     {{"reason", outcome.error().what},
                      {"do", damaged ? "run tillbridge journal verify; searches get slower"
                                     : "nothing, unless it goes on"}});
    }
  }
  checkpoint();
}

void SqliteWriter::checkpoint() {
  if (wal_pages_ < checkpoint_pages) return;
  int pages_left = 0;
  int pages_done = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, &pages_left, &pages_done);
  wal_pages_ = 0;  // the next commit says how many there are
  if (code == SQLITE_OK || code == SQLITE_BUSY) return;
  const auto outcome = guarded([&] { connection_->raise(code, "checkpoint"); });
  // A full disk can fail a checkpoint without harm: the pages stay in the log.
  if (!outcome) {
    telemetry::log(telemetry::Level::warning, "journal_checkpoint_failed",
                   {{"reason", outcome.error().what}});
  }
}

}  // namespace tillbridge::journal::sqlite
