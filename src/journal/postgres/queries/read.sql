-- Everything a Reader asks, but for the console and verify(). What is asked by id alone looks in every workspace.

-- name: begin_read
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
-- name: end_read
COMMIT
-- All of it is read: the ways for single rows that other statements must take are wrong here.
-- name: read_in_bulk
SELECT set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
       set_config('enable_mergejoin', 'on', true)
-- name: declare_open_arrivals
DECLARE open_arrivals NO SCROLL CURSOR FOR
SELECT a.id, a.workspace, a.connection, a.subject, a.announces, a.source, a.received_at, a.happened_at, a.due_at,
       a.tries
FROM arrival a WHERE a.state < 10 ORDER BY a.id
-- name: fetch_open_arrivals
FETCH FORWARD 5000 FROM open_arrivals
-- The page is found in the list of each workspace first; what belongs to its rows is looked up row by row. A row of the
-- list whose delivery is missing (damage) is given without it: the page must not look like the last one.
-- name: open_deliveries
SELECT d.id, d.record, d.workspace, d.connection, d.flow,
       coalesce((SELECT r.store FROM record r WHERE r.workspace = d.workspace AND r.id = d.record), ''),
       d.lane, d.priority, d.on_reject, d.settle, d.state, d.due_at, d.happened_at, d.attempts,
       (SELECT count(*) FROM attempt t WHERE t.workspace = d.workspace AND t.delivery = d.id), d.parts_done, d.parts, o.id
FROM (SELECT x.* FROM workspace w CROSS JOIN LATERAL
        (SELECT t.* FROM delivery_open t WHERE t.workspace = w.name AND t.list = 1 AND t.id > $1 AND t.id <= $2
         ORDER BY t.id LIMIT $3) x
      ORDER BY x.id LIMIT $3) o
LEFT JOIN delivery d ON d.workspace = o.workspace AND d.id = o.id
ORDER BY o.id
-- name: highest_id
SELECT greatest(
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM arrival t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM record t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM delivery t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM case_ t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM note t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM case_group t WHERE t.workspace = w.name) x),
  (SELECT max(id) FROM workspace w, LATERAL (SELECT max(t.id) AS id FROM audit t WHERE t.workspace = w.name) x),
  0)
-- name: pauses
SELECT workspace, connection, at, by, reason FROM pause ORDER BY workspace, connection
-- name: payloads
SELECT p.id, p.codec, p.checksum, p.bytes FROM unnest($2::bigint[]) AS i (id)
JOIN payload p ON p.workspace = $1 AND p.id = i.id
-- As in changes.sql: LIMIT, so that workspace and id are looked up together.
-- name: payloads_anywhere
SELECT p.id, p.codec, p.checksum, p.bytes FROM unnest($1::bigint[]) AS i (id) CROSS JOIN workspace w CROSS JOIN LATERAL
  (SELECT * FROM payload t WHERE t.workspace = w.name AND t.id = i.id LIMIT 1) p
-- name: records_by_key
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM unnest($2::text[]) AS k (key) JOIN record r ON r.workspace = $1 AND r.key = k.key
-- name: record_by_id
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM workspace w JOIN record r ON r.workspace = w.name AND r.id = $1::bigint
-- name: known_subjects
SELECT EXISTS (SELECT 1 FROM arrival a WHERE a.workspace = $1 AND a.subject = k.subject AND a.state < 10)
    OR EXISTS (SELECT 1 FROM record r WHERE r.workspace = $1 AND r.key = k.subject)
FROM unnest($2::text[]) WITH ORDINALITY AS k (subject, n) ORDER BY k.n
-- name: open_records
SELECT r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason, r.settings_version, r.happened_at, r.changed_at,
       r.store, r.customer, r.search_keys
FROM record r WHERE r.state = 1 AND r.workspace = $1 AND r.id > $2::bigint ORDER BY r.id LIMIT $3::bigint
-- name: cursor_value
SELECT value FROM cursor WHERE workspace = $1 AND name = $2
-- name: facts
SELECT f.key, f.value FROM unnest($3::text[]) AS k (key)
JOIN fact f ON f.workspace = $1 AND f.connection = $2 AND f.key = k.key
-- name: deliveries_planned
SELECT d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason, d.due_at, d.happened_at,
       d.attempts, d.parts_done, d.settings_version
