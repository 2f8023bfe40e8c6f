-- What the console asks. Pages: ?-bounds on ids, the newest first, stepped until the page is full.

-- name: records_by_id
SELECT id, workspace, kind, key, version, state, reason, settings_version, happened_at, changed_at, store, customer,
       search_keys
FROM record WHERE id < ?1 AND id >= ?2 ORDER BY id DESC
-- name: records_by_trigrams
SELECT s.rowid, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM search s CROSS JOIN record r ON r.id = s.rowid
WHERE s.search MATCH ?3 AND s.rowid < ?1 AND s.rowid >= ?2
UNION ALL
SELECT p.record, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM search_pending p CROSS JOIN record r ON r.id = p.record
WHERE p.record < ?1 AND p.record >= ?2
ORDER BY 1 DESC
-- name: records_by_short_text
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM search_short s CROSS JOIN record r ON r.id = s.record
WHERE s.text = ?3 AND s.record < ?1 AND s.record >= ?2 ORDER BY s.record DESC
-- name: deliveries_parked
SELECT id, record, connection, flow, effect, lane, priority, state, reason, due_at, happened_at, attempts, parts_done,
       settings_version, workspace
FROM delivery INDEXED BY delivery_parked WHERE state = 11 AND workspace = ?1 AND id < ?2 ORDER BY id DESC
-- name: deliveries_blocked
SELECT id, record, connection, flow, effect, lane, priority, state, reason, due_at, happened_at, attempts, parts_done,
       settings_version, workspace
FROM delivery INDEXED BY delivery_blocked WHERE state = 3 AND workspace = ?1 AND id < ?2 ORDER BY id DESC
-- name: deliveries_unfinished
SELECT id, record, connection, flow, effect, lane, priority, state, reason, due_at, happened_at, attempts, parts_done,
       settings_version, workspace
FROM delivery INDEXED BY delivery_unfinished WHERE state < 10 AND id < ?1 ORDER BY id DESC
-- name: record_key
SELECT key FROM record WHERE id = ?
-- name: case_groups_open
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, ifnull(r.key, '')
FROM case_group g INDEXED BY case_group_open LEFT JOIN record r ON r.id = g.record
WHERE g.state < 10 AND g.workspace = ?1 AND (g.due_at, g.id) > (?2, ?3) ORDER BY g.due_at, g.id
-- name: case_groups_closed
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, ifnull(r.key, '')
FROM case_group g INDEXED BY case_group_closed LEFT JOIN record r ON r.id = g.record
WHERE g.state >= 10 AND g.workspace = ?1 AND g.id < ?2 ORDER BY g.id DESC
-- name: case_group_by_id
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, ifnull(r.key, '')
FROM case_group g LEFT JOIN record r ON r.id = g.record WHERE g.id = ?
-- name: case_totals
SELECT owner, count(*), sum(due_at < ?2), sum(assignee = '')
FROM case_group INDEXED BY case_group_open WHERE state < 10 AND workspace = ?1 GROUP BY owner ORDER BY owner
-- name: cases_of_group
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c INDEXED BY case_by_group LEFT JOIN record r ON r.id = c.record
WHERE c.case_group = ?1 AND c.id < ?2 ORDER BY c.id DESC LIMIT ?3
-- name: open_cases_of_group
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, ifnull(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c INDEXED BY case_by_group_open LEFT JOIN record r ON r.id = c.record
WHERE c.case_group = ?1 AND c.closed_at IS NULL AND c.id < ?2 ORDER BY c.id DESC LIMIT ?3
-- name: audits
SELECT id, workspace, at, by, act, subject, about, before, after, result
FROM audit WHERE id < ?1 AND id >= ?2 ORDER BY id DESC
-- name: audits_of_workspace
SELECT id, workspace, at, by, act, subject, about, before, after, result
FROM audit INDEXED BY audit_of_workspace WHERE workspace = ?3 AND id < ?1 AND id >= ?2 ORDER BY id DESC
-- name: audits_by_person
SELECT id, workspace, at, by, act, subject, about, before, after, result
FROM audit INDEXED BY audit_by_person WHERE by = ?3 AND id < ?1 AND id >= ?2 ORDER BY id DESC
-- name: audits_of_subject
SELECT id, workspace, at, by, act, subject, about, before, after, result
FROM audit INDEXED BY audit_by_subject WHERE subject <> 0 AND subject = ?3 AND id < ?1 AND id >= ?2 ORDER BY id DESC
-- name: tallies
SELECT hour, name, value FROM tally WHERE workspace = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour, name
-- name: facts_from
SELECT key, value, changed_at FROM fact WHERE workspace = ?1 AND connection = ?2 AND key >= ?3 ORDER BY key LIMIT ?4
-- name: settings_versions
SELECT version, at, by FROM settings WHERE workspace = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3
-- name: settings_version
SELECT version, at, by, document FROM settings WHERE workspace = ? AND version = ?
