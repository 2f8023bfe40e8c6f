// Retention: what the writer does when nobody waits for it. Workspace by workspace.

#include "journal/postgres/batch.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {

std::uint64_t PostgresWriter::retire_class(std::string_view sql, const std::string& workspace,
                                           std::uint64_t below, std::uint64_t rows) {
  return static_cast<std::uint64_t>(
      connection_->query(sql, Params(workspace, below, rows)).changed());
}

Result<std::uint64_t> PostgresWriter::retire(const Retention& retention, Instant now,
                                             std::uint64_t rows_max) {
  const auto payload = lowest_id_at(now - retention.payload);
  const auto metadata = lowest_id_at(now - retention.metadata);
  const auto audit = lowest_id_at(now - retention.audit);
  const auto work = [&] {
    std::uint64_t gone = 0;
    CounterChanges counters;
    std::vector<std::string> workspaces;
    const auto names = connection_->query(sql::workspaces);
    for (int at = 0; at < names.size(); ++at) workspaces.emplace_back(names[at].bytes(0));
    connection_->send(sql::begin);
    const auto each = [&](const auto& take) {
      for (const auto& name : workspaces) {
        if (gone < rows_max) gone += take(name, rows_max - gone);
      }
    };
    const auto remove = [&](std::string_view sql, std::uint64_t below) {
      each([&](const std::string& workspace, std::uint64_t rows) {
        return retire_class(sql, workspace, below, rows);
      });
    };
    remove(sql::retire_payloads, payload);
    // Records go last: they stay while an arrival or delivery points at them.
    each([&](const std::string& workspace, std::uint64_t rows) {
      return retire_arrivals(workspace, metadata, rows, counters);
    });
    each([&](const std::string& workspace, std::uint64_t rows) {
      return retire_deliveries(workspace, metadata, rows, counters);
    });
    each([&](const std::string& workspace, std::uint64_t rows) {
      return retire_records(workspace, metadata, rows, counters);
    });
    remove(sql::retire_notes, metadata);
    remove(sql::retire_audit_notes, audit);
    remove(sql::retire_cases, audit);
    remove(sql::retire_case_groups, audit);  // after their cases
    remove(sql::retire_audits, audit);
    remove(sql::retire_tallies, static_cast<std::uint64_t>(hour_of(now - retention.metadata)));
    remove(sql::retire_settings, static_cast<std::uint64_t>(to_unix_us(now - retention.audit)));
    send_counters(counters);
    connection_->send(sql::commit);
    connection_->sync();
    return gone;
  };
  return guarded([&] {
    connect();
    try {
      return work();
    } catch (const Failure& failure) {
      if (failure.lost() || connection_->lost()) {
        drop_connection(failure.what());
      } else {
        roll_back();
      }
      throw;
    } catch (...) {
      drop_connection("an unexpected error within a batch");
      throw;
    }
  });
}

std::uint64_t PostgresWriter::retire_arrivals(const std::string& workspace, std::uint64_t below,
                                              std::uint64_t rows, CounterChanges& counters) {
  const auto old = connection_->query(sql::retire_arrivals, Params(workspace, below, rows));
  if (old.empty()) return 0;
  ArrayRows payloads;
  ArrayRows events;
  for (int at = 0; at < old.size(); ++at) {
    std::uint64_t id = 0;
    std::string connection;
    std::string external_id;
    auto state = ArrivalState::resolved;
    old[at].read(id, connection, external_id, state);
    payloads.add(workspace, id);
    events.add(workspace, connection, external_id, id);
    counters.add(workspace, Counter::arrivals, -1);
    counters.add(workspace, state, -1);
  }
  connection_->send(sql::remove_payloads, payloads.params());
  connection_->send(sql::remove_events, events.params());
  return static_cast<std::uint64_t>(old.size());
}

std::uint64_t PostgresWriter::retire_deliveries(const std::string& workspace, std::uint64_t below,
                                                std::uint64_t rows, CounterChanges& counters) {
  const auto old = connection_->query(sql::retire_deliveries, Params(workspace, below, rows));
  if (old.empty()) return 0;
  ArrayRows payloads;
  ArrayRows deliveries;
  OpenLists open;
  for (int at = 0; at < old.size(); ++at) {
    std::uint64_t id = 0;
    auto state = DeliveryState::delivered;
    old[at].read(id, state);
    payloads.add(workspace, id);
    deliveries.add(workspace, id);
    open.moved(workspace, id, state, std::nullopt);
    counters.add(workspace, Counter::deliveries, -1);
    counters.add(workspace, state, -1);
  }
  connection_->send(sql::remove_payloads, payloads.params());
  send_open(open.changes());
  const auto attempts = connection_->query(sql::remove_attempts, deliveries.params());
  counters.add(workspace, Counter::attempts, -attempts.size());
  return static_cast<std::uint64_t>(old.size());
}

std::uint64_t PostgresWriter::retire_records(const std::string& workspace, std::uint64_t below,
                                             std::uint64_t rows, CounterChanges& counters) {
  const auto old = connection_->query(sql::retire_records, Params(workspace, below, rows));
  if (old.empty()) return 0;
  ArrayRows payloads;
  ArrayRows records;
  for (int at = 0; at < old.size(); ++at) {
    std::uint64_t id = 0;
    auto state = RecordState::planned;
    old[at].read(id, state);
    payloads.add(workspace, id);
    records.add(workspace, id);
    counters.add(workspace, Counter::records, -1);
    counters.add(workspace, state, -1);
  }
  connection_->send(sql::remove_payloads, payloads.params());
  connection_->send(sql::remove_short_texts, records.params());
  return static_cast<std::uint64_t>(old.size());
}

}  // namespace tillbridge::journal::postgres
