-- What apply() does for people: cases and their groups, and erasure. Rare: one statement per thing.

-- The group exists and is locked afterwards, so that nodes that open cases in it come one after the other.
-- name: hold_group
INSERT INTO case_group (workspace, id, type, group_, state, owner, assignee, opened_at, due_at, last_at, closed_at,
                        closed_by, escalation, reopened, open, total, reason, record)
VALUES ($1, $2::bigint, $3, $4, 1, $5, '', $6::bigint, $7::bigint, $6::bigint, NULL, '', 0, 0, 0, 0, $8, $9::bigint)
ON CONFLICT (workspace, type, group_) DO UPDATE SET open = case_group.open
-- name: open_case
WITH opened AS (
  INSERT INTO case_ (workspace, id, type, group_, owner, record, delivery, arrival, opened_at, due_at, reason,
                     case_group)
  SELECT $1, $2::bigint, $3, $4, $5, $6::bigint, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11, g.id
  FROM case_group g WHERE g.workspace = $1 AND g.type = $3 AND g.group_ = $4
  ON CONFLICT (workspace, type, group_, (coalesce(record, 0))) WHERE closed_at IS NULL DO NOTHING
  RETURNING 1
), counted AS (
  UPDATE case_group g SET
    state = CASE WHEN g.state < 10 THEN g.state ELSE 1 END,
    opened_at = CASE WHEN g.state < 10 THEN g.opened_at ELSE $9::bigint END,
    due_at = CASE WHEN g.state < 10 THEN least(g.due_at, $10::bigint) ELSE $10::bigint END,
    last_at = $9::bigint, closed_at = NULL, closed_by = '',
    escalation = CASE WHEN g.state < 10 THEN g.escalation ELSE 0 END,
    reopened = g.reopened + CASE WHEN g.state < 10 THEN 0 ELSE 1 END,
    open = g.open + 1, total = g.total + 1, reason = $11, record = $6::bigint
  WHERE g.workspace = $1 AND g.type = $3 AND g.group_ = $4 AND EXISTS (SELECT 1 FROM opened)
)
SELECT count(*) FROM opened
-- name: close_case
WITH closed AS (
  UPDATE case_ SET closed_at = $3::bigint, closed_by = $4, note = $5
  WHERE workspace = $1 AND id = $2::bigint AND closed_at IS NULL
  RETURNING case_group
), counted AS (
  UPDATE case_group g SET open = g.open - 1,
    state = CASE WHEN g.open = 1 THEN 10 ELSE g.state END,
    closed_at = CASE WHEN g.open = 1 THEN $3::bigint ELSE g.closed_at END,
    closed_by = CASE WHEN g.open = 1 THEN $4 ELSE g.closed_by END
  FROM closed WHERE g.workspace = $1 AND g.id = closed.case_group
)
SELECT (SELECT count(*) FROM closed), EXISTS (SELECT 1 FROM case_ WHERE workspace = $1 AND id = $2::bigint)
-- name: update_group
WITH changed AS (
  UPDATE case_group SET state = $3::bigint, owner = $4, assignee = $5, due_at = $6::bigint, escalation = $7::bigint,
    open = CASE WHEN $3::bigint < 10 THEN open ELSE 0 END,
    closed_at = CASE WHEN $3::bigint < 10 THEN closed_at ELSE $8::bigint END,
    closed_by = CASE WHEN $3::bigint < 10 THEN closed_by ELSE $9 END
  WHERE workspace = $1 AND id = $2::bigint AND state < 10
  RETURNING id
), closed AS (
  UPDATE case_ c SET closed_at = $8::bigint, closed_by = $9, note = $10
  FROM changed WHERE $3::bigint >= 10 AND c.workspace = $1 AND c.case_group = changed.id AND c.closed_at IS NULL
  RETURNING 1
)
SELECT (SELECT count(*) FROM closed), EXISTS (SELECT 1 FROM case_group WHERE workspace = $1 AND id = $2::bigint)

-- name: record_to_erase
SELECT key, search_keys, customer FROM record WHERE workspace = $1 AND id = $2::bigint FOR UPDATE
-- name: erase_record
UPDATE record SET key = $3, search_keys = $4, customer = $5 WHERE workspace = $1 AND id = $2::bigint
-- name: arrivals_to_erase
SELECT id, connection, external_id, subject FROM arrival WHERE workspace = $1 AND record = $2::bigint
-- name: arrivals_of_event
SELECT a.id, a.subject FROM arrival a WHERE a.workspace = $1 AND a.id = (
  SELECT arrival FROM arrival_event WHERE workspace = $1 AND connection = $2 AND external_id = $3)
UNION ALL
SELECT id, subject FROM arrival WHERE state = 11 AND workspace = $1 AND connection = $2 AND external_id = $3
-- name: erase_event
UPDATE arrival_event SET external_id = $4 WHERE workspace = $1 AND connection = $2 AND external_id = $3
-- name: erase_arrival
UPDATE arrival SET external_id = $3, subject = $4 WHERE workspace = $1 AND id = $2::bigint
-- name: deliveries_to_erase
SELECT id, state, reason, effect FROM delivery WHERE workspace = $1 AND record = $2::bigint FOR UPDATE
-- name: erase_delivery
UPDATE delivery SET state_before = state, state = $3::bigint, reason = $4, lane = $5, effect = $6
WHERE workspace = $1 AND id = $2::bigint
-- name: erase_payloads
DELETE FROM payload WHERE workspace = $1 AND id IN (
  SELECT $2::bigint UNION ALL SELECT id FROM arrival WHERE workspace = $1 AND record = $2::bigint
  UNION ALL SELECT id FROM delivery WHERE workspace = $1 AND record = $2::bigint)
