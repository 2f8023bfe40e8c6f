-- What is asked when a store is opened.

-- name: durability
SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name
-- The lock goes with the session. One per schema.
-- name: lock_migrations
SELECT pg_advisory_lock(hashtextextended('tillbridge migration ' || current_schema(), 0))
-- name: schema_version
SELECT coalesce(max(number), 0) FROM schema_migration
