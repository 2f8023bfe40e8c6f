// What apply() does for arrivals, records, deliveries and attempts: one statement per kind. What
// the statements find out (what was there before) is counted as the answers come in.

#include <algorithm>

#include "base/assert.h"
#include "journal/postgres/batch.h"
#include "journal/postgres/sql.gen.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::postgres {
namespace {

// A record is new when its id is: an older id that is not there is looked for elsewhere.
constexpr Duration new_id_age_max = std::chrono::hours{1};

template <typename Change>
using ById = std::unordered_map<std::uint64_t, const Part<Change>*>;

template <typename Change>
ById<Change> by_id(const Parts<Change>& parts) {
  ById<Change> all;
  all.reserve(parts.size());
  for (const auto& part : parts) all.emplace(part.change->id.value, &part);
  return all;
}

std::uint64_t id_of(const Row& row) {
  return static_cast<std::uint64_t>(row.integer(0));
}

template <typename Change>
std::uint64_t first_missing(const Parts<Change>& parts, const Rows& rows) {
  std::vector<std::uint64_t> found;
  for (int at = 0; at < rows.size(); ++at) found.push_back(id_of(rows[at]));
  for (const auto& part : parts) {
    if (std::find(found.begin(), found.end(), part.change->id.value) == found.end()) {
      return part.change->id.value;
    }
  }
  return 0;
}

}  // namespace

void PostgresWriter::send_arrivals(const Parts<AddArrival>& parts, Batch& batch) {
  ArrayRows events;
  ArrayRows arrivals;
  ArrayRows payloads;
  for (const auto& part : parts) {
    const auto& a = *part.change;
    if (!a.external_id.empty()) events.add(a.workspace, a.connection, a.external_id, a.id);
    arrivals.add(a.workspace, a.id, a.connection, a.source, a.external_id, a.subject, a.announces,
                 a.state, a.reason, a.received_at, a.happened_at, a.due_at, a.record);
    if (!a.payload.empty()) {
      const auto stored = packer_.pack(a.payload);
      payloads.add(a.workspace, a.id, stored.codec, stored.checksum, Bytes{stored.bytes});
    }
  }
  if (!events.empty()) connection_->send(sql::add_events, events.params());
  connection_->send(sql::add_arrivals, arrivals.params(), [&parts, &batch](const Rows& rows) {
    const auto given = by_id(parts);
    for (int at = 0; at < rows.size(); ++at) {
      const auto& part = *given.at(id_of(rows[at]));
      const auto& a = *part.change;
      const auto state = static_cast<ArrivalState>(rows[at].integer(1));
      if (state == ArrivalState::duplicate && a.state != ArrivalState::duplicate) {
        batch.receipts[part.step].duplicate_arrivals.push_back(a.id);
      }
      batch.counters.add(a.workspace, Counter::arrivals, 1);
      batch.counters.add(a.workspace, state, 1);
      if (is_unfinished(state)) batch.arrivals.push_back(a.id.value);
    }
  });
  if (!payloads.empty()) connection_->send(sql::add_arrival_payloads, payloads.params());
}

void PostgresWriter::send_updates(const Parts<UpdateArrival>& parts, Batch& batch) {
  ArrayRows updates;
  for (const auto& part : parts) {
    const auto& u = *part.change;
    updates.add(part.workspace, u.id, u.state, u.reason, u.record, u.due_at, u.tries);
  }
  connection_->send(sql::update_arrivals, updates.params(), [&parts, &batch](const Rows& rows) {
    if (static_cast<std::size_t>(rows.size()) != parts.size()) {
      corrupt("update of unknown arrival " + text_of(first_missing(parts, rows)));
    }
    const auto given = by_id(parts);
    for (int at = 0; at < rows.size(); ++at) {
      std::uint64_t id = 0;
      std::string workspace;
      auto before = ArrivalState::received;
      rows[at].read(id, workspace, before);
      const auto& u = *given.at(id)->change;
      batch.counters.add(workspace, before, -1);
      batch.counters.add(workspace, u.state, 1);
      if (!is_unfinished(before) && is_unfinished(u.state)) batch.arrivals.push_back(id);
    }
  });
}

void PostgresWriter::send_records(const Parts<PutRecord>& parts, Batch& batch) {
  ArrayRows records;
  ArrayRows all;
  ArrayRows short_keys;
  ArrayRows payloads;
  ArrayRows without_payload;
  for (const auto& part : parts) {
    const auto& r = *part.change;
    const std::string keys = join_keys(r.search_keys);
    records.add(r.workspace, r.id, r.kind, r.key, r.version, r.state, r.reason, r.settings_version,
                r.happened_at, r.changed_at, r.store, r.customer, keys);
    all.add(r.workspace, r.id);
    for (const auto& text : short_texts(keys)) short_keys.add(r.workspace, text, r.id);
    if (r.payload.empty()) {
      without_payload.add(r.workspace, r.id);
    } else {
      const auto stored = packer_.pack(r.payload);
      payloads.add(r.workspace, r.id, stored.codec, stored.checksum, Bytes{stored.bytes});
    }
  }
  connection_->send(sql::put_records, records.params(), [this, &parts, &batch](const Rows& rows) {
    const auto given = by_id(parts);
    for (int at = 0; at < rows.size(); ++at) {
      take_record(*given.at(id_of(rows[at]))->change, rows[at], batch);
    }
  });
  connection_->send(sql::remove_short_texts, all.params());
  if (!short_keys.empty()) connection_->send(sql::add_short_texts, short_keys.params());
  if (!payloads.empty()) connection_->send(sql::put_payloads, payloads.params());
  if (!without_payload.empty()) connection_->send(sql::remove_payloads, without_payload.params());
}

