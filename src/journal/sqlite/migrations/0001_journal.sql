-- The journal's first shape; every table and column is explained in journal/format.md.
-- Unfinished work has a state below 10 in arrival and delivery: partial indexes cover just that work.

CREATE TABLE arrival (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  connection TEXT NOT NULL,
  source INTEGER NOT NULL,
  external_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  announces TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  happened_at INTEGER,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  record INTEGER
) STRICT;
CREATE INDEX arrival_unfinished ON arrival (workspace, subject) WHERE state < 10;
CREATE INDEX arrival_by_record ON arrival (record) WHERE record IS NOT NULL;
CREATE INDEX arrival_loose ON arrival (workspace, id) WHERE record IS NULL AND state <> 11;
CREATE INDEX arrival_duplicate ON arrival (workspace, connection, external_id) WHERE state = 11;

CREATE TABLE arrival_event (
  workspace TEXT NOT NULL,
  connection TEXT NOT NULL,
  external_id TEXT NOT NULL,
  arrival INTEGER NOT NULL,
  PRIMARY KEY (workspace, connection, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  settings_version INTEGER NOT NULL,
  happened_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  store TEXT NOT NULL,
  customer TEXT NOT NULL,
  search_keys TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_key ON record (workspace, key);
CREATE INDEX record_open ON record (workspace, id) WHERE state = 1;

CREATE VIRTUAL TABLE search USING fts5(
  search_keys, content = 'record', content_rowid = 'id', tokenize = 'trigram', detail = none, columnsize = 0);

CREATE TABLE search_short (
  text TEXT NOT NULL,
  record INTEGER NOT NULL,
  workspace TEXT NOT NULL,
  PRIMARY KEY (text, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  record INTEGER NOT NULL,
  connection TEXT NOT NULL,
  flow TEXT NOT NULL,
  effect TEXT NOT NULL,
  lane TEXT NOT NULL,
  priority INTEGER NOT NULL,
  on_reject INTEGER NOT NULL,
  settle INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  happened_at INTEGER NOT NULL,
  settings_version INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  parts_done INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX delivery_effect ON delivery (workspace, connection, effect);
CREATE INDEX delivery_unfinished ON delivery (id) WHERE state < 10;
CREATE INDEX delivery_by_record ON delivery (record);

CREATE TABLE attempt (
  delivery INTEGER NOT NULL,
  number INTEGER NOT NULL,
  trigger INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took_us INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  reason TEXT NOT NULL,
  parts_sent INTEGER NOT NULL,
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE payload (
  id INTEGER PRIMARY KEY,
  codec INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE case_ (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  type TEXT NOT NULL,
  group_ TEXT NOT NULL,
  owner TEXT NOT NULL,
  record INTEGER,
  delivery INTEGER,
  arrival INTEGER,
  opened_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  closed_at INTEGER,
  closed_by TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX case_open_once ON case_ (workspace, type, group_, ifnull(record, 0)) WHERE closed_at IS NULL;
CREATE INDEX case_open ON case_ (workspace, id) WHERE closed_at IS NULL;
CREATE INDEX case_of_workspace ON case_ (workspace, id);
CREATE INDEX case_by_record ON case_ (record) WHERE record IS NOT NULL;
CREATE INDEX case_by_delivery ON case_ (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX case_by_arrival ON case_ (arrival) WHERE arrival IS NOT NULL;

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL,
  subject INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_subject ON note (subject);
CREATE INDEX note_not_audit ON note (id) WHERE kind <> 'audit';

CREATE TABLE cursor (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE pause (
  workspace TEXT NOT NULL,
  connection TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (workspace, connection)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  workspace TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (workspace, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  workspace TEXT NOT NULL,
  name INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;
