#include "journal/memory/transaction.h"

#include "journal/search_keys.h"

namespace tillbridge::journal::memory {

Result<Receipt> Transaction::apply(const Step& step) {
  Receipt receipt;
  for (const auto& a : step.arrivals) TB_CHECK(add(a, receipt));
  if (step.only_if_fresh && !receipt.duplicate_arrivals.empty()) return receipt;
  for (const auto& u : step.arrival_updates) TB_CHECK(update(u));
  for (const auto& r : step.records) TB_CHECK(put(r));
  for (const auto& d : step.deliveries) TB_CHECK(add(d, receipt));
  for (const auto& r : step.delivery_parts) TB_CHECK(replace(r));
  for (const auto& u : step.delivery_updates) TB_CHECK(update(u));
  for (const auto& a : step.attempts) TB_CHECK(add(a));
  for (const auto& c : step.cases) TB_CHECK(open(c));
  for (const auto& c : step.closed_cases) TB_CHECK(close(c));
  for (const auto& u : step.case_groups) TB_CHECK(update(u));
  for (const auto& n : step.notes) {
    if (data_.notes.contains(n.id.value)) return corrupt("note " + text_of(n.id.value));
    changes_.put(data_.notes, n.id.value,
                 StoredNote{{n.at, n.subject, n.kind, n.text}, n.workspace});
    changes_.insert(data_.notes_of_subject, std::pair(n.subject, n.id.value));
  }
  for (const auto& c : step.cursors) {
    changes_.put(data_.cursors, Key2(c.workspace, c.name), c.value);
  }
  for (const auto& f : step.facts) {
    const Key3 key(f.workspace, f.connection, f.key);
    if (f.value.empty()) {
      changes_.remove(data_.facts, key);
    } else {
      changes_.put(data_.facts, key, Fact{f.key, f.value, f.changed_at});
    }
  }
  for (const auto& p : step.pauses) {
    const Key2 key(p.workspace, p.connection);
    if (p.paused) {
      changes_.put(data_.pauses, key, Pause{p.workspace, p.connection, p.at, p.by, p.reason});
    } else {
      changes_.remove(data_.pauses, key);
    }
  }
  for (const auto& s : step.settings) {
    const std::pair key(s.workspace, s.version);
    if (data_.settings.contains(key)) {
      return corrupt("settings version " + text_of(s.version) + " of " + s.workspace);
    }
    changes_.put(data_.settings, key, SettingsVersion{s.version, s.at, s.by, s.document});
  }
  for (const auto& a : step.audits) TB_CHECK(add(a));
  for (const auto& e : step.erased) erase(e);
  return receipt;
}

void Transaction::commit() {
  for (const auto& [workspace, values] : counters_.by_workspace()) {
    auto& totals = data_.counters[workspace];
    for (std::size_t at = 0; at < values.size(); ++at) totals[at] += values[at];
  }
  for (const auto& [key, value] : tallies_.values()) data_.tallies[key] += value;
  changes_.keep();
}

Result<void> Transaction::add_body(std::uint64_t id, std::vector<std::string> parts) {
  if (data_.bodies.contains(id)) return corrupt("id " + text_of(id) + " is in use");
  changes_.put(data_.bodies, id,
               std::make_shared<const std::vector<std::string>>(std::move(parts)));
  return {};
}

void Transaction::mark_unfinished(const StoredArrival& a) {
  const std::tuple subject(a.row.workspace, a.row.subject, a.row.id.value);
  if (is_unfinished(a.row.state)) {
    changes_.insert(data_.unfinished_arrivals, a.row.id.value);
    changes_.insert(data_.unfinished_subjects, subject);
  } else {
    changes_.remove(data_.unfinished_arrivals, a.row.id.value);
    changes_.remove(data_.unfinished_subjects, subject);
  }
}

Result<void> Transaction::add(const AddArrival& a, Receipt& receipt) {
  if (data_.arrivals.contains(a.id.value)) return corrupt("arrival " + text_of(a.id.value));
  StoredArrival stored;
  stored.row = {a.id,        a.workspace, a.connection, a.source,      a.external_id, a.subject,
                a.announces, a.state,     a.reason,     a.received_at, a.happened_at, a.due_at,
                0,           ""};
  const Key3 event(a.workspace, a.connection, a.external_id);
  if (!a.external_id.empty() && data_.event_ids.contains(event)) {
    stored.row.state = ArrivalState::duplicate;
    receipt.duplicate_arrivals.push_back(a.id);
    changes_.insert(data_.duplicates,
                    std::tuple(a.workspace, a.connection, a.external_id, a.id.value));
  } else {
    if (!a.external_id.empty()) changes_.put(data_.event_ids, event, a.id.value);
    if (!a.payload.empty()) TB_CHECK(add_body(a.id.value, {a.payload}));
    stored.record = a.record;
    if (a.record) changes_.insert(data_.arrivals_of_record, std::pair(a.record->value, a.id.value));
  }
  counters_.add(a.workspace, Counter::arrivals, 1);
  counters_.add(a.workspace, stored.row.state, 1);
  mark_unfinished(stored);
  changes_.put(data_.arrivals, a.id.value, std::move(stored));
  return {};
}

Result<void> Transaction::update(const UpdateArrival& u) {
  const auto at = data_.arrivals.find(u.id.value);
  if (at == data_.arrivals.end())
    return corrupt("update of unknown arrival " + text_of(u.id.value));
  StoredArrival stored = at->second;
  counters_.add(stored.row.workspace, stored.row.state, -1);
  stored.row.state = u.state;
  stored.row.reason = u.reason;
  stored.row.due_at = u.due_at;
  stored.row.tries = u.tries;
  if (u.record) {
    if (stored.record) {
      changes_.remove(data_.arrivals_of_record, std::pair(stored.record->value, u.id.value));
    }
    stored.record = u.record;
    changes_.insert(data_.arrivals_of_record, std::pair(u.record->value, u.id.value));
  }
  counters_.add(stored.row.workspace, stored.row.state, 1);
  mark_unfinished(stored);
  changes_.put(data_.arrivals, u.id.value, std::move(stored));
  return {};
}

Result<void> Transaction::put(const PutRecord& r) {
  const auto before = data_.records.find(r.id.value);
  // Who read the record before it was erased does not know its new key, which stays.
  const bool erased =
      before != data_.records.end() && before->second.key == erased_name(r.id.value);
  const std::string key = erased ? before->second.key : r.key;
  const auto same_key = data_.record_keys.find(Key2(r.workspace, key));
  if (same_key != data_.record_keys.end() && same_key->second != r.id.value) {
    return corrupt("record " + r.key + " of " + r.workspace + " under a new id");
  }
  if (before != data_.records.end()) {
    const auto& old = before->second;
    if (old.workspace != r.workspace || old.key != key) {
      return corrupt("record " + text_of(r.id.value) + " is " + old.key + " and cannot become " +
                     r.key);
    }
    counters_.add(r.workspace, old.state, -1);
    changes_.remove(data_.open_records, std::pair(old.workspace, r.id.value));
    changes_.remove(data_.bodies, r.id.value);
  } else {
    counters_.add(r.workspace, Counter::records, 1);
    tallies_.added(r);
    changes_.put(data_.record_keys, Key2(r.workspace, r.key), r.id.value);
  }
  counters_.add(r.workspace, r.state, 1);
  if (r.state == RecordState::open) {
    changes_.insert(data_.open_records, std::pair(r.workspace, r.id.value));
  }
  if (!r.payload.empty()) TB_CHECK(add_body(r.id.value, {r.payload}));
  RecordRow row{r.id,
                r.workspace,
                r.kind,
                key,
                r.version,
                r.state,
                r.reason,
                r.settings_version,
                r.happened_at,
                r.changed_at,
                r.store,
                r.customer,
                split_keys(join_keys(r.search_keys)),
                ""};
  changes_.put(data_.records, r.id.value, std::move(row));
  return {};
}

Result<void> Transaction::add(const AddDelivery& d, Receipt& receipt) {
  if (d.parts.empty() || d.parts.size() > parts_max) {
    return corrupt("delivery " + d.effect + " has " + text_of(d.parts.size()) +
                   " parts, 1 to 64 are allowed");
  }
  const Key3 effect(d.workspace, d.connection, d.effect);
  if (data_.effects.contains(effect)) {
    receipt.existing_deliveries.push_back(d.id);
    return {};
  }
  if (data_.deliveries.contains(d.id.value))
    return corrupt("delivery " + d.effect + " (" + text_of(d.id.value) + ")");
  TB_CHECK(add_body(d.id.value, d.parts));
  StoredDelivery stored;
  stored.row = {
      d.id,    d.record, d.connection, d.flow,        d.effect, d.lane, d.priority,
      d.state, d.reason, d.due_at,     d.happened_at, 0,        0,      d.settings_version,
      {},      {}};
  stored.workspace = d.workspace;
  stored.on_reject = d.on_reject;
  stored.settle = d.settle;
  stored.parts = static_cast<std::uint32_t>(d.parts.size());
  changes_.put(data_.effects, effect, d.id.value);
  changes_.insert(data_.deliveries_of_record, std::pair(d.record.value, d.id.value));
  if (is_unfinished(d.state)) changes_.insert(data_.unfinished_deliveries, d.id.value);
  counters_.add(d.workspace, Counter::deliveries, 1);
  counters_.add(d.workspace, d.state, 1);
  tallies_.added(d);
  changes_.put(data_.deliveries, d.id.value, std::move(stored));
  return {};
}

Result<void> Transaction::update(const UpdateDelivery& u) {
  const auto at = data_.deliveries.find(u.id.value);
  if (at == data_.deliveries.end())
    return corrupt("update of unknown delivery " + text_of(u.id.value));
  StoredDelivery stored = at->second;
  tallies_.moved(stored.workspace, stored.row.connection, stored.row.happened_at, stored.row.state,
                 u.state);
  counters_.add(stored.workspace, stored.row.state, -1);
  stored.row.state = u.state;
  stored.row.reason = u.reason;
  stored.row.due_at = u.due_at;
  stored.row.attempts = u.attempts;
  stored.row.parts_done = u.parts_done;
  counters_.add(stored.workspace, stored.row.state, 1);
  if (is_unfinished(u.state)) {
    changes_.insert(data_.unfinished_deliveries, u.id.value);
  } else {
    changes_.remove(data_.unfinished_deliveries, u.id.value);
  }
  changes_.put(data_.deliveries, u.id.value, std::move(stored));
  return {};
}

Result<void> Transaction::add(const AddAttempt& a) {
  const auto delivery = data_.deliveries.find(a.delivery.value);
  if (delivery == data_.deliveries.end())
    return corrupt("attempt of unknown delivery " + text_of(a.delivery.value));
  const std::pair key(a.delivery.value, a.number);
  if (data_.attempts.contains(key))
    return corrupt("attempt of delivery " + text_of(a.delivery.value));
  changes_.put(data_.attempts, key,
               AttemptRow{a.number, a.trigger, a.at, a.took, a.outcome, a.http_status, a.reason,
                          a.parts_sent});
  counters_.add(delivery->second.workspace, Counter::attempts, 1);
  return {};
}

}  // namespace tillbridge::journal::memory
