-- What apply() does for the common kinds. Each takes all rows of a batch as an array: one statement per kind, not per row.
-- Rows that may meet another node's come in the order of their keys.

-- name: schema_name
SELECT current_schema()
-- name: row_types
SELECT 'event_row'::regtype::oid::bigint, 'arrival_row'::regtype::oid::bigint,
       'arrival_update_row'::regtype::oid::bigint, 'record_row'::regtype::oid::bigint,
       'planned_delivery_row'::regtype::oid::bigint, 'changed_delivery_row'::regtype::oid::bigint,
       'attempt_row'::regtype::oid::bigint, 'payload_row'::regtype::oid::bigint
-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED
-- name: commit
COMMIT
-- name: mark_batch
INSERT INTO writer (id, number, at) VALUES ($1, $2::bigint, now())
ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at
-- name: add_workspaces
INSERT INTO workspace (name) SELECT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING
-- name: add_events
INSERT INTO arrival_event (workspace, connection, external_id, arrival)
SELECT i.workspace, i.connection, i.external_id, i.arrival FROM unnest($1::event_row[]) AS i
ON CONFLICT DO NOTHING
RETURNING arrival
-- For events, records and effects that nobody had before, as far as is known (PostgresWriter::apply): what could be in
-- the way is not looked for first. If it is there all the same, the statement fails.
-- name: add_new_events
INSERT INTO arrival_event (workspace, connection, external_id, arrival)
SELECT i.workspace, i.connection, i.external_id, i.arrival FROM unnest($1::event_row[]) AS i
-- name: add_new_records
INSERT INTO record (workspace, id, kind, key, version, state, reason, settings_version, happened_at, changed_at, store,
                    customer, search_keys)
SELECT i.workspace, i.id, i.kind, i.key, i.version, i.state, i.reason, i.settings_version, i.happened_at, i.changed_at,
       i.store, i.customer, i.search_keys
FROM unnest($1::record_row[]) AS i
-- name: add_new_deliveries
INSERT INTO delivery (workspace, id, record, connection, flow, effect, lane, priority, on_reject, settle, state, reason,
                      due_at, happened_at, settings_version, parts)
SELECT i.workspace, i.id, i.record, i.connection, i.flow, i.effect, i.lane, i.priority, i.on_reject, i.settle, i.state,
       i.reason, i.due_at, i.happened_at, i.settings_version, i.parts
FROM unnest($1::planned_delivery_row[]) AS i
-- name: add_arrivals
INSERT INTO arrival (workspace, id, connection, source, external_id, subject, announces, state, reason, received_at,
                     happened_at, due_at, record)
SELECT i.workspace, i.id, i.connection, i.source, i.external_id, i.subject, i.announces, i.state, i.reason,
       i.received_at, i.happened_at, i.due_at, i.record
FROM unnest($1::arrival_row[]) AS i
-- name: update_arrivals
UPDATE arrival a SET state_before = a.state, state = i.state, reason = i.reason, record = coalesce(i.record, a.record),
                     due_at = i.due_at, tries = i.tries
FROM unnest($1::arrival_update_row[]) AS i
WHERE a.workspace = i.workspace AND a.id = i.id
RETURNING a.id, a.state_before
-- name: put_records
INSERT INTO record AS r (workspace, id, kind, key, version, state, reason, settings_version, happened_at, changed_at,
                         store, customer, search_keys)
SELECT i.workspace, i.id, i.kind, i.key, i.version, i.state, i.reason, i.settings_version, i.happened_at, i.changed_at,
       i.store, i.customer, i.search_keys
FROM unnest($1::record_row[]) AS i
ON CONFLICT (workspace, id) DO UPDATE SET
  kind = excluded.kind, version = excluded.version, state_before = r.state, state = excluded.state,
  reason = excluded.reason, settings_version = excluded.settings_version, happened_at = excluded.happened_at,
  changed_at = excluded.changed_at, store = excluded.store, customer = excluded.customer,
  search_keys = excluded.search_keys
