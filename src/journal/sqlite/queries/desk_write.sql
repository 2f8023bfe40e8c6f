-- What apply() does for people: case groups, the audit trail, replaced parts, erasure; and the totals per hour.

-- name: group_of_name
SELECT id FROM case_group WHERE workspace = ? AND type = ? AND group_ = ?
-- name: open_in_group
INSERT INTO case_group (id, workspace, type, group_, state, owner, assignee, opened_at, due_at, last_at, closed_at,
                        closed_by, escalation, reopened, open, total, reason, record)
VALUES (?1, ?2, ?3, ?4, 1, ?5, '', ?6, ?7, ?6, NULL, '', 0, 0, 1, 1, ?8, ?9)
ON CONFLICT (workspace, type, group_) DO UPDATE SET
  state = iif(state < 10, state, 1),
  opened_at = iif(state < 10, opened_at, excluded.opened_at),
  due_at = iif(state < 10, min(due_at, excluded.due_at), excluded.due_at),
  last_at = excluded.last_at, closed_at = NULL, closed_by = '',
  escalation = iif(state < 10, escalation, 0),
  reopened = reopened + (state >= 10),
  open = open + 1, total = total + 1, reason = excluded.reason, record = excluded.record
-- name: close_in_group
UPDATE case_group SET open = open - 1,
  state = iif(open = 1, 10, state), closed_at = iif(open = 1, ?2, closed_at), closed_by = iif(open = 1, ?3, closed_by)
WHERE id = ?1
-- name: group_before
SELECT workspace, state FROM case_group WHERE id = ?
-- name: update_group
UPDATE case_group SET state = ?2, owner = ?3, assignee = ?4, due_at = ?5, escalation = ?6 WHERE id = ?1
-- name: close_group
UPDATE case_group SET open = 0, closed_at = ?2, closed_by = ?3 WHERE id = ?1
-- name: close_cases_of_group
UPDATE case_ SET closed_at = ?2, closed_by = ?3, note = ?4 WHERE case_group = ?1 AND closed_at IS NULL
-- name: add_audit
INSERT INTO audit (id, workspace, at, by, act, subject, about, before, after, result)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: add_to_tally
INSERT INTO tally (workspace, hour, name, value) VALUES (?, ?, ?, ?)
ON CONFLICT (workspace, hour, name) DO UPDATE SET value = value + excluded.value
-- name: replace_parts
UPDATE delivery SET parts = ?2, parts_done = 0, settings_version = ?3 WHERE id = ?1
-- name: record_to_erase
SELECT workspace, key, search_keys, customer FROM record WHERE id = ?
-- name: erase_record
UPDATE record SET key = ?2, search_keys = ?3, customer = ?4 WHERE id = ?1
-- name: arrivals_to_erase
SELECT id, workspace, connection, external_id, subject FROM arrival WHERE record = ?
-- name: arrivals_of_event
SELECT id, subject FROM arrival WHERE id = (
  SELECT arrival FROM arrival_event WHERE workspace = ?1 AND connection = ?2 AND external_id = ?3)
UNION ALL
SELECT id, subject FROM arrival INDEXED BY arrival_duplicate
WHERE state = 11 AND workspace = ?1 AND connection = ?2 AND external_id = ?3
-- name: erase_event
UPDATE arrival_event SET external_id = ?4 WHERE workspace = ?1 AND connection = ?2 AND external_id = ?3
-- name: erase_arrival
UPDATE arrival SET external_id = ?2, subject = ?3 WHERE id = ?1
-- name: deliveries_to_erase
SELECT id, state, reason, effect FROM delivery WHERE record = ?
-- name: erase_delivery
UPDATE delivery SET state = ?2, reason = ?3, lane = ?4, effect = ?5 WHERE id = ?1
-- name: erase_payloads
DELETE FROM payload WHERE id = ?1 OR id IN (SELECT id FROM arrival WHERE record = ?1)
                       OR id IN (SELECT id FROM delivery WHERE record = ?1)
