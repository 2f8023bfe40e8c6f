import type { RecordRow } from '../src/api/records.ts';
import { type Customer, customers, storeCodes } from './people.ts';
import { chance, freshId, pick, whole } from './random.ts';

export interface MockRecord extends RecordRow {
  order: string;
  receipt: string;
  person: Customer | null;
  amount: number;
  lanes: Record<string, string>; // connection -> state
  sentAgain: { at: string; by: string }[];
  document: string;
}

const articles = [
  ['GLS-VAS-L', 'Vase, large', 499],
  ['LIN-TBL-200', 'Linen tablecloth 200', 699],
  ['CND-SOY-04', 'Soy candle, no. 4', 149],
  ['CSH-VEL-50', 'Velvet cushion 50 × 50', 349],
  ['MUG-STN-02', 'Stoneware mug', 129],
  ['THR-WOL-01', 'Wool throw', 1299],
] as const;

export const platforms = ['bloomreach', 'klaviyo'] as const;
let orders = 1_048_213;

function documentOf(record: Omit<MockRecord, 'document'>): string {
  const row = pick(articles);
  return JSON.stringify({
    orderid: Number(record.order),
    ordertype: 10,
    orderstate: 40,
    orderdate: Math.floor(Date.parse(record.happened_at) / 1000),
    currencycode: 'SEK',
    moneytotal_gross_all: `${record.amount}.00`,
    'store-id': record.store,
    'pos-receiptid': record.receipt,
    ...(record.person
      ? {
          crm_customer_id: record.person.number,
          'customer-email': record.person.email,
          'customer-phone': record.person.phone,
          'customer-name': `${record.person.first} ${record.person.family}`,
        }
      : {}),
    orderitems: [
      {
        sku: row[0],
        productname: row[1],
        quantity: record.kind === 'return' ? -1 : 1,
        moneyprice: `${row[2]}.00`,
      },
    ],
  });
}

export function makeRecord(at: Date, lane = 'delivered'): MockRecord {
  const luck = chance();
  const kind = luck < 0.87 ? 'sale' : luck < 0.97 ? 'return' : 'cancelled_order';
  const person = chance() < 0.76 ? pick(customers) : null;
  const order = String(orders++);
  const store = pick(storeCodes);
  const state = person ? 'planned' : 'unidentified';
  const base = {
    id: freshId(),
    key: `order/${order}`,
    kind,
    state,
    reason: person ? null : 'no customer on the receipt',
    store,
    customer: person?.number ?? null,
    happened_at: at.toISOString(),
    changed_at: new Date(at.getTime() + whole(2100, 9000)).toISOString(),
    order,
    receipt: `${store}-${order.slice(-5)}`,
    person,
    amount: whole(1, 40) * 50 - 1,
    lanes: Object.fromEntries(platforms.map((name) => [name, person ? lane : 'none'])),
    sentAgain: [],
  };
  return { ...base, document: documentOf(base) };
}

// 26 hours of shops that open at nine and close at eight.
export function makeDay(now: Date, count: number): MockRecord[] {
  const times: number[] = [];
  while (times.length < count) {
    const at = now.getTime() - chance() * 26 * 3_600_000;
    const hour = (new Date(at).getUTCHours() + 1) % 24;
    const busy = hour < 9 || hour > 19 ? 0.05 : hour > 15 ? 1 : 0.6;
    if (chance() < busy) times.push(at);
  }
  return times.sort((a, b) => a - b).map((at) => makeRecord(new Date(at)));
}
