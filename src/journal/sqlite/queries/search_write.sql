-- How the search index gets to know what its records are found by.

-- name: note_pending
INSERT INTO search_pending (record) VALUES (?) ON CONFLICT DO NOTHING
-- name: forget_pending
DELETE FROM search_pending WHERE record = ?
-- name: count_pending
SELECT count(*) FROM search_pending
-- name: pending
SELECT p.record, r.search_keys FROM search_pending p CROSS JOIN record r ON r.id = p.record ORDER BY p.record LIMIT ?
-- name: forget_pending_until
DELETE FROM search_pending WHERE record <= ?
-- name: merge_search
INSERT INTO search (search, rank) VALUES ('merge', ?)
-- name: add_search
INSERT INTO search (rowid, search_keys) VALUES (?, ?)
-- name: remove_search
INSERT INTO search (search, rowid, search_keys) VALUES ('delete', ?, ?)
-- name: add_search_short
INSERT INTO search_short (text, record, workspace) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
-- name: remove_search_short
DELETE FROM search_short WHERE text = ? AND record = ?
