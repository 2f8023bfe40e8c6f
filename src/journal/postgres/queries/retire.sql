-- Retention, workspace by workspace ($1). $2 is the lowest id (or instant, or hour) that stays, $3 the most rows to
-- take. A stock record is what is true now, however old its id is, and stays. So does unfinished work, and whatever an
-- open case points at, whatever its age.

-- name: workspaces
SELECT name FROM workspace ORDER BY name
-- name: retire_payloads
DELETE FROM payload WHERE workspace = $1 AND id IN (
  SELECT p.id FROM payload p
  WHERE p.workspace = $1 AND p.id < $2::bigint
    AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = $1 AND a.id = p.id AND (a.state < 10
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.arrival = a.id AND c.closed_at IS NULL)))
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = $1 AND d.id = p.id AND (d.state < 10
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.delivery = d.id AND c.closed_at IS NULL)))
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.workspace = $1 AND r.id = p.id AND (r.state = 1 OR r.kind = 'stock'
        OR EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = $1 AND d.record = r.id AND d.state < 10)
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.record = r.id AND c.closed_at IS NULL)))
  ORDER BY p.id LIMIT $3::bigint)
-- name: retire_arrivals
DELETE FROM arrival WHERE workspace = $1 AND id IN (
  SELECT a.id FROM arrival a
  WHERE a.workspace = $1 AND a.id < $2::bigint AND a.state >= 10
    AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.arrival = a.id AND c.closed_at IS NULL)
  ORDER BY a.id LIMIT $3::bigint)
RETURNING id, connection, external_id, state
-- A duplicate shares the event id with its original, whose key stays as long as that does.
-- name: remove_events
DELETE FROM arrival_event e USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
  AS i (workspace, connection, external_id, arrival)
WHERE e.workspace = i.workspace AND e.external_id = i.external_id AND e.connection = i.connection
  AND e.arrival = i.arrival
-- name: retire_deliveries
DELETE FROM delivery WHERE workspace = $1 AND id IN (
  SELECT d.id FROM delivery d
  WHERE d.workspace = $1 AND d.id < $2::bigint AND d.state >= 10
    AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.delivery = d.id AND c.closed_at IS NULL)
  ORDER BY d.id LIMIT $3::bigint)
RETURNING id, state
-- name: remove_attempts
DELETE FROM attempt a USING unnest($1::text[], $2::bigint[]) AS i (workspace, delivery)
WHERE a.workspace = i.workspace AND a.delivery = i.delivery
RETURNING 1
-- name: retire_records
DELETE FROM record WHERE workspace = $1 AND id IN (
  SELECT r.id FROM record r
  WHERE r.workspace = $1 AND r.id < $2::bigint AND r.state <> 1 AND r.kind <> 'stock'
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = $1 AND d.record = r.id)
    AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = $1 AND a.record = r.id)
    AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.record = r.id AND c.closed_at IS NULL)
  ORDER BY r.id LIMIT $3::bigint)
RETURNING id, state
-- name: retire_notes
DELETE FROM note WHERE workspace = $1 AND id IN (
  SELECT id FROM note WHERE workspace = $1 AND kind <> 'audit' AND id < $2::bigint ORDER BY id LIMIT $3::bigint)
-- name: retire_audit_notes
DELETE FROM note WHERE workspace = $1 AND id IN (
  SELECT id FROM note WHERE workspace = $1 AND id < $2::bigint ORDER BY id LIMIT $3::bigint)
-- name: retire_cases
DELETE FROM case_ WHERE workspace = $1 AND id IN (
  SELECT id FROM case_ WHERE workspace = $1 AND id < $2::bigint AND closed_at IS NOT NULL ORDER BY id LIMIT $3::bigint)
-- name: retire_case_groups
DELETE FROM case_group WHERE workspace = $1 AND id IN (
  SELECT g.id FROM case_group g
  WHERE g.workspace = $1 AND g.id < $2::bigint AND g.state >= 10
    AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.workspace = $1 AND c.case_group = g.id)
  ORDER BY g.id LIMIT $3::bigint)
-- name: retire_audits
DELETE FROM audit WHERE workspace = $1 AND id IN (
  SELECT id FROM audit WHERE workspace = $1 AND id < $2::bigint ORDER BY id LIMIT $3::bigint)
-- name: retire_tallies
DELETE FROM tally WHERE workspace = $1 AND (hour, name, slot) IN (
  SELECT hour, name, slot FROM tally WHERE workspace = $1 AND hour < $2::bigint LIMIT $3::bigint)
-- name: retire_settings
DELETE FROM settings WHERE workspace = $1 AND version IN (
  SELECT s.version FROM settings s
  WHERE s.workspace = $1 AND s.at < $2::bigint
    AND s.version < (SELECT max(m.version) FROM settings m WHERE m.workspace = $1)
  LIMIT $3::bigint)
