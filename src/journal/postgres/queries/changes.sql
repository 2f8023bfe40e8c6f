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
-- name: open_arrivals_of
SELECT a.id, a.workspace, a.connection, a.subject, a.announces, a.source, a.received_at, a.happened_at, a.due_at,
       a.tries
FROM unnest($1::bigint[]) AS i (id), workspace w, arrival a
WHERE a.workspace = w.name AND a.id = i.id AND a.state < 10
ORDER BY a.id
-- Finished ones as well: who has them waiting learns that they are over.
-- name: deliveries_of
SELECT d.id, d.record, d.workspace, d.connection, d.flow, coalesce(r.store, ''), d.lane, d.priority, d.on_reject, d.settle,
       d.state, d.due_at, d.happened_at, d.attempts,
       (SELECT count(*) FROM attempt t WHERE t.workspace = d.workspace AND t.delivery = d.id), d.parts_done, d.parts
FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w
JOIN delivery d ON d.workspace = w.name AND d.id = i.id
LEFT JOIN record r ON r.workspace = d.workspace AND r.id = d.record
ORDER BY d.id
