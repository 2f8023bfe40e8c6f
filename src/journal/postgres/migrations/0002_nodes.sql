-- Who is there, and who owns which shard of the work (journal/format.md). Times are the database's.

CREATE TABLE node (
  number integer PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  heard_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE lease (
  shard smallint PRIMARY KEY,
  owner integer,
  epoch bigint NOT NULL DEFAULT 0,
  until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO lease (shard) SELECT generate_series(0, 255);
