-- What planning remembers from one order to the next, per connection (journal/format.md).
CREATE TABLE fact (
  workspace TEXT NOT NULL,
  connection TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, connection, key)
) STRICT, WITHOUT ROWID;
