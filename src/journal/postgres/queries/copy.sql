-- A copy that is made of another journal (copy_target.h).

-- The lock goes with the session. One per schema.
-- name: lock_copying
SELECT pg_advisory_lock(hashtextextended('tillbridge copy ' || current_schema(), 0))
-- Who leads or is about to waits for this transaction, and finds the copy begun afterwards.
-- name: hold_all_leases
SELECT l.owner, coalesce(n.name, '') FROM (SELECT * FROM lease ORDER BY shard FOR UPDATE) l
LEFT JOIN node n ON n.number = l.owner
WHERE l.until > clock_timestamp() ORDER BY l.shard LIMIT 1
-- A hub that was frozen past its lease must not write into the copy when it wakes.
-- name: end_all_leases
UPDATE lease SET owner = NULL, epoch = epoch + 1, until = '-infinity' WHERE owner IS NOT NULL
-- name: copied
SELECT source, to_char(begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), finished_at IS NULL FROM copied
-- name: put_copied
INSERT INTO copied (source, begun_at) VALUES ($1, now())
ON CONFLICT (only_one) DO UPDATE SET source = excluded.source, begun_at = excluded.begun_at, finished_at = NULL
-- name: finish_copied
UPDATE copied SET finished_at = now()
-- Of 300,000 records the trigrams cost 12 s row by row and 6 s at once. As in the first migration.
-- name: drop_search_index
DROP INDEX IF EXISTS record_search
-- As the migrations leave it. Without the extension there was none before either.
-- name: make_search_index
DO $$
BEGIN
  CREATE INDEX IF NOT EXISTS record_search ON record USING gin (lower(search_keys) gin_trgm_ops)
    WITH (gin_pending_list_limit = 1024);
EXCEPTION WHEN undefined_object THEN
  RAISE WARNING 'tillbridge: no index for searching (pg_trgm): %', SQLERRM;
END $$
