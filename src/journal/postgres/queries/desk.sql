-- What the console asks. Pages: the newest first, below $2 and from $3, at most $4 rows; $1 is the workspace ('' all).

-- name: records_by_id
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM workspace w, LATERAL (
  SELECT * FROM record x WHERE x.workspace = w.name AND x.id < $2::bigint AND x.id >= $3::bigint ORDER BY x.id DESC LIMIT $4::bigint) r
WHERE $1 = '' OR w.name = $1 ORDER BY r.id DESC LIMIT $4::bigint
-- Among the newest $6 only: a common text is found there at once, however many records have it.
-- name: records_by_text_among_newest
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys, r.fits
FROM workspace w, LATERAL (
  SELECT *, lower(x.search_keys) LIKE $5 AS fits FROM record x
  WHERE x.workspace = w.name AND x.id < $2::bigint AND x.id >= $3::bigint ORDER BY x.id DESC LIMIT $6::bigint) r
WHERE ($1 = '' OR w.name = $1) ORDER BY r.id DESC LIMIT $4::bigint
-- The index has no order: all that fit are found, then sorted.
-- name: records_by_text
WITH found AS MATERIALIZED (
  SELECT x.* FROM record x
  WHERE lower(x.search_keys) LIKE $5 AND x.id < $2::bigint AND x.id >= $3::bigint AND ($1 = '' OR x.workspace = $1))
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM found r ORDER BY r.id DESC LIMIT $4::bigint
-- name: records_by_short_text
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM workspace w, LATERAL (
  SELECT y.* FROM search_short s JOIN record y ON y.workspace = s.workspace AND y.id = s.record WHERE s.workspace = w.name AND s.text = $5
  AND -s.record > -$2::bigint AND -s.record <= -$3::bigint ORDER BY -s.record LIMIT $4::bigint) r
WHERE $1 = '' OR w.name = $1 ORDER BY r.id DESC LIMIT $4::bigint
-- name: deliveries_parked
SELECT d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason, d.due_at, d.happened_at,
       d.attempts, d.parts_done, d.settings_version, coalesce(r.key, '')
FROM (SELECT * FROM delivery_open WHERE workspace = $1 AND list = 11 AND id < $2::bigint
      ORDER BY id DESC LIMIT $3::bigint) o
JOIN delivery d ON d.workspace = o.workspace AND d.id = o.id
LEFT JOIN record r ON r.workspace = d.workspace AND r.id = d.record
ORDER BY d.id DESC
-- name: deliveries_blocked
SELECT d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason, d.due_at, d.happened_at,
       d.attempts, d.parts_done, d.settings_version, coalesce(r.key, '')
FROM (SELECT * FROM delivery_open WHERE workspace = $1 AND list = 3 AND id < $2::bigint
      ORDER BY id DESC LIMIT $3::bigint) o
JOIN delivery d ON d.workspace = o.workspace AND d.id = o.id
LEFT JOIN record r ON r.workspace = d.workspace AND r.id = d.record
ORDER BY d.id DESC
-- name: deliveries_unfinished
SELECT d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason, d.due_at, d.happened_at,
       d.attempts, d.parts_done, d.settings_version, coalesce(r.key, '')
FROM (SELECT * FROM delivery_open WHERE workspace = $1 AND list = 1 AND id < $2::bigint
      ORDER BY id DESC LIMIT $3::bigint) o
JOIN delivery d ON d.workspace = o.workspace AND d.id = o.id
LEFT JOIN record r ON r.workspace = d.workspace AND r.id = d.record
ORDER BY d.id DESC
-- name: case_groups_open
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, coalesce(r.key, '')
FROM case_group g LEFT JOIN record r ON r.workspace = g.workspace AND r.id = g.record
WHERE g.state < 10 AND g.workspace = $1 AND (g.due_at, g.id) > ($2::bigint, $3::bigint)
ORDER BY g.due_at, g.id LIMIT $4::bigint
-- name: case_groups_closed
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, coalesce(r.key, '')
FROM case_group g LEFT JOIN record r ON r.workspace = g.workspace AND r.id = g.record
WHERE g.state >= 10 AND g.workspace = $1 AND g.id < $2::bigint ORDER BY g.id DESC LIMIT $3::bigint
-- name: case_group_by_id
SELECT g.id, g.workspace, g.type, g.group_, g.state, g.owner, g.assignee, g.opened_at, g.due_at, g.last_at, g.closed_at,
       g.closed_by, g.escalation, g.reopened, g.open, g.total, g.reason, coalesce(r.key, '')
