-- The content checks of verify(). Each finding query gives one text per finding.

-- name: payloads_after
SELECT id, codec, checksum, bytes FROM payload WHERE id > ? ORDER BY id LIMIT ?
-- name: payload_owner
SELECT (SELECT count(*) FROM arrival WHERE id = ?1) + (SELECT count(*) FROM record WHERE id = ?1),
       (SELECT parts FROM delivery WHERE id = ?1)
-- name: payload_range
SELECT ifnull(min(id), 0), ifnull(max(id), 0) FROM payload
-- name: broken_references
SELECT 'delivery ' || d.id || ': its record ' || d.record || ' is missing' FROM delivery d
  WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.id = d.record)
UNION ALL
SELECT 'delivery ' || d.id || ': unfinished and its body is missing' FROM delivery d INDEXED BY delivery_unfinished
  WHERE d.state < 10 AND NOT EXISTS (SELECT 1 FROM payload p WHERE p.id = d.id)
UNION ALL
SELECT 'attempt ' || a.number || ' of delivery ' || a.delivery || ': the delivery is missing' FROM attempt a
  WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = a.delivery)
UNION ALL
SELECT 'arrival ' || a.id || ': its record ' || a.record || ' is missing' FROM arrival a
  WHERE a.record IS NOT NULL AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = a.record)
UNION ALL
SELECT 'event ' || e.connection || '/' || e.external_id || ': its arrival ' || e.arrival || ' is missing'
  FROM arrival_event e WHERE NOT EXISTS (SELECT 1 FROM arrival a WHERE a.id = e.arrival)
UNION ALL
SELECT 'open case ' || c.id || ': what it is about is missing' FROM case_ c
  WHERE c.closed_at IS NULL AND (
    (c.record IS NOT NULL AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = c.record)) OR
    (c.delivery IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = c.delivery)) OR
    (c.arrival IS NOT NULL AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.id = c.arrival)))
UNION ALL
SELECT 'open case ' || c.id || ': its open group is missing' FROM case_ c
  WHERE c.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM case_group g WHERE g.id = c.case_group AND g.state < 10
    AND g.workspace = c.workspace AND g.type = c.type AND g.group_ = c.group_)
UNION ALL
SELECT 'case group ' || id || ' says ' || open || ' open cases, there are ' || cases FROM (
  SELECT g.id, g.open, (SELECT count(*) FROM case_ c WHERE c.case_group = g.id AND c.closed_at IS NULL) AS cases
  FROM case_group g) WHERE open <> cases
UNION ALL
SELECT 'case group ' || id || ': its state does not fit its ' || open || ' open cases' FROM case_group
  WHERE (state < 10) <> (open > 0)
LIMIT 100
-- name: recount
SELECT 0, count(*), ifnull(sum(state < 10), 0), ifnull(sum(state = 11), 0) FROM arrival
UNION ALL SELECT 3, count(*), ifnull(sum(state = 3), 0), ifnull(sum(state = 1), 0) FROM record
UNION ALL SELECT 6, count(*), ifnull(sum(state < 10), 0), ifnull(sum(state = 11), 0) FROM delivery
UNION ALL SELECT 9, (SELECT count(*) FROM attempt), (SELECT count(*) FROM case_ WHERE closed_at IS NULL), 0
