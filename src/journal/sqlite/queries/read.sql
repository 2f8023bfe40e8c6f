-- Everything a Reader asks, but for verify().

-- name: open_arrivals
SELECT id, workspace, connection, subject, announces, source, received_at, happened_at, due_at, tries FROM arrival
WHERE id IN (SELECT id FROM arrival INDEXED BY arrival_unfinished WHERE state < 10)
ORDER BY id
-- name: open_deliveries
SELECT id, record, workspace, connection, flow, ifnull((SELECT r.store FROM record r WHERE r.id = d.record), ''), lane,
       priority, on_reject, settle, state, due_at, happened_at, attempts,
       (SELECT count(*) FROM attempt a WHERE a.delivery = d.id), parts_done, parts
FROM delivery d INDEXED BY delivery_unfinished WHERE state < 10 AND id > ? AND id <= ? ORDER BY id LIMIT ?
-- name: highest_id
SELECT max((SELECT ifnull(max(id), 0) FROM arrival), (SELECT ifnull(max(id), 0) FROM record),
           (SELECT ifnull(max(id), 0) FROM delivery), (SELECT ifnull(max(id), 0) FROM case_),
           (SELECT ifnull(max(id), 0) FROM note), (SELECT ifnull(max(id), 0) FROM case_group),
           (SELECT ifnull(max(id), 0) FROM audit))
-- name: pauses
SELECT workspace, connection, at, by, reason FROM pause ORDER BY workspace, connection
-- name: payload
SELECT codec, checksum, bytes FROM payload WHERE id = ?
-- name: record_by_key
SELECT id, workspace, kind, key, version, state, reason, settings_version, happened_at, changed_at, store, customer,
       search_keys
FROM record WHERE workspace = ? AND key = ?
-- name: record_by_id
SELECT id, workspace, kind, key, version, state, reason, settings_version, happened_at, changed_at, store, customer,
       search_keys
FROM record WHERE id = ?
-- name: known_subject
SELECT EXISTS (SELECT 1 FROM arrival INDEXED BY arrival_unfinished WHERE workspace = ?1 AND subject = ?2 AND state < 10)
    OR EXISTS (SELECT 1 FROM record WHERE workspace = ?1 AND key = ?2)
-- name: open_records
SELECT id, workspace, kind, key, version, state, reason, settings_version, happened_at, changed_at, store, customer,
       search_keys
FROM record INDEXED BY record_open
WHERE state = 1 AND workspace = ?1 AND id > ?2
ORDER BY id LIMIT ?3
-- name: cursor
SELECT value FROM cursor WHERE workspace = ? AND name = ?
-- name: fact
SELECT value FROM fact WHERE workspace = ? AND connection = ? AND key = ?
-- name: deliveries_planned
SELECT id, record, connection, flow, effect, lane, priority, state, reason, due_at, happened_at, attempts, parts_done,
       settings_version
FROM delivery WHERE id > ?3 AND id < ?4 AND workspace = ?1 AND connection = ?2 ORDER BY id LIMIT ?5
-- name: latest_settings
SELECT version, at, by, document FROM settings WHERE workspace = ? ORDER BY version DESC LIMIT 1
-- name: arrival_by_id
SELECT id, workspace, connection, source, external_id, subject, announces, state, reason, received_at, happened_at,
       due_at, tries
FROM arrival WHERE id = ?
-- name: arrivals_of_record
SELECT id, workspace, connection, source, external_id, subject, announces, state, reason, received_at, happened_at,
       due_at, tries
FROM arrival WHERE record = ? ORDER BY id
-- name: duplicates_of_event
SELECT id, workspace, connection, source, external_id, subject, announces, state, reason, received_at, happened_at,
       due_at, tries
FROM arrival INDEXED BY arrival_duplicate
WHERE state = 11 AND workspace = ? AND connection = ? AND external_id = ? ORDER BY id
-- name: deliveries_of_record
SELECT id, record, connection, flow, effect, lane, priority, state, reason, due_at, happened_at, attempts, parts_done,
       settings_version
FROM (SELECT * FROM delivery WHERE record = ? ORDER BY id DESC LIMIT ?) ORDER BY id
-- name: attempts_of_delivery
SELECT number, trigger, at, took_us, outcome, http_status, reason, parts_sent
FROM attempt WHERE delivery = ? ORDER BY number
-- name: notes_of_subject
SELECT id, at, subject, kind, text FROM note WHERE subject = ? ORDER BY id
-- name: loose_arrivals_of_workspace
SELECT id, workspace, connection, source, external_id, subject, announces, state, reason, received_at, happened_at,
       due_at, tries
FROM (SELECT * FROM arrival INDEXED BY arrival_loose
      WHERE record IS NULL AND state <> 11 AND workspace = ?1 ORDER BY id DESC LIMIT ?2)
WHERE instr(lower(external_id), ?3) > 0 OR instr(lower(subject), ?3) > 0
ORDER BY id DESC LIMIT ?4
-- name: loose_arrivals
SELECT id, workspace, connection, source, external_id, subject, announces, state, reason, received_at, happened_at,
       due_at, tries
FROM (SELECT * FROM arrival ORDER BY id DESC LIMIT ?1)
WHERE record IS NULL AND state <> 11 AND (instr(lower(external_id), ?2) > 0 OR instr(lower(subject), ?2) > 0)
ORDER BY id DESC LIMIT ?3
-- name: resolved_arrival_of_event
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM arrival_event e JOIN arrival a ON a.id = e.arrival
WHERE e.external_id = ?2 AND (?1 = '' OR e.workspace = ?1) AND a.record IS NOT NULL
ORDER BY a.id DESC LIMIT ?3
-- name: cases_of_record
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c LEFT JOIN record r ON r.id = c.record WHERE c.record = ? ORDER BY c.id
-- name: cases_of_delivery
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, '', c.opened_at, c.due_at,
       c.closed_at, c.reason, c.note
FROM case_ c WHERE c.delivery = ? AND c.record IS NULL ORDER BY c.id
-- name: cases_of_arrival
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, '', c.opened_at, c.due_at,
       c.closed_at, c.reason, c.note
FROM case_ c WHERE c.arrival = ? AND c.record IS NULL AND c.delivery IS NULL ORDER BY c.id
-- name: open_cases_of_workspace
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c INDEXED BY case_open LEFT JOIN record r ON r.id = c.record
WHERE c.workspace = ? AND c.closed_at IS NULL ORDER BY c.id DESC LIMIT ?
-- name: cases_of_workspace
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c INDEXED BY case_of_workspace LEFT JOIN record r ON r.id = c.record
WHERE c.workspace = ? ORDER BY c.id DESC LIMIT ?
-- name: open_cases
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c INDEXED BY case_open LEFT JOIN record r ON r.id = c.record
WHERE c.closed_at IS NULL ORDER BY c.id DESC LIMIT ?
-- name: cases
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c LEFT JOIN record r ON r.id = c.record ORDER BY c.id DESC LIMIT ?
-- name: counters
SELECT name, sum(value) FROM counter GROUP BY name
