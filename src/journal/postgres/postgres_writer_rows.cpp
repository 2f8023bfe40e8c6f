// What apply() does for arrivals, records, deliveries and attempts: one statement per kind. What
// the statements find out (what was there before) is counted as the answers come in.

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_set>

#include "base/assert.h"
#include "journal/postgres/batch.h"
#include "journal/postgres/newness.h"
#include "journal/postgres/row_array.h"
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

// The changes in the order of their keys, as the database compares them (bytes); of one key in the
// order of their steps.
template <typename Change, typename KeyOf>
std::vector<const Part<Change>*> in_order(const Parts<Change>& parts, const KeyOf& key_of) {
  std::vector<const Part<Change>*> all;
  all.reserve(parts.size());
  for (const auto& part : parts) all.push_back(&part);
  std::sort(all.begin(), all.end(), [&](const auto* a, const auto* b) {
    const auto& left = key_of(*a->change);
    const auto& right = key_of(*b->change);
    return left != right ? left < right : std::less<>()(a, b);
  });
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

// Who was first with each event? Those that were not are in batch.duplicates after the next sync().
// False when there is nothing to ask.
bool PostgresWriter::send_events(const Parts<AddArrival>& parts, Batch& batch) {
  batch.duplicates.clear();
  std::vector<std::uint64_t> asked;
  bool are_new = batch.guesses;
  const AddArrival* before = nullptr;
  RowArray events(types_.event);
  const auto by_event = [](const AddArrival& a) {
    return std::tie(a.workspace, a.external_id, a.connection);
  };
  for (const auto* part : in_order(parts, by_event)) {
    const auto& a = *part->change;
    if (a.external_id.empty()) continue;
    are_new = are_new && is_opaque(a.external_id) && !(before && by_event(*before) == by_event(a));
    before = &a;
    events.add(a.workspace, a.connection, a.external_id, a.id);
    asked.push_back(a.id.value);
  }
  if (events.empty()) return false;
  if (are_new) {
    connection_->send(sql::add_new_events, events.params());
    return false;
  }
  const auto take = [&batch, asked = std::move(asked)](const Rows& rows) {
    batch.duplicates.insert(asked.begin(), asked.end());
    for (int at = 0; at < rows.size(); ++at) batch.duplicates.erase(id_of(rows[at]));
    batch.has_duplicates = batch.has_duplicates || !batch.duplicates.empty();
  };
  connection_->send(sql::add_events, events.params(), take);
  return true;
}

void PostgresWriter::send_arrivals(const Parts<AddArrival>& parts, Batch& batch) {
  RowArray arrivals(types_.arrival);
  for (const auto& part : parts) {
    const auto& a = *part.change;
    const bool known = batch.duplicates.contains(a.id.value);
    const auto state = known ? ArrivalState::duplicate : a.state;
    const auto record = known ? std::nullopt : a.record;
    arrivals.add(a.workspace, a.id, a.connection, a.source, a.external_id, a.subject, a.announces,
                 state, a.reason, a.received_at, a.happened_at, a.due_at, record);
    if (known && a.state != ArrivalState::duplicate) {
      batch.receipts[part.step].duplicate_arrivals.push_back(a.id);
    }
    batch.counters.add(a.workspace, Counter::arrivals, 1);
    batch.counters.add(a.workspace, state, 1);
    if (is_unfinished(state)) batch.arrivals.push_back(a.id.value);
  }
  connection_->send(sql::add_arrivals, arrivals.params());
}

void PostgresWriter::send_updates(const Parts<UpdateArrival>& parts, Batch& batch) {
  RowArray updates(types_.arrival_update);
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
      auto before = ArrivalState::received;
      rows[at].read(id, before);
      const auto& part = *given.at(id);
      const auto& u = *part.change;
      const std::string workspace(part.workspace);
      batch.counters.add(workspace, before, -1);
      batch.counters.add(workspace, u.state, 1);
      if (!is_unfinished(before) && is_unfinished(u.state)) batch.arrivals.push_back(id);
    }
  });
}

