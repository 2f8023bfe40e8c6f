-- Records that the search index does not have yet (journal/format.md): it takes them together, once a few hundred wait.
CREATE TABLE search_pending (
  record INTEGER PRIMARY KEY
) STRICT;

-- The writer says when the index merges its parts and how much at a time. By itself it would do so within a commit, and
-- rewrite all it holds each time it has grown fourfold.
INSERT INTO search (search, rank) VALUES ('automerge', 0);
INSERT INTO search (search, rank) VALUES ('usermerge', 16);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