RETURNING r.id, r.key, r.state_before
-- name: remove_short_texts
DELETE FROM search_short s USING unnest($1::text[], $2::bigint[]) AS i (workspace, record)
WHERE s.workspace = i.workspace AND s.record = i.record
-- name: add_short_texts
INSERT INTO search_short (workspace, text, record)
SELECT i.workspace, i.text, i.record FROM unnest($1::text[], $2::text[], $3::bigint[]) AS i (workspace, text, record)
ON CONFLICT DO NOTHING
-- name: put_payloads
INSERT INTO payload (workspace, id, codec, checksum, bytes)
SELECT i.workspace, i.id, i.codec, i.checksum, i.bytes FROM unnest($1::payload_row[]) AS i
ON CONFLICT (workspace, id) DO UPDATE SET codec = excluded.codec, checksum = excluded.checksum, bytes = excluded.bytes
-- name: remove_payloads
DELETE FROM payload p USING unnest($1::text[], $2::bigint[]) AS i (workspace, id)
WHERE p.workspace = i.workspace AND p.id = i.id
-- name: add_deliveries
INSERT INTO delivery (workspace, id, record, connection, flow, effect, lane, priority, on_reject, settle, state, reason,
                      due_at, happened_at, settings_version, parts)
SELECT i.workspace, i.id, i.record, i.connection, i.flow, i.effect, i.lane, i.priority, i.on_reject, i.settle, i.state,
       i.reason, i.due_at, i.happened_at, i.settings_version, i.parts
FROM unnest($1::planned_delivery_row[]) AS i
ON CONFLICT (workspace, connection, effect) DO NOTHING
RETURNING id
-- name: add_payloads
INSERT INTO payload (workspace, id, codec, checksum, bytes)
SELECT i.workspace, i.id, i.codec, i.checksum, i.bytes FROM unnest($1::payload_row[]) AS i
-- name: replace_parts
UPDATE delivery d SET parts = i.parts, parts_done = 0, settings_version = i.settings_version
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS i (workspace, id, parts, settings_version)
WHERE d.workspace = i.workspace AND d.id = i.id AND (d.state < 10 OR d.state = 11)
-- name: replace_part_payloads
INSERT INTO payload (workspace, id, codec, checksum, bytes)
SELECT i.workspace, i.id, i.codec, i.checksum, i.bytes FROM unnest($1::payload_row[]) AS i
JOIN delivery d ON d.workspace = i.workspace AND d.id = i.id AND (d.state < 10 OR d.state = 11)
ON CONFLICT (workspace, id) DO UPDATE SET codec = excluded.codec, checksum = excluded.checksum, bytes = excluded.bytes
-- name: update_deliveries
UPDATE delivery d SET state_before = d.state, state = i.state, reason = i.reason, due_at = i.due_at,
                      attempts = i.attempts, parts_done = i.parts_done
