-- The deliveries that are not over, in a table instead of in indexes that depend on the state: what a delivery came to
-- then changes its row alone and none of its indexes, as long as the row's page has room for one more version of it.

-- A hub that does not keep this table must not write any more: it loses its leases here, its statements the types they
-- name. The locks in the order in which a writer takes them; where one cannot be had (a dump of the database reads
-- delivery until it ends), all are let go in between, so that the hubs that run can renew their leases meanwhile.
DO $$
BEGIN
  FOR attempt IN 1 .. 1000 LOOP
    BEGIN
      SET LOCAL lock_timeout = '2s';
      PERFORM FROM lease ORDER BY shard FOR UPDATE;
      LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      PERFORM pg_sleep(1);
    END;
  END LOOP;
  RAISE 'the table delivery is read by another session for too long: end it (a dump?) and start again'
    USING ERRCODE = 'lock_not_available';
END $$;
UPDATE lease SET owner = NULL, epoch = epoch + 1, until = '-infinity' WHERE owner IS NOT NULL;
ALTER TYPE delivery_row RENAME TO planned_delivery_row;
ALTER TYPE delivery_update_row RENAME TO changed_delivery_row;

-- list: 1 unfinished, 3 blocked (unfinished as well), 11 parked. Rows come and go fast: the end of the file is not given
-- back, which would stop the writers for a moment.
CREATE TABLE delivery_open (
  workspace text COLLATE "C" NOT NULL,
  list smallint NOT NULL,
  id bigint NOT NULL,
  PRIMARY KEY (workspace, list, id)
) WITH (vacuum_truncate = off);
INSERT INTO delivery_open (workspace, list, id)
SELECT workspace, 1, id FROM delivery WHERE state < 10
UNION ALL SELECT workspace, 3, id FROM delivery WHERE state = 3
UNION ALL SELECT workspace, 11, id FROM delivery WHERE state = 11;
DROP INDEX delivery_unfinished, delivery_parked, delivery_blocked;
ALTER TABLE delivery SET (fillfactor = 50);