FROM delivery d WHERE d.id > $3::bigint AND d.id < $4::bigint AND d.workspace = $1 AND d.connection = $2
ORDER BY d.id LIMIT $5::bigint
-- name: latest_settings
SELECT version, at, by, document FROM settings WHERE workspace = $1 ORDER BY version DESC LIMIT 1
-- name: arrival_by_id
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM workspace w JOIN arrival a ON a.workspace = w.name AND a.id = $1::bigint
-- name: arrivals_of_record
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM arrival a WHERE a.workspace = $1 AND a.record = $2::bigint
UNION
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM arrival o JOIN arrival a ON a.state = 11 AND a.workspace = o.workspace AND a.connection = o.connection
                             AND a.external_id = o.external_id
WHERE o.workspace = $1 AND o.record = $2::bigint AND o.external_id <> ''
ORDER BY 1
-- name: deliveries_of_record
SELECT d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state, d.reason, d.due_at, d.happened_at,
       d.attempts, d.parts_done, d.settings_version
FROM delivery d WHERE d.workspace = $1 AND d.record = $2::bigint ORDER BY -d.id LIMIT $3::bigint
-- name: attempts_of_deliveries
SELECT t.delivery, t.number, t.trigger, t.at, t.took_us, t.outcome, t.http_status, t.reason, t.parts_sent
FROM unnest($2::bigint[]) AS i (id) JOIN attempt t ON t.workspace = $1 AND t.delivery = i.id
ORDER BY t.delivery, t.number
-- name: notes_of_subjects
SELECT n.at, n.subject, n.kind, n.text FROM unnest($2::bigint[]) AS i (id)
JOIN note n ON n.workspace = $1 AND n.subject = i.id ORDER BY n.id
-- name: loose_arrivals
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM workspace w, LATERAL (
  SELECT * FROM arrival x WHERE x.record IS NULL AND x.state <> 11 AND x.workspace = w.name ORDER BY x.id DESC
  LIMIT $2::bigint) a
WHERE ($1 = '' OR w.name = $1) AND (strpos(lower(a.external_id), $3) > 0 OR strpos(lower(a.subject), $3) > 0)
ORDER BY a.id DESC LIMIT $4::bigint
-- name: resolved_arrivals_of_event
SELECT a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces, a.state, a.reason, a.received_at,
       a.happened_at, a.due_at, a.tries
FROM workspace w JOIN arrival_event e ON e.workspace = w.name AND e.external_id = $2
JOIN arrival a ON a.workspace = e.workspace AND a.id = e.arrival
WHERE ($1 = '' OR w.name = $1) AND a.record IS NOT NULL
ORDER BY a.id DESC LIMIT $3::bigint
-- name: cases_of_journey
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, coalesce(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM case_ c LEFT JOIN record r ON r.workspace = c.workspace AND r.id = c.record WHERE c.workspace = $1 AND c.record = $2::bigint
UNION ALL
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, '', c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM unnest($3::bigint[]) AS i (id)
JOIN case_ c ON c.workspace = $1 AND c.delivery = i.id AND c.record IS NULL
UNION ALL
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, '', c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM unnest($4::bigint[]) AS i (id)
JOIN case_ c ON c.workspace = $1 AND c.arrival = i.id AND c.record IS NULL AND c.delivery IS NULL
ORDER BY 1
-- name: open_cases
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, coalesce(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM workspace w, LATERAL (
  SELECT * FROM case_ x WHERE x.workspace = w.name AND x.closed_at IS NULL ORDER BY x.id DESC LIMIT $2::bigint) c
LEFT JOIN record r ON r.workspace = c.workspace AND r.id = c.record
WHERE $1 = '' OR w.name = $1 ORDER BY c.id DESC LIMIT $2::bigint
-- name: cases
SELECT c.id, c.workspace, c.type, c.group_, c.owner, c.record, c.delivery, c.arrival, coalesce(r.key, ''), c.opened_at,
       c.due_at, c.closed_at, c.reason, c.note
FROM workspace w, LATERAL (
  SELECT * FROM case_ x WHERE x.workspace = w.name ORDER BY x.id DESC LIMIT $2::bigint) c
LEFT JOIN record r ON r.workspace = c.workspace AND r.id = c.record
WHERE $1 = '' OR w.name = $1 ORDER BY c.id DESC LIMIT $2::bigint
-- name: counters
SELECT name, sum(value)::bigint FROM counter GROUP BY name
-- name: database_bytes
SELECT pg_database_size(current_database())
