-- The content checks of verify(). Each finding query gives one text per finding.

-- name: broken_indexes
SELECT 'index ' || c.relname || ' is not valid: REINDEX it'
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT i.indisvalid
-- name: payloads_after
SELECT p.workspace, p.id, p.codec, p.checksum, p.bytes,
       EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = p.workspace AND a.id = p.id)
         OR EXISTS (SELECT 1 FROM record r WHERE r.workspace = p.workspace AND r.id = p.id),
       (SELECT d.parts FROM delivery d WHERE d.workspace = p.workspace AND d.id = p.id)
FROM payload p WHERE (p.workspace, p.id) > ($1, $2::bigint) ORDER BY p.workspace, p.id LIMIT $3::bigint
-- name: payload_range
SELECT (SELECT count(*) FROM payload)
-- name: broken_references
SELECT 'delivery ' || d.id || ': its record ' || d.record || ' is missing' FROM delivery d
  WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.workspace = d.workspace AND r.id = d.record)
UNION ALL
SELECT 'delivery ' || d.id || ': unfinished and its body is missing' FROM delivery d
  WHERE d.state < 10 AND NOT EXISTS (SELECT 1 FROM payload p WHERE p.workspace = d.workspace AND p.id = d.id)
UNION ALL
SELECT 'delivery ' || s.id || ': is not in list ' || s.list || ' of delivery_open' FROM (
  SELECT workspace, 1 AS list, id FROM delivery WHERE state < 10
  UNION ALL SELECT workspace, state, id FROM delivery WHERE state IN (3, 11)) s
  WHERE NOT EXISTS (SELECT 1 FROM delivery_open o WHERE o.workspace = s.workspace AND o.list = s.list AND o.id = s.id)
UNION ALL
SELECT 'delivery ' || o.id || ': does not belong into list ' || o.list || ' of delivery_open' FROM delivery_open o
  WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = o.workspace AND d.id = o.id
    AND CASE o.list WHEN 1 THEN d.state < 10 ELSE d.state = o.list END)
UNION ALL
SELECT 'attempt ' || a.number || ' of delivery ' || a.delivery || ': the delivery is missing' FROM attempt a
  WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = a.workspace AND d.id = a.delivery)
UNION ALL
SELECT 'arrival ' || a.id || ': its record ' || a.record || ' is missing' FROM arrival a
  WHERE a.record IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.workspace = a.workspace AND r.id = a.record)
UNION ALL
SELECT 'event ' || e.connection || '/' || e.external_id || ': its arrival ' || e.arrival || ' is missing'
  FROM arrival_event e WHERE NOT EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = e.workspace AND a.id = e.arrival)
UNION ALL
SELECT 'open case ' || c.id || ': what it is about is missing' FROM case_ c
  WHERE c.closed_at IS NULL AND (
    (c.record IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM record r WHERE r.workspace = c.workspace AND r.id = c.record)) OR
    (c.delivery IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.workspace = c.workspace AND d.id = c.delivery)) OR
    (c.arrival IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = c.workspace AND a.id = c.arrival)))
UNION ALL
SELECT 'open case ' || c.id || ': its open group is missing' FROM case_ c
  WHERE c.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM case_group g WHERE g.workspace = c.workspace
    AND g.id = c.case_group AND g.state < 10 AND g.type = c.type AND g.group_ = c.group_)
UNION ALL
SELECT 'case group ' || id || ' says ' || open || ' open cases, there are ' || cases FROM (
  SELECT g.id, g.open, (SELECT count(*) FROM case_ c WHERE c.workspace = g.workspace AND c.case_group = g.id
    AND c.closed_at IS NULL) AS cases
  FROM case_group g) counted WHERE open <> cases
UNION ALL
SELECT 'case group ' || id || ': its state does not fit its ' || open || ' open cases' FROM case_group
  WHERE (state < 10) <> (open > 0)
UNION ALL
SELECT 'workspace ' || t.workspace || ' is not in the list of workspaces' FROM (
  SELECT DISTINCT workspace FROM counter) t WHERE NOT EXISTS (SELECT 1 FROM workspace w WHERE w.name = t.workspace)
LIMIT 100
-- name: recount
SELECT 0, count(*), count(*) FILTER (WHERE state < 10), count(*) FILTER (WHERE state = 11) FROM arrival
UNION ALL SELECT 3, count(*), count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 1) FROM record
UNION ALL SELECT 6, count(*), count(*) FILTER (WHERE state < 10), count(*) FILTER (WHERE state = 11) FROM delivery
UNION ALL SELECT 9, (SELECT count(*) FROM attempt), (SELECT count(*) FROM case_ WHERE closed_at IS NULL), 0