FROM unnest($1::changed_delivery_row[]) AS i
WHERE d.workspace = i.workspace AND d.id = i.id
RETURNING d.id, d.state_before, d.connection, d.happened_at
-- name: open_deliveries_added
INSERT INTO delivery_open (workspace, list, id) SELECT $1, $2::bigint, i.id FROM unnest($3::bigint[]) AS i (id)
-- name: open_deliveries_removed
DELETE FROM delivery_open o USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS i (workspace, list, id)
WHERE o.workspace = i.workspace AND o.list = i.list AND o.id = i.id
-- name: add_attempts
INSERT INTO attempt (workspace, delivery, number, trigger, at, took_us, outcome, http_status, reason, parts_sent)
SELECT i.workspace, i.delivery, i.number, i.trigger, i.at, i.took_us, i.outcome, i.http_status, i.reason, i.parts_sent
FROM unnest($1::attempt_row[]) AS i
-- name: add_attempts_of_known
INSERT INTO attempt (workspace, delivery, number, trigger, at, took_us, outcome, http_status, reason, parts_sent)
SELECT d.workspace, d.id, i.number, i.trigger, i.at, i.took_us, i.outcome, i.http_status, i.reason, i.parts_sent
FROM unnest($1::attempt_row[]) AS i
JOIN delivery d ON d.workspace = i.workspace AND d.id = i.delivery
-- name: add_notes
INSERT INTO note (workspace, id, subject, at, kind, text)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
-- name: set_cursors
INSERT INTO cursor (workspace, name, value) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value
-- name: put_facts
INSERT INTO fact (workspace, connection, key, value, changed_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (workspace, connection, key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
-- name: forget_facts
DELETE FROM fact f USING unnest($1::text[], $2::text[], $3::text[]) AS i (workspace, connection, key)
WHERE f.workspace = i.workspace AND f.connection = i.connection AND f.key = i.key
-- name: set_pause
INSERT INTO pause (workspace, connection, at, by, reason) VALUES ($1, $2, $3::bigint, $4, $5)
ON CONFLICT (workspace, connection) DO UPDATE SET at = excluded.at, by = excluded.by, reason = excluded.reason
-- name: lift_pause
DELETE FROM pause WHERE workspace = $1 AND connection = $2
-- name: put_settings
INSERT INTO settings (workspace, version, at, by, document) VALUES ($1, $2::bigint, $3::bigint, $4, $5)
-- name: add_audits
INSERT INTO audit (workspace, id, at, by, act, subject, about, before, after, result)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[],
                     $8::text[], $9::text[], $10::text[])
-- name: add_to_counters
INSERT INTO counter (workspace, name, slot, value)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
ON CONFLICT (workspace, name, slot) DO UPDATE SET value = counter.value + excluded.value
-- name: add_to_tallies
INSERT INTO tally (workspace, hour, name, slot, value)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[])
ON CONFLICT (workspace, hour, name, slot) DO UPDATE SET value = tally.value + excluded.value
-- name: add_change
INSERT INTO change (node, kinds, arrivals, deliveries) VALUES ($1::bigint, $2::bigint, $3::bigint[], $4::bigint[])
-- name: notify
SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)

-- Where what a change does not name the workspace of is, and whether a new record has another's id. As in changes.sql:
-- LIMIT, so that workspace and id are looked up together.
-- name: arrivals_anywhere
SELECT t.id, t.workspace FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT x.id, x.workspace FROM arrival x WHERE x.workspace = w.name AND x.id = i.id LIMIT 1) t
-- name: records_anywhere
SELECT t.id, t.workspace FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT x.id, x.workspace FROM record x WHERE x.workspace = w.name AND x.id = i.id LIMIT 1) t
-- name: deliveries_anywhere
SELECT t.id, t.workspace FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT x.id, x.workspace FROM delivery x WHERE x.workspace = w.name AND x.id = i.id LIMIT 1) t
-- name: cases_anywhere
SELECT t.id, t.workspace FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT x.id, x.workspace FROM case_ x WHERE x.workspace = w.name AND x.id = i.id LIMIT 1) t
-- name: case_groups_anywhere
SELECT t.id, t.workspace FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT x.id, x.workspace FROM case_group x WHERE x.workspace = w.name AND x.id = i.id LIMIT 1) t

-- After a lost connection: waits for a transaction of the old one that is still open, and says what was committed.
-- name: end_old_sessions
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = $1 AND datname = current_database() AND pid <> pg_backend_pid()
-- name: last_batch
INSERT INTO writer (id, number, at) VALUES ($1, 0, now())
ON CONFLICT (id) DO UPDATE SET at = excluded.at
RETURNING number
-- name: remove_old_writers
DELETE FROM writer WHERE at < now() - interval '30 days'
  AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = writer.id)
-- name: remove_old_changes
WITH gone AS (DELETE FROM change
  WHERE at < now() - interval '1 hour' AND xid < pg_snapshot_xmin(pg_current_snapshot()) RETURNING xid)
UPDATE change_removed SET until = greatest(until, (SELECT xid FROM gone ORDER BY xid DESC LIMIT 1))
WHERE EXISTS (SELECT 1 FROM gone)
