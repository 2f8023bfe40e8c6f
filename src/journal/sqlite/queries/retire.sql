-- Retention. A stock record is what is true now, however old its id is, and stays. ?1 is the lowest id (or instant) that stays, ?2 the most rows to take. Unfinished work, and whatever an open
-- case points at, stays whatever its age.

-- name: retire_payloads
DELETE FROM payload WHERE id IN (
  SELECT p.id FROM payload p
  WHERE p.id < ?1
    AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.id = p.id AND (a.state < 10
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.arrival = a.id AND c.closed_at IS NULL)))
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = p.id AND (d.state < 10
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.delivery = d.id AND c.closed_at IS NULL)))
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = p.id AND (r.state = 1 OR r.kind = 'stock'
        OR EXISTS (SELECT 1 FROM delivery d WHERE d.record = r.id AND d.state < 10)
        OR EXISTS (SELECT 1 FROM case_ c WHERE c.record = r.id AND c.closed_at IS NULL)))
  ORDER BY p.id LIMIT ?2)
-- name: old_arrivals
SELECT a.id, a.workspace, a.connection, a.external_id, a.state FROM arrival a
WHERE a.id < ?1 AND a.state >= 10
  AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.arrival = a.id AND c.closed_at IS NULL)
ORDER BY a.id LIMIT ?2
-- name: remove_arrival
DELETE FROM arrival WHERE id = ?
-- name: remove_event
DELETE FROM arrival_event WHERE workspace = ? AND connection = ? AND external_id = ? AND arrival = ?
-- name: old_deliveries
SELECT d.id, d.workspace, d.state FROM delivery d
WHERE d.id < ?1 AND d.state >= 10
  AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.delivery = d.id AND c.closed_at IS NULL)
ORDER BY d.id LIMIT ?2
-- name: remove_delivery
DELETE FROM delivery WHERE id = ?
-- name: remove_attempts
DELETE FROM attempt WHERE delivery = ?
-- name: old_records
SELECT r.id, r.workspace, r.state, r.search_keys FROM record r
WHERE r.id < ?1 AND r.state <> 1 AND r.kind <> 'stock'
  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.record = r.id)
  AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.record = r.id)
  AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.record = r.id AND c.closed_at IS NULL)
ORDER BY r.id LIMIT ?2
-- name: remove_record
DELETE FROM record WHERE id = ?
-- name: retire_notes
DELETE FROM note WHERE id IN (
  SELECT id FROM note INDEXED BY note_not_audit WHERE kind <> 'audit' AND id < ?1 ORDER BY id LIMIT ?2)
-- name: retire_audit_notes
DELETE FROM note WHERE id IN (SELECT id FROM note WHERE id < ?1 ORDER BY id LIMIT ?2)
-- name: retire_cases
DELETE FROM case_ WHERE id IN (SELECT id FROM case_ WHERE id < ?1 AND closed_at IS NOT NULL ORDER BY id LIMIT ?2)
-- name: retire_settings
DELETE FROM settings WHERE (workspace, version) IN (
  SELECT s.workspace, s.version FROM settings s
  WHERE s.at < ?1 AND s.version < (SELECT max(m.version) FROM settings m WHERE m.workspace = s.workspace)
  LIMIT ?2)
-- name: retire_case_groups
DELETE FROM case_group WHERE id IN (
  SELECT g.id FROM case_group g
  WHERE g.id < ?1 AND g.state >= 10 AND NOT EXISTS (SELECT 1 FROM case_ c WHERE c.case_group = g.id)
  ORDER BY g.id LIMIT ?2)
-- name: retire_audits
DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ?1 ORDER BY id LIMIT ?2)
-- name: retire_tallies
DELETE FROM tally WHERE (workspace, hour, name) IN (
  SELECT workspace, hour, name FROM tally INDEXED BY tally_by_hour WHERE hour < ?1 LIMIT ?2)
