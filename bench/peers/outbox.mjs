// The hand-written outbox: Node, `pg` and one table. An event is a row before it is acknowledged; workers claim
// rows with SKIP LOCKED, send them, and mark them done in the same transaction.
// --shared: events that arrive while an INSERT runs share the next one.
import pg from 'pg'
import { concurrently, options, pause, ready, sender, serve, sharing, transform } from './common.mjs'

const settings = options()
const pool = new pg.Pool({ host: settings.database, user: 'postgres', database: 'postgres', max: 20 })

let wakeUp = () => {}

async function storeAlone(text) {
  await pool.query({ name: 'add', text: 'INSERT INTO outbox(body) VALUES ($1)', values: [text] })
  wakeUp()
}

const storeShared = sharing(async (texts) => {
  await pool.query({ name: 'add-many', text: 'INSERT INTO outbox(body) SELECT unnest($1::text[])', values: [texts] })
  wakeUp()
})

async function deliverBatch(client, send) {
  await client.query('BEGIN')
  const { rows } = await client.query({
    name: 'claim',
    text: `SELECT id, body FROM outbox WHERE done_at IS NULL ORDER BY id LIMIT ${settings.batch} FOR UPDATE SKIP LOCKED`,
  })
  await concurrently(rows, (row) => send(transform(row.body)))
  if (rows.length > 0) {
    await client.query({
      name: 'finish',
      text: 'UPDATE outbox SET done_at = now(), attempts = attempts + 1 WHERE id = ANY($1::bigint[])',
      values: [rows.map((row) => row.id)],
    })
  }
  await client.query('COMMIT')
  return rows.length
}

async function work(send) {
  const client = await pool.connect()
  for (;;) {
    if ((await deliverBatch(client, send)) > 0) continue
    await Promise.race([pause(20), new Promise((done) => (wakeUp = done))])
  }
}

await pool.query(`CREATE TABLE IF NOT EXISTS outbox(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz, attempts int NOT NULL DEFAULT 0)`)
await pool.query('CREATE INDEX IF NOT EXISTS outbox_open ON outbox(id) WHERE done_at IS NULL')
if (settings.works) {
  const send = sender(settings.sink)
  for (let i = 0; i < settings.workers; ++i) work(send)
}
if (settings.ingests) serve(settings.port, settings.shared ? storeShared : storeAlone)
else ready(0)
