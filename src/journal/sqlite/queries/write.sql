-- Everything that apply() does.

-- name: add_event
INSERT INTO arrival_event (workspace, connection, external_id, arrival) VALUES (?, ?, ?, ?)
ON CONFLICT (workspace, connection, external_id) DO NOTHING
-- name: add_arrival
INSERT INTO arrival (id, workspace, connection, source, external_id, subject, announces, state, reason, received_at,
                     happened_at, due_at, tries, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
-- name: arrival_before
SELECT workspace, state FROM arrival WHERE id = ?
-- name: update_arrival
UPDATE arrival SET state = ?2, reason = ?3, record = coalesce(?4, record), due_at = ?5, tries = ?6 WHERE id = ?1
-- name: record_before
SELECT workspace, key, state, search_keys FROM record WHERE id = ?
-- name: add_record
INSERT INTO record (id, workspace, kind, key, version, state, reason, settings_version, happened_at, changed_at, store,
                    customer, search_keys)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: update_record
UPDATE record SET kind = ?2, version = ?3, state = ?4, reason = ?5, settings_version = ?6, happened_at = ?7,
                  changed_at = ?8, store = ?9, customer = ?10, search_keys = ?11
WHERE id = ?1
-- name: add_delivery
INSERT INTO delivery (id, workspace, record, connection, flow, effect, lane, priority, on_reject, settle, state, reason,
                      due_at, happened_at, settings_version, attempts, parts, parts_done)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0)
ON CONFLICT (workspace, connection, effect) DO NOTHING
-- name: delivery_before
SELECT workspace, state, connection, happened_at FROM delivery WHERE id = ?
-- name: update_delivery
UPDATE delivery SET state = ?2, reason = ?3, due_at = ?4, attempts = ?5, parts_done = ?6 WHERE id = ?1
-- name: add_attempt
INSERT INTO attempt (delivery, number, trigger, at, took_us, outcome, http_status, reason, parts_sent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: add_payload
INSERT INTO payload (id, codec, checksum, bytes) VALUES (?, ?, ?, ?)
-- name: replace_payload
INSERT INTO payload (id, codec, checksum, bytes) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET codec = excluded.codec, checksum = excluded.checksum, bytes = excluded.bytes
-- name: remove_payload
DELETE FROM payload WHERE id = ?
-- name: open_case
INSERT INTO case_ (id, workspace, type, group_, owner, record, delivery, arrival, opened_at, due_at, reason, case_group)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (workspace, type, group_, ifnull(record, 0)) WHERE closed_at IS NULL DO NOTHING
-- name: case_before
SELECT workspace, closed_at, case_group FROM case_ WHERE id = ?
-- name: close_case
UPDATE case_ SET closed_at = ?2, closed_by = ?3, note = ?4 WHERE id = ?1
-- name: add_note
INSERT INTO note (id, workspace, subject, at, kind, text) VALUES (?, ?, ?, ?, ?, ?)
-- name: put_fact
INSERT INTO fact (workspace, connection, key, value, changed_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
-- name: forget_fact
DELETE FROM fact WHERE workspace = ? AND connection = ? AND key = ?
-- name: set_cursor
INSERT INTO cursor (workspace, name, value) VALUES (?, ?, ?)
ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value
-- name: set_pause
INSERT INTO pause (workspace, connection, at, by, reason) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (workspace, connection) DO UPDATE SET at = excluded.at, by = excluded.by, reason = excluded.reason
-- name: lift_pause
DELETE FROM pause WHERE workspace = ? AND connection = ?
-- name: put_settings
INSERT INTO settings (workspace, version, at, by, document) VALUES (?, ?, ?, ?, ?)
-- name: add_to_counter
INSERT INTO counter (workspace, name, value) VALUES (?, ?, ?)
ON CONFLICT (workspace, name) DO UPDATE SET value = value + excluded.value
