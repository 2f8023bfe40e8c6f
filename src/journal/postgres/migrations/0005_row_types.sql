-- The rows that the statements of every batch take as one parameter (row_array.h): numbers, texts and bytes only. A
-- statement that needs another shape gets a new type; these stay as they are.
CREATE TYPE event_row AS (workspace text, connection text, external_id text, arrival bigint);
CREATE TYPE arrival_row AS (
  workspace text, id bigint, connection text, source bigint, external_id text, subject text, announces text,
  state bigint, reason text, received_at bigint, happened_at bigint, due_at bigint, record bigint
);
CREATE TYPE arrival_update_row AS (
  workspace text, id bigint, state bigint, reason text, record bigint, due_at bigint, tries bigint
);
CREATE TYPE record_row AS (
  workspace text, id bigint, kind text, key text, version bigint, state bigint, reason text, settings_version bigint,
  happened_at bigint, changed_at bigint, store text, customer text, search_keys text
);
CREATE TYPE delivery_row AS (
  workspace text, id bigint, record bigint, connection text, flow text, effect text, lane text, priority bigint,
  on_reject bigint, settle bigint, state bigint, reason text, due_at bigint, happened_at bigint,
  settings_version bigint, parts bigint
);
CREATE TYPE delivery_update_row AS (
  workspace text, id bigint, state bigint, reason text, due_at bigint, attempts bigint, parts_done bigint
);
CREATE TYPE attempt_row AS (
  workspace text, delivery bigint, number bigint, trigger bigint, at bigint, took_us bigint, outcome text,
  http_status bigint, reason text, parts_sent bigint
);
CREATE TYPE payload_row AS (workspace text, id bigint, codec bigint, checksum bigint, bytes bytea);
