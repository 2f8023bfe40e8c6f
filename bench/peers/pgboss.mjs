// pg-boss with the policy that keeps the order per customer, in a table of its own (partition).
// --shared: events that arrive while an insert runs share the next one, instead of a send() for each.
import { PgBoss } from 'pg-boss'
import { concurrently, options, pause, ready, sender, serve, sharing, transform } from './common.mjs'

const QUEUE = 'orders'
const settings = options()
const boss = new PgBoss({ host: settings.database, user: 'postgres', database: 'postgres', max: 20, schedule: false })
boss.on('error', console.error)

async function storeAlone(text) {
  const order = JSON.parse(text)
  await boss.send(QUEUE, order, { singletonKey: order.lane })
}

const insertShared = sharing((jobs) => boss.insert(QUEUE, jobs))

async function storeShared(text) {
  const order = JSON.parse(text)
  await insertShared({ data: order, singletonKey: order.lane })
}

// fetch() and complete() without a pause between full hands: work() would poll every half second at best.
async function work(send) {
  for (;;) {
    const jobs = await boss.fetch(QUEUE, { batchSize: settings.batch })
    if (jobs.length === 0) {
      await pause(5)
      continue
    }
    const done = []
    const failed = []
    await concurrently(jobs, async (job) => {
      try {
        await send(transform(JSON.stringify(job.data)))
        done.push(job.id)
      } catch (error) {
        console.error(error)
        failed.push(job.id)
      }
    })
    if (done.length > 0) await boss.complete(QUEUE, done)
    if (failed.length > 0) await boss.fail(QUEUE, failed)
  }
}

await boss.start()
await boss.createQueue(QUEUE, { policy: 'key_strict_fifo', partition: true })
if (settings.works) {
  const send = sender(settings.sink)
  for (let i = 0; i < settings.workers; ++i) work(send)
}
if (settings.ingests) serve(settings.port, settings.shared ? storeShared : storeAlone)
else ready(0)
