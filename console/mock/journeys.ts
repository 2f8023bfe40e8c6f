import type { Attempt, Delivery, Journey } from '../src/api/records.ts';
import type { MockRecord } from './records.ts';
import { world } from './world.ts';

const later = (record: MockRecord, ms: number) => new Date(Date.parse(record.happened_at) + ms).toISOString();

const attempt = (
  number: number,
  at: string,
  outcome: string,
  http_status: number | null,
  reason: string | null,
  trigger = number === 1 ? 'first' : 'retry',
): Attempt => ({
  number,
  trigger,
  at,
  took_ms: 180 + number * 67,
  outcome,
  http_status,
  reason,
  parts_sent: 1,
});

function attemptsOf(record: MockRecord, connection: string, state: string): Attempt[] {
  const ok = connection === 'klaviyo' ? 202 : 200;
  const again = record.sentAgain.map((one, i) =>
    attempt(9 + i, one.at, state === 'delivered' ? 'delivered' : 'rejected', ok, null, 'operator'),
  );
  switch (state) {
    case 'delivered':
      return Number(record.order) % 9 === 0
        ? [
            attempt(1, later(record, 3100), 'throttled', 429, 'Retry-After: 2 s'),
            attempt(2, later(record, 5600), 'delivered', ok, null),
            ...again,
          ]
        : [attempt(1, later(record, 3100), 'delivered', ok, null), ...again];
    case 'parked':
      return [
        attempt(1, later(record, 3300), 'transient', 502, 'a page of HTML instead of an answer'),
        attempt(
          2,
          later(record, 4100),
          'rejected',
          400,
          'Invalid input: email "…@mial.con" is not a valid address',
        ),
        ...again,
      ];
    case 'blocked':
      return [
        attempt(1, later(record, 3300), 'rejected', 409, 'the profile belongs to another customer'),
        ...again,
      ];
    case 'waiting':
      return Number(record.order) % 2 === 0
        ? [attempt(1, later(record, 3300), 'ambiguous', null, 'no answer within 20 s')]
        : [];
    default:
      return [];
  }
}

function deliveriesOf(record: MockRecord, connection: string): Delivery[] {
  const state = record.lanes[connection] ?? 'none';
  if (state === 'none') return [];
  const base = {
    lane: `customer/${record.person?.number ?? ''}`,
    planned_at: later(record, 2900),
    settings_version: 4,
    due_at: state === 'waiting' ? new Date(Date.now() + 40_000).toISOString() : null,
  };
  const flow = record.kind === 'return' ? 'return' : record.kind === 'cancelled_order' ? 'cancelled' : 'sale';
  const main: Delivery = {
    ...base,
    id: `${record.id}${connection === 'klaviyo' ? '2' : '1'}`,
    flow: `${flow}_to_${connection}`,
    effect:
      connection === 'klaviyo'
        ? flow === 'return'
          ? 'Refunded Order'
          : 'Placed Order, Ordered Product'
        : flow === 'return'
          ? 'return, return_item'
          : 'purchase, purchase_item',
    state,
    reason:
      state === 'parked'
        ? 'Klaviyo refused it: the e-mail address is not valid'
        : state === 'blocked'
          ? 'the profile belongs to another customer'
          : state === 'waiting'
            ? 'its turn comes after what is before it in the lane'
            : null,
    parts: connection === 'klaviyo' ? 2 : 1,
    attempts: attemptsOf(record, connection, state),
  };
  if (connection !== 'bloomreach' || flow !== 'sale') return [main];
  return [
    {
      ...base,
      id: `${record.id}3`,
      flow: 'customer_to_bloomreach',
      effect: 'customer update',
      state: state === 'delivered' ? 'delivered' : 'held',
      reason: state === 'delivered' ? null : 'waits for the window 22:00-06:00',
      parts: 1,
      attempts: state === 'delivered' ? [attempt(1, later(record, 3050), 'delivered', 200, null)] : [],
    },
    main,
  ];
}

const worst = ['blocked', 'parked', 'waiting', 'held', 'delivered', 'skipped'];

export function journeyOf(record: MockRecord, masked: boolean): Journey {
  const { document: _d, lanes: _l, order, receipt, person, amount: _a, sentAgain: _s, ...row } = record;
  const cases = world.cases.filter((one) => one.records.includes(record.id));
  return {
    record: {
      ...row,
      version: 1,
      settings_version: 4,
      personal_data: masked ? 'masked' : 'shown',
    },
    arrivals: [
      {
        id: `${record.id}7`,
        connection: 'sitoo',
        source: 'event',
        event_id: `ev-${order}-closed`,
        subject: `order ${order}`,
        state: 'resolved',
        reason: null,
        received_at: later(record, 420),
        tries: 1,
      },
      {
        id: `${record.id}8`,
        connection: 'sitoo',
        source: 'poll',
        event_id: null,
        subject: `order ${order}`,
        state: 'duplicate',
        reason: 'the event had come already',
        received_at: later(record, 21_000),
        tries: 0,
      },
    ],
    platforms: ['bloomreach', 'klaviyo'].map((connection) => {
      const deliveries = deliveriesOf(record, connection);
      const state = worst.find((one) => deliveries.some((delivery) => delivery.state === one)) ?? 'none';
      return { connection, title: connection === 'klaviyo' ? 'Klaviyo' : 'Bloomreach', state, deliveries };
    }),
    cases: cases.map((one) => ({
      id: `${one.id}0`,
      group_id: one.id,
      type: one.type,
      title: one.title,
      owner: one.team,
      opened_at: one.opened_at,
      closed_at: one.closed_at,
      reason: one.reason,
      note: null,
    })),
    notes: [
      { at: later(record, 2400), kind: 'resolve', text: `read order ${order}, receipt ${receipt}` },
      ...(person
        ? [{ at: later(record, 2900), kind: 'plan', text: 'planned with settings version 4' }]
        : [
            {
              at: later(record, 2900),
              kind: 'plan',
              text: 'unidentified: nothing to send, kept and counted',
            },
          ]),
    ],
    consents: person
      ? [
          {
            channel: 'email',
            address: masked ? 'm•••@mail.se' : person.email,
            state: 'subscribed',
            decided_at: '2025-11-03T12:10:00.000Z',
            source: 'till STO-01',
          },
        ]
      : [],
  };
}

export function bytesOf(record: MockRecord, connection: string, today = false): string[] {
  const time = Math.floor(Date.parse(record.happened_at) / 1000);
  if (connection === 'klaviyo') {
    const event = (metric: string, more: object) =>
      JSON.stringify({
        data: {
          type: 'event',
          attributes: {
            metric: { data: { type: 'metric', attributes: { name: metric } } },
            profile: { data: { type: 'profile', attributes: { email: record.person?.email } } },
            time: record.happened_at.replace(/\.\d+Z/, '+00:00'),
            unique_id: `sitoo:${record.order}`,
            value: record.amount,
            value_currency: 'SEK',
            properties: { OrderId: record.order, 'Source Name': 'POS', Store: record.store, ...more },
          },
        },
      });
    return [
      event('Placed Order', today ? { 'Store Name': 'Nordstan' } : {}),
      event('Ordered Product', { SKU: 'CND-SOY-04' }),
    ];
  }
  return [
    `{"name":"customers/events","data":{"customer_ids":{"registered":"${record.customer}"},"event_type":"purchase","timestamp":${time},"properties":{"purchase_id":"${record.order}","purchase_status":"success","total_price":${record.amount}.00,"local_currency":"SEK","payment_type":"card"${today ? ',"purchase_source_name":"Nordstan"' : ''}}}}`,
  ];
}
