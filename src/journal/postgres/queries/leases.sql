-- Nodes and leases (leases.h). Each is one statement, by the database's clock. Rows are locked in the order of shards.

-- name: beat
INSERT INTO node (number, name, address, started_at, heard_at)
VALUES ($1::bigint, $2, $3, clock_timestamp(), clock_timestamp())
ON CONFLICT (number) DO UPDATE SET name = excluded.name, address = excluded.address, heard_at = excluded.heard_at
-- name: nodes
SELECT number, name, address, (extract(epoch FROM clock_timestamp() - heard_at) * 1000000)::bigint,
       (SELECT count(*) FROM lease l WHERE l.owner = n.number AND l.until > clock_timestamp())
FROM node n ORDER BY number
-- name: forget_node
DELETE FROM node WHERE number = $1::bigint
-- name: leases
SELECT shard, owner, epoch, until > clock_timestamp() FROM lease ORDER BY shard
-- Free ones, and those whose owner did not renew in time.
-- name: acquire_leases
WITH free AS (
  SELECT l.shard FROM lease l
  WHERE l.shard = ANY ($2::bigint[]) AND (l.owner IS NULL OR l.until < clock_timestamp())
  ORDER BY l.shard FOR UPDATE SKIP LOCKED)
UPDATE lease l SET owner = $1::bigint, epoch = l.epoch + 1,
                   until = clock_timestamp() + $3::bigint * interval '1 microsecond'
FROM free WHERE l.shard = free.shard
RETURNING l.shard, l.epoch
-- One that has run out but that nobody has taken stays with its owner.
-- name: renew_leases
WITH mine AS (
  SELECT l.shard FROM unnest($2::bigint[], $3::bigint[]) AS i (shard, epoch)
  JOIN lease l ON l.shard = i.shard AND l.epoch = i.epoch AND l.owner = $1::bigint
  ORDER BY l.shard FOR UPDATE OF l)
UPDATE lease l SET until = clock_timestamp() + $4::bigint * interval '1 microsecond'
FROM mine WHERE l.shard = mine.shard
RETURNING l.shard, l.epoch
-- name: release_leases
WITH mine AS (
  SELECT l.shard FROM unnest($2::bigint[], $3::bigint[]) AS i (shard, epoch)
  JOIN lease l ON l.shard = i.shard AND l.epoch = i.epoch AND l.owner = $1::bigint
  ORDER BY l.shard FOR UPDATE OF l)
UPDATE lease l SET owner = NULL, until = '-infinity' FROM mine WHERE l.shard = mine.shard
-- The locks last until the end of the transaction: who takes a lease waits for it.
-- name: hold_leases
SELECT l.shard, l.epoch, l.owner FROM unnest($1::bigint[]) AS i (shard) JOIN lease l ON l.shard = i.shard
ORDER BY l.shard FOR SHARE OF l
-- name: end_writers
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'tillbridge writer ' || $1::bigint || ' %'
