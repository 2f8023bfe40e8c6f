#pragma once
// Rows as the reader's statements select them, column by column. Internal to journal/postgres.

#include <vector>

#include "journal/postgres/connection.h"
#include "journal/search_keys.h"
#include "journal/views.h"

namespace tillbridge::journal::postgres {

inline RecordRow record_of(const Row& row) {
  RecordRow r;
  std::string keys;
  row.read(r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version,
           r.happened_at, r.changed_at, r.store, r.customer, keys);
  r.search_keys = split_keys(keys);
  return r;
}

inline ArrivalRow arrival_of(const Row& row) {
  ArrivalRow a;
  row.read(a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces,
           a.state, a.reason, a.received_at, a.happened_at, a.due_at, a.tries);
  return a;
}

inline DeliveryRow delivery_of(const Row& row) {
  DeliveryRow d;
  row.read(d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason,
           d.due_at, d.happened_at, d.attempts, d.parts_done, d.settings_version);
  return d;
}

inline CaseRow case_of(const Row& row) {
  CaseRow c;
  row.read(c.id, c.workspace, c.type, c.group, c.owner, c.record, c.delivery, c.arrival,
           c.record_key, c.opened_at, c.due_at, c.closed_at, c.reason, c.note);
  return c;
}

inline CaseGroupRow case_group_of(const Row& row) {
  CaseGroupRow g;
  row.read(g.id, g.workspace, g.type, g.group, g.state, g.owner, g.assignee, g.opened_at, g.due_at,
           g.last_at, g.closed_at, g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason,
           g.record_key);
  return g;
}

inline AuditRow audit_of(const Row& row) {
  AuditRow a;
  row.read(a.id, a.workspace, a.at, a.by, a.act, a.subject, a.about, a.before, a.after, a.result);
  return a;
}

inline OpenArrival open_arrival_of(const Row& row) {
  OpenArrival a;
  row.read(a.id, a.workspace, a.connection, a.subject, a.announces, a.source, a.received_at,
           a.happened_at, a.due_at, a.tries);
  return a;
}

inline OpenDelivery open_delivery_of(const Row& row) {
  OpenDelivery d;
  row.read(d.id, d.record, d.workspace, d.connection, d.flow, d.store, d.lane, d.priority,
           d.on_reject, d.settle, d.state, d.due_at, d.happened_at, d.attempts, d.attempts_made,
           d.parts_done, d.parts);
  return d;
}

template <typename RowType>
std::vector<RowType> all_of(const Rows& rows, RowType (*read)(const Row&)) {
  std::vector<RowType> all;
  all.reserve(static_cast<std::size_t>(rows.size()));
  for (int at = 0; at < rows.size(); ++at) all.push_back(read(rows[at]));
  return all;
}

}  // namespace tillbridge::journal::postgres
