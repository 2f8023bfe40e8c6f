// BullMQ on Redis. Durable because the server runs with appendfsync always; finished jobs are kept as its guide
// for production says (the last 1,000).
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { CONCURRENCY, options, ready, sender, serve, transform } from './common.mjs'

const QUEUE = 'orders'
const settings = options()
const connect = () => new Redis({ path: settings.database, maxRetriesPerRequest: null })

if (settings.works) {
  const send = sender(settings.sink)
  const worker = new Worker(QUEUE, async (job) => send(transform(job.data.text)), {
    connection: connect(),
    concurrency: CONCURRENCY,
    removeOnComplete: { count: 1_000 },
    removeOnFail: { count: 5_000 },
  })
  worker.on('error', console.error)
  await worker.waitUntilReady()
}
if (settings.ingests) {
  const queue = new Queue(QUEUE, { connection: connect(), defaultJobOptions: { attempts: 5 } })
  await queue.waitUntilReady()
  serve(settings.port, (text) => queue.add('order', { text }))
} else {
  ready(0)
}
