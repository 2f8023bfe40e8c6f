#pragma once
// Rows as the reader's statements select them, column by column. Internal to journal/sqlite.

#include <string>
#include <utility>
#include <vector>

#include "journal/search_keys.h"
#include "journal/sqlite/connection.h"
#include "journal/views.h"

namespace tillbridge::journal::sqlite {

inline RecordRow record_of(const Rows& rows) {
  RecordRow r;
  std::string keys;
  rows.read(r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version,
            r.happened_at, r.changed_at, r.store, r.customer, keys);
  r.search_keys = split_keys(keys);
  return r;
}

inline ArrivalRow arrival_of(const Rows& rows) {
  ArrivalRow a;
  rows.read(a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces,
            a.state, a.reason, a.received_at, a.happened_at, a.due_at, a.tries);
  return a;
}

inline DeliveryRow delivery_of(const Rows& rows) {
  DeliveryRow d;
  rows.read(d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason,
            d.due_at, d.happened_at, d.attempts, d.parts_done, d.settings_version);
  return d;
}

inline CaseRow case_of(const Rows& rows) {
  CaseRow c;
  rows.read(c.id, c.workspace, c.type, c.group, c.owner, c.record, c.delivery, c.arrival,
            c.record_key, c.opened_at, c.due_at, c.closed_at, c.reason, c.note);
  return c;
}

template <typename Row>
void append(std::vector<Row>& to, Rows rows, Row (*read)(const Rows&)) {
  while (rows.next()) to.push_back(read(rows));
}

inline CaseGroupRow case_group_of(const Rows& rows) {
  CaseGroupRow g;
  rows.read(g.id, g.workspace, g.type, g.group, g.state, g.owner, g.assignee, g.opened_at, g.due_at,
            g.last_at, g.closed_at, g.closed_by, g.escalation, g.reopened, g.open, g.total,
            g.reason, g.record_key);
  return g;
}

inline AuditRow audit_of(const Rows& rows) {
  AuditRow a;
  rows.read(a.id, a.workspace, a.at, a.by, a.act, a.subject, a.about, a.before, a.after, a.result);
  return a;
}

}  // namespace tillbridge::journal::sqlite
