// What every peer does around its queue: the HTTP door, the transform, and the POST to the sink.
import http from 'node:http'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { mapped } from './mapping.mjs'

export const CONCURRENCY = 64

/** --port (0: any), --sink PORT, --database FOLDER of the Unix socket (or its file), --role both|ingest|worker,
 * --shared, --workers N claiming side by side, --batch N rows per claim */
export function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      sink: { type: 'string' },
      database: { type: 'string' },
      role: { type: 'string', default: 'both' },
      shared: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      batch: { type: 'string', default: '200' },
    },
  })
  const { role } = values
  const numbers = { port: Number(values.port), workers: Number(values.workers), batch: Number(values.batch) }
  return { ...values, ...numbers, ingests: role !== 'worker', works: role !== 'ingest' }
}

/** Parse, map, serialize. */
export function transform(text) {
  return JSON.stringify(mapped(JSON.parse(text)))
}

/** POSTs to the sink over kept-alive connections; resolves when it took the event, throws otherwise. */
export function sender(port) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONCURRENCY, pipelining: 1 })
  const headers = { 'content-type': 'application/json' }
  return async (body) => {
    const answer = await pool.request({ method: 'POST', path: '/events', headers, body })
    await answer.body.dump()
    if (answer.statusCode !== 200) throw new Error(`the sink said ${answer.statusCode}`)
  }
}

/** Runs work over the items, at most CONCURRENCY at a time. */
export async function concurrently(items, work) {
  let next = 0
  const lane = async () => {
    while (next < items.length) await work(items[next++])
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, lane))
}

/** Answers 200 to a POST when store(text) has resolved, 503 when it failed. */
export function serve(port, store) {
  const server = http.createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      let status = 200
      try {
        await store(chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString())
      } catch (error) {
        console.error(error)
        status = 503
      }
      response.writeHead(status, { 'content-length': 0 })
      response.end()
    })
  })
  server.listen(port, '127.0.0.1', () => ready(server.address().port))
}

/** Calls insert(values) for groups: what arrives while calls are under way shares the next one. */
export function sharing(insert, underWayMax = 2) {
  const waiting = []
  let underWay = 0
  const insertWaiting = async () => {
    underWay++
    while (waiting.length > 0) {
      const group = waiting.splice(0, 1_000)
      try {
        await insert(group.map((one) => one.value))
        for (const one of group) one.resolve()
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    }
    underWay--
  }
  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({ value, resolve, reject })
      if (underWay < underWayMax) insertWaiting()
    })
}

/** The line that run.py waits for. */
export function ready(port) {
  console.log(JSON.stringify({ port }))
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

process.on('SIGTERM', () => process.exit(0))
