-- What people see and do: case groups, the audit trail, totals per hour (journal/format.md).

CREATE TABLE case_group (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  type TEXT NOT NULL,
  group_ TEXT NOT NULL,
  state INTEGER NOT NULL,
  owner TEXT NOT NULL,
  assignee TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_by TEXT NOT NULL,
  escalation INTEGER NOT NULL,
  reopened INTEGER NOT NULL,
  open INTEGER NOT NULL,
  total INTEGER NOT NULL,
  reason TEXT NOT NULL,
  record INTEGER
) STRICT;
CREATE UNIQUE INDEX case_group_name ON case_group (workspace, type, group_);
CREATE INDEX case_group_open ON case_group (workspace, due_at, id) WHERE state < 10;
CREATE INDEX case_group_closed ON case_group (workspace, id) WHERE state >= 10;

-- Cases that are closed already stay without a group.
INSERT INTO case_group (id, workspace, type, group_, state, owner, assignee, opened_at, due_at, last_at, closed_at,
                        closed_by, escalation, reopened, open, total, reason, record)
SELECT oldest.id, oldest.workspace, oldest.type, oldest.group_, 1, oldest.owner, '', oldest.opened_at, g.due_at,
       newest.opened_at, NULL, '', 0, 0, g.cases, g.cases, newest.reason, newest.record
FROM (SELECT min(id) AS oldest, max(id) AS newest, min(due_at) AS due_at, count(*) AS cases
      FROM case_ WHERE closed_at IS NULL GROUP BY workspace, type, group_) g
JOIN case_ oldest ON oldest.id = g.oldest JOIN case_ newest ON newest.id = g.newest;

ALTER TABLE case_ ADD COLUMN case_group INTEGER;
UPDATE case_ SET case_group = (SELECT g.id FROM case_group g
  WHERE g.workspace = case_.workspace AND g.type = case_.type AND g.group_ = case_.group_)
WHERE closed_at IS NULL;
CREATE INDEX case_by_group ON case_ (case_group, id) WHERE case_group IS NOT NULL;
CREATE INDEX case_by_group_open ON case_ (case_group, id) WHERE case_group IS NOT NULL AND closed_at IS NULL;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  act TEXT NOT NULL,
  subject INTEGER NOT NULL,
  about TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  result TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_workspace ON audit (workspace, id);
CREATE INDEX audit_by_subject ON audit (subject, id) WHERE subject <> 0;
CREATE INDEX audit_by_person ON audit (by, id);

CREATE TABLE tally (
  workspace TEXT NOT NULL,
  hour INTEGER NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (workspace, hour, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_by_hour ON tally (hour);

CREATE INDEX delivery_parked ON delivery (workspace, id) WHERE state = 11;
CREATE INDEX delivery_blocked ON delivery (workspace, id) WHERE state = 3;