void PostgresWriter::take_record(const PutRecord& r, const Row& row, Batch& batch) {
  const auto key = row.bytes(1);
  // Who read the record before it was erased does not know its new key, which stays.
  if (key != r.key && key != storable(r.key) && key != erased_name(r.id.value)) {
    corrupt("record " + text_of(r.id.value) + " is " + std::string(key) + " and cannot become " +
            r.key);
  }
  const auto before = row.integer(2);
  if (before != 0) {
    batch.counters.add(r.workspace, static_cast<RecordState>(before), -1);
  } else {
    batch.counters.add(r.workspace, Counter::records, 1);
    batch.tallies.added(r);
    if (instant_of(r.id.value) + new_id_age_max < r.changed_at) {
      batch.doubtful.emplace_back(r.id.value, r.workspace);
    }
  }
  batch.counters.add(r.workspace, r.state, 1);
}

void PostgresWriter::send_deliveries(const Parts<AddDelivery>& parts, Batch& batch) {
  ArrayRows deliveries;
  ArrayRows payloads;
  for (const auto& part : parts) {
    const auto& d = *part.change;
    if (d.parts.empty() || d.parts.size() > parts_max) {
      corrupt("delivery " + d.effect + " has " + text_of(d.parts.size()) +
              " parts, 1 to 64 are allowed");
    }
    deliveries.add(d.workspace, d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority,
                   d.on_reject, d.settle, d.state, d.reason, d.due_at, d.happened_at,
                   d.settings_version, d.parts.size());
    const std::string body = join_parts(d.parts);
    const auto stored = packer_.pack(body);
    payloads.add(d.workspace, d.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  connection_->send(sql::add_deliveries, deliveries.params(), [&parts, &batch](const Rows& rows) {
    std::vector<std::uint64_t> stored;
    for (int at = 0; at < rows.size(); ++at) stored.push_back(id_of(rows[at]));
    std::sort(stored.begin(), stored.end());
    for (const auto& part : parts) {
      const auto& d = *part.change;
      if (!std::binary_search(stored.begin(), stored.end(), d.id.value)) {
        batch.receipts[part.step].existing_deliveries.push_back(d.id);
        continue;
      }
      batch.counters.add(d.workspace, Counter::deliveries, 1);
      batch.counters.add(d.workspace, d.state, 1);
      batch.tallies.added(d);
      if (is_unfinished(d.state)) batch.deliveries.push_back(d.id.value);
    }
  });
  connection_->send(sql::add_delivery_payloads, payloads.params());
}

void PostgresWriter::send_parts(const Parts<ReplaceDeliveryParts>& parts) {
  ArrayRows deliveries;
  ArrayRows payloads;
  for (const auto& part : parts) {
    const auto& change = *part.change;
    if (change.parts.empty() || change.parts.size() > parts_max) {
      corrupt("new parts of delivery " + text_of(change.id.value) + ": " +
              text_of(change.parts.size()) + ", 1 to 64 are allowed");
    }
    deliveries.add(part.workspace, change.id, change.parts.size(), change.settings_version);
    const std::string body = join_parts(change.parts);
    const auto stored = packer_.pack(body);
    payloads.add(part.workspace, change.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  connection_->send(sql::replace_parts, deliveries.params());
  connection_->send(sql::replace_part_payloads, payloads.params());
}

void PostgresWriter::send_updates(const Parts<UpdateDelivery>& parts, Batch& batch) {
  ArrayRows updates;
  for (const auto& part : parts) {
    const auto& u = *part.change;
    updates.add(part.workspace, u.id, u.state, u.reason, u.due_at, u.attempts, u.parts_done);
  }
  connection_->send(sql::update_deliveries, updates.params(), [&parts, &batch](const Rows& rows) {
    if (static_cast<std::size_t>(rows.size()) != parts.size()) {
      corrupt("update of unknown delivery " + text_of(first_missing(parts, rows)));
    }
    const auto given = by_id(parts);
    for (int at = 0; at < rows.size(); ++at) {
      std::uint64_t id = 0;
      std::string workspace;
      std::string connection;
      auto before = DeliveryState::waiting;
      Instant happened_at;
      rows[at].read(id, workspace, before, connection, happened_at);
      const auto state = given.at(id)->change->state;
      batch.tallies.moved(workspace, connection, happened_at, before, state);
      batch.counters.add(workspace, before, -1);
      batch.counters.add(workspace, state, 1);
      batch.deliveries.push_back(id);
    }
  });
}

void PostgresWriter::send_attempts(const Parts<AddAttempt>& parts, Batch& batch) {
  ArrayRows attempts;
  for (const auto& part : parts) {
    const auto& a = *part.change;
    attempts.add(part.workspace, a.delivery, a.number, a.trigger, a.at, a.took, a.outcome,
                 a.http_status, a.reason, a.parts_sent);
  }
  connection_->send(sql::add_attempts, attempts.params(), [&parts, &batch](const Rows& rows) {
    if (static_cast<std::size_t>(rows.size()) != parts.size()) {
      corrupt("attempt of an unknown delivery, one of " +
              text_of(parts.front().change->delivery.value) + " and others");
    }
    for (int at = 0; at < rows.size(); ++at) {
      batch.counters.add(std::string(rows[at].bytes(1)), Counter::attempts, 1);
    }
  });
}

}  // namespace tillbridge::journal::postgres
