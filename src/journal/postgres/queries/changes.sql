-- What other nodes ask (changes.h). A commit shows up only when every transaction that began before it has ended: until
-- then one with a lower xid may still appear.

-- name: change_place
SELECT pg_snapshot_xmin(pg_current_snapshot())
-- name: change_end
SELECT pg_snapshot_xmax(pg_current_snapshot())
-- name: changes_removed_until
SELECT until FROM change_removed
-- name: changes_since
SELECT xid, number, node, kinds, arrivals, deliveries FROM change
WHERE (xid, number) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, number LIMIT $3::bigint

-- By id in any workspace. Plans are made while the tables are small and kept: LIMIT, and no join, keep the planner from
-- looking for the id alone, which reads the whole index for each row as soon as they are not.
-- name: open_arrivals_of
SELECT a.id, a.workspace, a.connection, a.subject, a.announces, a.source, a.received_at, a.happened_at, a.due_at,
       a.tries
FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT * FROM arrival t WHERE t.workspace = w.name AND t.id = i.id LIMIT 1) a
WHERE a.state < 10
ORDER BY a.id
-- Finished ones as well: who has them waiting learns that they are over.
-- name: deliveries_of
SELECT d.id, d.record, d.workspace, d.connection, d.flow,
       coalesce((SELECT r.store FROM record r WHERE r.workspace = d.workspace AND r.id = d.record), ''),
       d.lane, d.priority, d.on_reject, d.settle, d.state, d.due_at, d.happened_at, d.attempts,
       (SELECT count(*) FROM attempt t WHERE t.workspace = d.workspace AND t.delivery = d.id), d.parts_done, d.parts
FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT * FROM delivery t WHERE t.workspace = w.name AND t.id = i.id LIMIT 1) d
ORDER BY d.id
-- name: newest_settings
SELECT w.name, s.version, s.at, s.by, s.document FROM workspace w CROSS JOIN LATERAL
  (SELECT * FROM settings t WHERE t.workspace = w.name ORDER BY t.version DESC LIMIT 1) s
ORDER BY w.name
