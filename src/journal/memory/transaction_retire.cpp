// Retention in the memory store.

#include "journal/memory/transaction.h"

namespace tillbridge::journal::memory {

bool Transaction::body_is_needed(std::uint64_t id) const {
  if (const auto a = data_.arrivals.find(id); a != data_.arrivals.end() && is_needed(a->second)) {
    return true;
  }
  if (const auto d = data_.deliveries.find(id);
      d != data_.deliveries.end() && is_needed(d->second)) {
    return true;
  }
  const auto r = data_.records.find(id);
  if (r == data_.records.end()) return false;
  if (is_needed(r->second)) return true;
  for (auto at = data_.deliveries_of_record.lower_bound({id, 0});
       at != data_.deliveries_of_record.end() && at->first == id; ++at) {
    if (data_.unfinished_deliveries.contains(at->second)) return true;
  }
  return false;
}

// remove says whether it took the row.
template <typename Map, typename Remove>
void Transaction::retire_from(const Map& map, std::uint64_t below, const Remove& remove) {
  for (auto at = map.begin(); at != map.end() && at->first < below && left_ > 0;) {
    const auto [id, row] = *at++;
    if (remove(id, row)) --left_;
  }
}

void Transaction::retire_rows(std::uint64_t metadata) {
  retire_from(data_.arrivals, metadata, [&](auto id, const StoredArrival& a) {
    if (is_needed(a)) return false;
    const Key3 event(a.row.workspace, a.row.connection, a.row.external_id);
    if (const auto e = data_.event_ids.find(event); e != data_.event_ids.end() && e->second == id) {
      changes_.remove(data_.event_ids, event);
    }
    changes_.remove(data_.duplicates,
                    std::tuple(a.row.workspace, a.row.connection, a.row.external_id, id));
    if (a.record) changes_.remove(data_.arrivals_of_record, std::pair(a.record->value, id));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.arrivals, id);
    counters_.add(a.row.workspace, Counter::arrivals, -1);
    counters_.add(a.row.workspace, a.row.state, -1);
    return true;
  });
  retire_from(data_.deliveries, metadata, [&](auto id, const StoredDelivery& d) {
    if (is_needed(d)) return false;
    for (auto a = data_.attempts.lower_bound({id, 0});
         a != data_.attempts.end() && a->first.first == id;) {
      changes_.remove(data_.attempts, (a++)->first);
      counters_.add(d.workspace, Counter::attempts, -1);
    }
    changes_.remove(data_.effects, Key3(d.workspace, d.row.connection, d.row.effect));
    changes_.remove(data_.deliveries_of_record, std::pair(d.row.record.value, id));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.deliveries, id);
    counters_.add(d.workspace, Counter::deliveries, -1);
    counters_.add(d.workspace, d.row.state, -1);
    return true;
  });
  retire_from(data_.records, metadata, [&](auto id, const RecordRow& r) {
    if (is_needed(r) || any_of(data_.arrivals_of_record, id) ||
        any_of(data_.deliveries_of_record, id)) {
      return false;
    }
    changes_.remove(data_.record_keys, Key2(r.workspace, r.key));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.records, id);
    counters_.add(r.workspace, Counter::records, -1);
    counters_.add(r.workspace, r.state, -1);
    return true;
  });
}

void Transaction::retire_desk(std::uint64_t metadata, std::uint64_t audit,
                              const Retention& retention, Instant now) {
  retire_from(data_.notes, metadata, [&](auto id, const StoredNote& n) {
    if (n.row.kind == "audit" && id >= audit) return false;
    changes_.remove(data_.notes_of_subject, std::pair(n.row.subject, id));
    changes_.remove(data_.notes, id);
    return true;
  });
  retire_from(data_.cases, audit, [&](auto id, const StoredCase& c) {
    if (!c.row.closed_at) return false;
    changes_.remove(data_.cases, id);
    changes_.remove(data_.cases_of_group, std::pair(c.group.value, id));
    return true;
  });
  retire_from(data_.groups, audit, [&](auto id, const StoredGroup& g) {
    if (is_open(g.row.state) || any_of(data_.cases_of_group, id)) return false;
    changes_.remove(data_.group_names, Key3(g.row.workspace, g.row.type, g.row.group));
    changes_.remove(data_.groups, id);
    return true;
  });
  retire_from(data_.audits, audit, [&](auto id, const AuditRow&) {
    changes_.remove(data_.audits, id);
    return true;
  });
  for (auto at = data_.settings.begin(); at != data_.settings.end() && left_ > 0;) {
    const auto next = std::next(at);
    const bool newest = next == data_.settings.end() || next->first.first != at->first.first;
    if (!newest && at->second.at < now - retention.audit) {
      changes_.remove(data_.settings, at->first);
      --left_;
    }
    at = next;
  }
  const auto oldest = hour_of(now - retention.metadata);
  for (auto at = data_.tallies.begin(); at != data_.tallies.end() && left_ > 0;) {
    const auto key = (at++)->first;
    if (key.hour >= oldest) continue;
    changes_.remove(data_.tallies, key);
    --left_;
  }
}

std::uint64_t Transaction::retire(const Retention& retention, Instant now, std::uint64_t rows_max) {
  left_ = rows_max;
  const auto metadata = lowest_id_at(now - retention.metadata);
  const auto audit = lowest_id_at(now - retention.audit);
  retire_from(data_.bodies, lowest_id_at(now - retention.payload), [&](auto id, const Body&) {
    if (body_is_needed(id)) return false;
    changes_.remove(data_.bodies, id);
    return true;
  });
  retire_rows(metadata);
  retire_desk(metadata, audit, retention, now);
  return rows_max - left_;
}

}  // namespace tillbridge::journal::memory
