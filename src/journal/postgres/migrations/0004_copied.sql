-- Journals that were copied in from the embedded store (journal/copy). Not finished: no store opens this one.
CREATE TABLE copied (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  source text COLLATE "C" NOT NULL,
  begun_at timestamptz NOT NULL,
  finished_at timestamptz
);
-- The embedded store has cases that were closed before there were groups.
ALTER TABLE case_ ALTER COLUMN case_group DROP NOT NULL;