FROM workspace w JOIN case_group g ON g.workspace = w.name AND g.id = $1::bigint
LEFT JOIN record r ON r.workspace = g.workspace AND r.id = g.record
-- name: case_totals
SELECT owner, count(*), count(*) FILTER (WHERE due_at < $2::bigint), count(*) FILTER (WHERE assignee = '')
FROM case_group WHERE state < 10 AND workspace = $1 GROUP BY owner ORDER BY owner
-- name: cases_of_group
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, coalesce(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM workspace w JOIN case_ c ON c.workspace = w.name
LEFT JOIN record r ON r.workspace = c.workspace AND r.id = c.record
WHERE c.case_group = $1::bigint AND -c.id > -$2::bigint
ORDER BY -c.id LIMIT $3::bigint
-- name: open_cases_of_group
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, coalesce(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM workspace w JOIN case_ c ON c.workspace = w.name
LEFT JOIN record r ON r.workspace = c.workspace AND r.id = c.record
WHERE c.case_group = $1::bigint AND c.closed_at IS NULL
  AND -c.id > -$2::bigint
ORDER BY -c.id LIMIT $3::bigint
-- name: audits
SELECT u.id, u.workspace, u.at, u.by, u.act, u.subject, u.about, u.before, u.after, u.result
FROM workspace w, LATERAL (
  SELECT * FROM audit x WHERE x.workspace = w.name AND x.id < $2::bigint AND x.id >= $3::bigint
  ORDER BY x.id DESC LIMIT $4::bigint) u
WHERE $1 = '' OR w.name = $1 ORDER BY u.id DESC LIMIT $4::bigint
-- name: audits_by_person
SELECT u.id, u.workspace, u.at, u.by, u.act, u.subject, u.about, u.before, u.after, u.result
FROM workspace w, LATERAL (
  SELECT * FROM audit x WHERE x.workspace = w.name AND x.by = $5 AND x.id < $2::bigint AND x.id >= $3::bigint
  ORDER BY x.id DESC LIMIT $4::bigint) u
WHERE $1 = '' OR w.name = $1 ORDER BY u.id DESC LIMIT $4::bigint
-- name: audits_of_subject
SELECT u.id, u.workspace, u.at, u.by, u.act, u.subject, u.about, u.before, u.after, u.result
FROM workspace w, LATERAL (
  SELECT * FROM audit x WHERE x.workspace = w.name AND x.subject <> 0 AND x.subject = $5::bigint
    AND x.id < $2::bigint AND x.id >= $3::bigint
  ORDER BY x.id DESC LIMIT $4::bigint) u
WHERE $1 = '' OR w.name = $1 ORDER BY u.id DESC LIMIT $4::bigint
-- name: tallies
SELECT hour, name, sum(value)::bigint FROM tally
WHERE workspace = $1 AND hour >= $2::bigint AND hour < $3::bigint GROUP BY hour, name ORDER BY hour, name
-- name: facts_from
SELECT key, value, changed_at FROM fact WHERE workspace = $1 AND connection = $2 AND key >= $3
ORDER BY key LIMIT $4::bigint
-- name: settings_versions
SELECT version, at, by FROM settings WHERE workspace = $1 AND version < $2::bigint ORDER BY version DESC
LIMIT $3::bigint
-- name: settings_version
SELECT version, at, by, document FROM settings WHERE workspace = $1 AND version = $2::bigint
