-- Plans are made when a node starts, perhaps on empty tables, and kept. Without statistics the planner takes a workspace
-- for as good a condition as an id, picks any index that begins with it, and reads all of it for each row. So the
-- statistics begin with rows of one workspace: it tells nothing, ids, keys and effects tell everything. Few enough rows
-- that their removal does not start a vacuum of the empty tables; later statistics are the real ones.

INSERT INTO arrival (workspace, id, connection, source, external_id, subject, announces, state, reason, received_at,
                     due_at, record)
SELECT '', n, '', 1, n, n, '', 10, '', 0, 0, n FROM generate_series(1, 40) n;
INSERT INTO arrival_event (workspace, external_id, connection, arrival)
SELECT '', n, '', n FROM generate_series(1, 40) n;
INSERT INTO record (workspace, id, kind, key, version, state, reason, settings_version, happened_at, changed_at, store,
                    customer, search_keys)
SELECT '', n, '', n, 1, 2, '', 1, 0, 0, '', '', '' FROM generate_series(1, 40) n;
INSERT INTO search_short (workspace, text, record) SELECT '', n, n FROM generate_series(1, 40) n;
INSERT INTO delivery (workspace, id, record, connection, flow, effect, lane, priority, on_reject, settle, state, reason,
                      due_at, happened_at, settings_version, parts)
SELECT '', n, n, '', '', n, '', 1, 0, 0, 10, '', 0, 0, 1, 1 FROM generate_series(1, 40) n;
INSERT INTO case_group (workspace, id, type, group_, state, owner, assignee, opened_at, due_at, last_at, closed_by,
                        escalation, reopened, open, total, reason)
SELECT '', n, '', n, 10, '', '', 0, n, 0, '', 0, 0, 0, 1, '' FROM generate_series(1, 40) n;
INSERT INTO case_ (workspace, id, type, group_, owner, record, delivery, arrival, opened_at, due_at, reason, closed_at,
                   case_group)
SELECT '', n, '', n, '', n, n, n, 0, 0, '', 0, n FROM generate_series(1, 40) n;
INSERT INTO note (workspace, id, subject, at, kind, text) SELECT '', n, n, 0, '', '' FROM generate_series(1, 40) n;
INSERT INTO audit (workspace, id, at, by, act, subject, about, before, after, result)
SELECT '', n, 0, '', '', n, '', '', '', '' FROM generate_series(1, 40) n;
INSERT INTO payload (workspace, id, codec, checksum, bytes) SELECT '', n, 0, 0, '' FROM generate_series(1, 40) n;
INSERT INTO attempt (workspace, delivery, number, trigger, at, took_us, outcome, http_status, reason, parts_sent)
SELECT '', n, 1, 1, 0, 0, '', 0, '', 0 FROM generate_series(1, 40) n;
ANALYZE arrival, arrival_event, record, search_short, delivery, case_group, case_, note, audit, payload, attempt;
DELETE FROM arrival;
DELETE FROM arrival_event;
DELETE FROM record;
DELETE FROM search_short;
DELETE FROM delivery;
DELETE FROM case_group;
DELETE FROM case_;
DELETE FROM note;
DELETE FROM audit;
DELETE FROM payload;
DELETE FROM attempt;
