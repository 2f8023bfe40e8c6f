// One day of a retailer with twelve shops in Sweden, in memory.
import type { Alert } from '../src/api/alerts.ts';
import type { BulkAction, BulkItem } from '../src/api/bulk.ts';
import type { Paused } from '../src/api/today.ts';
import type { SavedView } from '../src/api/views.ts';
import { type MockCase, makeCases } from './cases.ts';
import { chance, whole } from './random.ts';
import { type MockRecord, makeDay, makeRecord } from './records.ts';

export interface AuditRow {
  id: string;
  at: string;
  by: string;
  act: string;
  subject: string | null;
  about: string;
  before: string | null;
  after: string | null;
  result: string;
}

const now = new Date();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const records = makeDay(now, 2000);

// The newest have not reached Klaviyo yet: it is behind.
for (const record of records.slice(-140)) if (record.person) record.lanes['klaviyo'] = 'waiting';
for (const record of records.slice(-3)) {
  record.state = 'open';
  for (const name of Object.keys(record.lanes)) record.lanes[name] = 'none';
}

const alerts: Alert[] = [
  {
    id: 'lag/klaviyo',
    kind: 'lag',
    subject: 'klaviyo',
    state: 'open',
    level: 'critical',
    text: 'Klaviyo is 22 min behind the tills; 15 min were agreed. 131 deliveries wait.',
    since: ago(7),
    recovered_at: null,
    acknowledged_by: null,
    muted_until: null,
  },
  {
    id: 'silence/LUL-01',
    kind: 'silence',
    subject: 'LUL-01',
    state: 'open',
    level: 'warning',
    text: 'No sale from LUL-01 since 10:40, although it is open and usually sells every 6 min.',
    since: ago(95),
    recovered_at: null,
    acknowledged_by: 'oskar',
    muted_until: null,
  },
  {
    id: 'breaker/bloomreach',
    kind: 'breaker',
    subject: 'bloomreach',
    state: 'recovered',
    level: 'warning',
    text: 'Bloomreach answered 503 five times in a row; sending stopped for 20 s.',
    since: ago(310),
    recovered_at: ago(308),
    acknowledged_by: null,
    muted_until: null,
  },
];

export const world = {
  startedAt: now,
  records,
  cases: makeCases(records, now) as MockCase[],
  alerts,
  paused: new Map<string, Paused>(),
  bulk: [] as (BulkAction & { items: BulkItem[]; plan: MockRecord[] })[],
  views: [
    { name: 'Returns in Göteborg today', page: 'search', query: 'kind=return&store=GOT-01' },
    { name: 'Rejected by Klaviyo', page: 'cases', query: 'view=all&type=rejected_delivery' },
  ] as SavedView[],
  audit: [] as AuditRow[],
  firstRun: process.env['MOCK_FIRST_RUN'] === '1',
};

export function recordOf(id: string): MockRecord | undefined {
  return world.records.find((record) => record.id === id);
}

let audits = 900_000;
export function audit(by: string, act: string, about: string, after: string | null = null): void {
  world.audit.unshift({
    id: String(audits++),
    at: new Date().toISOString(),
    by,
    act,
    subject: null,
    about,
    before: null,
    after,
    result: 'done',
  });
}
for (let i = 0; i < 40; i++)
  audit(
    i % 3 === 0 ? 'oskar' : 'anna',
    i % 4 === 0 ? 'case.assign' : 'record.send_again',
    `record order/10482${i}`,
  );

audit('anna', 'user.change', 'user maja', 'operator of marketing');
audit('oskar', 'connection.pause', 'nordic klaviyo');
Object.assign(world.audit[1] ?? {}, { before: 'viewer of marketing' });
Object.assign(world.audit[0] ?? {}, { result: 'refused (403)' });

// Time goes on: new sales, deliveries that arrive, bulk actions that move. Returns what changed.
export function tick(): string[] {
  const changed = new Set<string>(['records']);
  for (let i = whole(0, 2); i > 0; i--) world.records.push(makeRecord(new Date(), 'waiting'));
  let budget = 6;
  for (const record of world.records) {
    if (record.state === 'open' && Date.now() - Date.parse(record.happened_at) > 4000) {
      record.state = record.person ? 'planned' : 'unidentified';
      if (record.person) for (const name of Object.keys(record.lanes)) record.lanes[name] = 'waiting';
    }
    if (budget === 0 || chance() > 0.5) continue;
    for (const [name, state] of Object.entries(record.lanes)) {
      if (state !== 'waiting' || world.paused.has(`connections/${name}`)) continue;
      record.lanes[name] = 'delivered';
      record.changed_at = new Date().toISOString();
      budget--;
      changed.add('connections');
      break;
    }
  }
  for (const action of world.bulk) {
    if (action.state !== 'running') continue;
    changed.add('bulk');
    for (const record of action.plan.splice(0, 9)) {
      const failed = chance() < 0.06;
      if (!failed)
        for (const [name, state] of Object.entries(record.lanes))
          if (state !== 'none') record.lanes[name] = 'delivered';
      if (failed) action.failed++;
      else action.done++;
      action.items.push({
        record_id: record.id,
        record_key: record.key,
        result: failed ? 'failed' : 'done',
        text: failed ? 'Klaviyo refused it again: the e-mail address is not valid' : 'waits to be sent',
      });
    }
    if (action.plan.length === 0) {
      action.state = 'done';
      action.ended_at = new Date().toISOString();
    }
  }
  return [...changed];
}
