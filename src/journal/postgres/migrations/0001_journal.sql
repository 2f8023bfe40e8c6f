-- The journal's first shape on PostgreSQL; every table and column is explained in journal/format.md.
-- Keys begin with the workspace, so that the tables can be distributed by it. Texts compare by bytes (COLLATE "C").
-- An index that ends with an id for its order holds it negated: with the id itself, and no statistics yet, the planner
-- would take that index instead of the key to find a row by its id, and read all of it.
-- state_before is the state that the last change found: what a change replaced is known without locking first.

CREATE TABLE workspace (
  name text COLLATE "C" PRIMARY KEY
);

CREATE TABLE arrival (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  connection text COLLATE "C" NOT NULL,
  source smallint NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  announces text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  state_before smallint NOT NULL DEFAULT 0,
  reason text COLLATE "C" NOT NULL,
  received_at bigint NOT NULL,
  happened_at bigint,
  due_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  record bigint,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX arrival_unfinished ON arrival (workspace, subject) WHERE state < 10;
CREATE INDEX arrival_by_record ON arrival (workspace, record) WHERE record IS NOT NULL;
CREATE INDEX arrival_loose ON arrival (workspace, id) WHERE record IS NULL AND state <> 11;
CREATE INDEX arrival_duplicate ON arrival (workspace, connection, external_id) WHERE state = 11;

CREATE TABLE arrival_event (
  workspace text COLLATE "C" NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  arrival bigint NOT NULL,
  PRIMARY KEY (workspace, external_id, connection)
);

CREATE TABLE record (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  state smallint NOT NULL,
  state_before smallint NOT NULL DEFAULT 0,
  reason text COLLATE "C" NOT NULL,
  settings_version bigint NOT NULL,
  happened_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  store text COLLATE "C" NOT NULL,
  customer text COLLATE "C" NOT NULL,
  search_keys text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX record_key ON record (workspace, key);
CREATE INDEX record_open ON record (workspace, id) WHERE state = 1;

-- Without the extension (a server that does not offer it) search still works, by reading all keys.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX record_search ON record USING gin (lower(search_keys) gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'tillbridge: no index for searching (pg_trgm): %', SQLERRM;
END $$;

CREATE TABLE search_short (
  workspace text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (workspace, record, text)
);
CREATE INDEX search_short_by_text ON search_short (workspace, text, (-record));

CREATE TABLE delivery (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  record bigint NOT NULL,
  connection text COLLATE "C" NOT NULL,
  flow text COLLATE "C" NOT NULL,
  effect text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  priority smallint NOT NULL,
  on_reject smallint NOT NULL,
  settle smallint NOT NULL,
  state smallint NOT NULL,
  state_before smallint NOT NULL DEFAULT 0,
  reason text COLLATE "C" NOT NULL,
  due_at bigint NOT NULL,
  happened_at bigint NOT NULL,
  settings_version bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  parts smallint NOT NULL,
  parts_done bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX delivery_effect ON delivery (workspace, connection, effect);
CREATE INDEX delivery_by_record ON delivery (workspace, record, (-id));
CREATE INDEX delivery_unfinished ON delivery (workspace, id) WHERE state < 10;
CREATE INDEX delivery_parked ON delivery (workspace, id) WHERE state = 11;
CREATE INDEX delivery_blocked ON delivery (workspace, id) WHERE state = 3;

CREATE TABLE attempt (
  workspace text COLLATE "C" NOT NULL,
  delivery bigint NOT NULL,
  number integer NOT NULL,
  trigger smallint NOT NULL,
  at bigint NOT NULL,
  took_us bigint NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  http_status integer NOT NULL,
  reason text COLLATE "C" NOT NULL,
  parts_sent bigint NOT NULL,
  PRIMARY KEY (workspace, delivery, number)
);

-- The bytes are compressed already.
CREATE TABLE payload (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  codec smallint NOT NULL,
  checksum bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (workspace, id)
);
ALTER TABLE payload ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE case_group (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  group_ text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  owner text COLLATE "C" NOT NULL,
  assignee text COLLATE "C" NOT NULL,
  opened_at bigint NOT NULL,
  due_at bigint NOT NULL,
  last_at bigint NOT NULL,
  closed_at bigint,
  closed_by text COLLATE "C" NOT NULL,
  escalation bigint NOT NULL,
  reopened bigint NOT NULL,
  open bigint NOT NULL,
  total bigint NOT NULL,
  reason text COLLATE "C" NOT NULL,
  record bigint,
  PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX case_group_name ON case_group (workspace, type, group_);
CREATE INDEX case_group_open ON case_group (workspace, due_at, id) WHERE state < 10;
CREATE INDEX case_group_closed ON case_group (workspace, id) WHERE state >= 10;

CREATE TABLE case_ (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  group_ text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  record bigint,
  delivery bigint,
  arrival bigint,
  opened_at bigint NOT NULL,
  due_at bigint NOT NULL,
  reason text COLLATE "C" NOT NULL,
  closed_at bigint,
  closed_by text COLLATE "C" NOT NULL DEFAULT '',
  note text COLLATE "C" NOT NULL DEFAULT '',
  case_group bigint NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX case_open_once ON case_ (workspace, type, group_, (coalesce(record, 0))) WHERE closed_at IS NULL;
CREATE INDEX case_open ON case_ (workspace, id) WHERE closed_at IS NULL;
CREATE INDEX case_by_record ON case_ (workspace, record) WHERE record IS NOT NULL;
CREATE INDEX case_by_delivery ON case_ (workspace, delivery) WHERE delivery IS NOT NULL;
CREATE INDEX case_by_arrival ON case_ (workspace, arrival) WHERE arrival IS NOT NULL;
CREATE INDEX case_by_group ON case_ (workspace, case_group, (-id));
CREATE INDEX case_by_group_open ON case_ (workspace, case_group, (-id)) WHERE closed_at IS NULL;

CREATE TABLE note (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  subject bigint NOT NULL,
  at bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX note_by_subject ON note (workspace, subject);
CREATE INDEX note_not_audit ON note (workspace, id) WHERE kind <> 'audit';

CREATE TABLE audit (
  workspace text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  at bigint NOT NULL,
  by text COLLATE "C" NOT NULL,
  act text COLLATE "C" NOT NULL,
  subject bigint NOT NULL,
  about text COLLATE "C" NOT NULL,
  before text COLLATE "C" NOT NULL,
  after text COLLATE "C" NOT NULL,
  result text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX audit_by_subject ON audit (workspace, subject, id) WHERE subject <> 0;
CREATE INDEX audit_by_person ON audit (workspace, by, id);

CREATE TABLE cursor (
  workspace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, name)
);

CREATE TABLE fact (
  workspace text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  changed_at bigint NOT NULL,
  PRIMARY KEY (workspace, connection, key)
);

CREATE TABLE pause (
  workspace text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  by text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, connection)
);

CREATE TABLE settings (
  workspace text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  at bigint NOT NULL,
  by text COLLATE "C" NOT NULL,
  document text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace, version)
);

-- One row per node (slot) and name: nodes do not wait for each other's commits.
CREATE TABLE counter (
  workspace text COLLATE "C" NOT NULL,
  name smallint NOT NULL,
  slot integer NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (workspace, name, slot)
) WITH (fillfactor = 50);

CREATE TABLE tally (
  workspace text COLLATE "C" NOT NULL,
  hour bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (workspace, hour, name, slot)
) WITH (fillfactor = 70);

-- Which batch of each writer was committed last: what settles a commit whose answer was lost.
CREATE TABLE writer (
  id text COLLATE "C" PRIMARY KEY,
  number bigint NOT NULL,
  at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What other nodes must take up, one row per commit; kept for an hour.
CREATE TABLE change (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  number bigint GENERATED ALWAYS AS IDENTITY,
  node integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  kinds smallint NOT NULL,
  arrivals bigint[] NOT NULL,
  deliveries bigint[] NOT NULL,
  PRIMARY KEY (xid, number)
);
CREATE TABLE change_removed (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  until xid8 NOT NULL
);
INSERT INTO change_removed (until) VALUES ('0');