void PostgresWriter::send_records(const Parts<PutRecord>& parts, Batch& batch) {
  RowArray records(types_.record);
  RowArray new_records(types_.record);
  ArrayRows short_keys;
  RowArray payloads(types_.payload);
  RowArray new_payloads(types_.payload);
  const auto by_key = [](const PutRecord& r) { return std::tie(r.workspace, r.key); };
  for (const auto* part : in_order(parts, by_key)) {
    const auto& r = *part->change;
    const bool is_new = batch.guesses && has_new_id(r, batch.highest_record);
    if (is_new) take_new_record(r, batch);
    const std::string keys = join_keys(r.search_keys);
    (is_new ? new_records : records)
        .add(r.workspace, r.id, r.kind, r.key, r.version, r.state, r.reason, r.settings_version,
             r.happened_at, r.changed_at, r.store, r.customer, keys);
    for (const auto& text : short_texts(keys)) short_keys.add(r.workspace, text, r.id);
    if (r.payload.empty()) continue;
    const auto stored = packer_.pack(r.payload);
    (is_new ? new_payloads : payloads)
        .add(r.workspace, r.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  if (!new_records.empty()) connection_->send(sql::add_new_records, new_records.params());
  if (!new_payloads.empty()) connection_->send(sql::add_payloads, new_payloads.params());
  if (!records.empty()) {
    connection_->send(sql::put_records, records.params(), [this, &parts, &batch](const Rows& rows) {
      const auto given = by_id(parts);
      for (int at = 0; at < rows.size(); ++at) {
        take_record(*given.at(id_of(rows[at]))->change, rows[at], batch);
      }
    });
  }
  if (!short_keys.empty()) connection_->send(sql::add_short_texts, short_keys.params());
  if (!payloads.empty()) connection_->send(sql::put_payloads, payloads.params());
}

void PostgresWriter::take_new_record(const PutRecord& r, Batch& batch) {
  batch.new_records.emplace(r.id.value, r.key);
  batch.counters.add(r.workspace, Counter::records, 1);
  batch.counters.add(r.workspace, r.state, 1);
  batch.tallies.added(r);
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
    batch.replaced.push_back(&r);
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

void PostgresWriter::take_new_delivery(const AddDelivery& d, Batch& batch) {
  batch.counters.add(d.workspace, Counter::deliveries, 1);
  batch.counters.add(d.workspace, d.state, 1);
  batch.tallies.added(d);
  batch.open.moved(d.workspace, d.id.value, std::nullopt, d.state);
  if (is_unfinished(d.state)) batch.deliveries.push_back(d.id.value);
}

void PostgresWriter::send_deliveries(const Parts<AddDelivery>& parts, Batch& batch) {
  RowArray deliveries(types_.delivery);
  RowArray new_deliveries(types_.delivery);
  Parts<AddDelivery> asked;
  const auto by_effect = [](const AddDelivery& d) {
    return std::tie(d.workspace, d.connection, d.effect);
  };
  for (const auto* part : in_order(parts, by_effect)) {
    const auto& d = *part->change;
    check_parts(d.parts, "delivery " + d.effect);
    const auto record = batch.new_records.find(d.record.value);
    const bool is_new =
        record != batch.new_records.end() && is_named_after(d.effect, record->second);
    is_new ? take_new_delivery(d, batch) : asked.push_back(*part);
    (is_new ? new_deliveries : deliveries)
        .add(d.workspace, d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority,
             d.on_reject, d.settle, d.state, d.reason, d.due_at, d.happened_at, d.settings_version,
             d.parts.size());
  }
  if (!new_deliveries.empty()) {
    connection_->send(sql::add_new_deliveries, new_deliveries.params());
  }
  if (asked.empty()) return;
  const auto take = [parts = std::move(asked), &batch](const Rows& rows) {
    std::vector<std::uint64_t> stored;
    for (int at = 0; at < rows.size(); ++at) stored.push_back(id_of(rows[at]));
    std::sort(stored.begin(), stored.end());
    for (const auto& part : parts) {
      const auto& d = *part.change;
      if (!std::binary_search(stored.begin(), stored.end(), d.id.value)) {
        batch.receipts[part.step].existing_deliveries.push_back(d.id);
        batch.not_stored.push_back(&d);
        continue;
      }
      take_new_delivery(d, batch);
    }
  };
  connection_->send(sql::add_deliveries, deliveries.params(), take);
}

void PostgresWriter::send_updates(const Parts<UpdateDelivery>& parts, Batch& batch) {
  RowArray updates(types_.delivery_update);
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
      std::string connection;
      auto before = DeliveryState::waiting;
      Instant happened_at;
      rows[at].read(id, before, connection, happened_at);
      const auto& part = *given.at(id);
      const std::string workspace(part.workspace);
      const auto state = part.change->state;
      batch.tallies.moved(workspace, connection, happened_at, before, state);
      batch.counters.add(workspace, before, -1);
      batch.counters.add(workspace, state, 1);
      batch.open.moved(workspace, id, before, state);
      batch.deliveries.push_back(id);
    }
  });
}

// Those of deliveries that the same wave changes are of known ones: the change has found them.
void PostgresWriter::send_attempts(const Wave& wave, Batch& batch) {
  std::unordered_set<std::uint64_t> found;
  for (const auto& part : wave.delivery_updates) found.insert(part.change->id.value);
  RowArray attempts(types_.attempt);
  RowArray of_known(types_.attempt);
  for (const auto& part : wave.attempts) {
    const auto& a = *part.change;
    auto& to = found.contains(a.delivery.value) ? attempts : of_known;
    to.add(part.workspace, a.delivery, a.number, a.trigger, a.at, a.took, a.outcome, a.http_status,
           a.reason, a.parts_sent);
    batch.counters.add(std::string(part.workspace), Counter::attempts, 1);
  }
  if (!attempts.empty()) connection_->send(sql::add_attempts, attempts.params());
  if (of_known.empty()) return;
  const auto check = [&wave, size = of_known.size()](const Rows& rows) {
    if (static_cast<std::size_t>(rows.changed()) == size) return;
    corrupt("attempt of an unknown delivery, one of " +
            text_of(wave.attempts.front().change->delivery.value) + " and others");
  };
  connection_->send(sql::add_attempts_of_known, of_known.params(), check);
}

// What only the answers have told. For new records and effects, nearly all, there is nothing to do.
void PostgresWriter::send_follow_up(Batch& batch) {
  ArrayRows records;
  ArrayRows short_keys;
  ArrayRows without_body;
  for (const auto* r : batch.replaced) {
    records.add(r->workspace, r->id);
    for (const auto& text : short_texts(join_keys(r->search_keys))) {
      short_keys.add(r->workspace, text, r->id);
    }
    if (r->payload.empty()) without_body.add(r->workspace, r->id);
  }
  for (const auto* d : batch.not_stored) without_body.add(d->workspace, d->id);
  if (!records.empty()) connection_->send(sql::remove_short_texts, records.params());
  if (!short_keys.empty()) connection_->send(sql::add_short_texts, short_keys.params());
  if (!without_body.empty()) connection_->send(sql::remove_payloads, without_body.params());
  batch.replaced.clear();
  batch.not_stored.clear();
}

}  // namespace tillbridge::journal::postgres
