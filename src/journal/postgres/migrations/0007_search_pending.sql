-- Trigrams of new records wait in the index's list of pending entries until it has this size (kB); whoever fills it takes all
-- of it up within a commit. With a quarter of PostgreSQL's 4 MB the longest commits are shorter by that, at the same cost
-- per record, and a search has less to read through. Not there without pg_trgm.
ALTER INDEX IF EXISTS record_search SET (gin_pending_list_limit = 1024);
