import { ok, pageOf, type Routes, refuse } from '../answer.ts';
import { bytesOf, journeyOf } from '../journeys.ts';
import type { MockAccount } from '../people.ts';
import { customers } from '../people.ts';
import type { MockRecord } from '../records.ts';
import { audit, recordOf, world } from '../world.ts';

export function matching(query: { get(name: string): string | null }): MockRecord[] {
  const text = query.get('text')?.toLowerCase() ?? '';
  const is = (name: string, value: string | null) => {
    const wanted = query.get(name);
    return wanted === null || wanted === '' || wanted === value;
  };
  const lane = query.get('state') ?? '';
  return world.records
    .filter(
      (one) =>
        is('kind', one.kind) &&
        is('store', one.store) &&
        (lane === '' || one.state === lane || Object.values(one.lanes).includes(lane)) &&
        one.happened_at >= (query.get('from') ?? '') &&
        one.happened_at <= (query.get('until') ?? '9') &&
        (text === '' ||
          `${one.key} ${one.receipt} ${one.customer ?? ''} ${one.person?.email ?? ''} ${one.person?.phone ?? ''} ${one.person?.first ?? ''} ${one.person?.family ?? ''}`
            .toLowerCase()
            .includes(text)),
    )
    .toReversed();
}

function row(one: MockRecord) {
  const { id, key, kind, state, reason, store, customer, happened_at, changed_at } = one;
  return { id, key, kind, state, reason, store, customer, happened_at, changed_at };
}

function guessesFor(text: string) {
  const guesses: { what: string; text: string }[] = [];
  if (/@/.test(text)) guesses.push({ what: 'E-mail address', text: text.toLowerCase() });
  if (/^\+?\d[\d -]{7,}$/.test(text)) guesses.push({ what: 'Phone number', text });
  if (/^\d{4,10}$/.test(text)) guesses.push({ what: 'Order number', text });
  if (/^[a-z]{3}-\d/i.test(text)) guesses.push({ what: 'Receipt number', text: text.toUpperCase() });
  guesses.push({ what: 'Anything', text });
  return guesses;
}

const masked = (user: MockAccount | null) => user?.role === 'viewer' || user?.role === 'operator';
const missing = () => refuse(404, 'not_found', 'There is no such record; it may be past its retention.');
const hide = (text: string) => text.replace(/[\w.]+@/g, 'm•••@').replace(/\+46\d+/g, '+46•••');

export const recordRoutes: Routes = {
  'GET /records': ({ query }) => {
    const page = pageOf(matching(query), query, (one) => one.id);
    const text = query.get('text');
    const first = query.get('after') === null;
    return ok({
      items: page.items.map(row),
      next: page.next,
      guesses: text ? guessesFor(text) : [],
      arrivals:
        text && first && /^ev-|^10/.test(text)
          ? [
              {
                id: '99000017',
                connection: 'sitoo',
                source: 'event',
                event_id: `ev-${text}-x`,
                subject: `order ${text}`,
                state: 'ignored',
                reason: 'an order of another site (7)',
                received_at: new Date(Date.now() - 7_200_000).toISOString(),
                tries: 1,
              },
            ]
          : [],
    });
  },
  'GET /records/*': ({ params, user }) => {
    const one = recordOf(params[0] ?? '');
    return one ? ok(journeyOf(one, masked(user))) : missing();
  },
  'GET /records/*/document': ({ params, user }) => {
    const one = recordOf(params[0] ?? '');
    if (!one) return missing();
    return ok({ parts: [masked(user) ? hide(one.document) : one.document], masked: masked(user) });
  },
  'GET /deliveries/*/bytes': ({ params, user }) => {
    const id = params[0] ?? '';
    const one = recordOf(id.slice(0, -1));
    if (!one) return missing();
    const parts = bytesOf(one, id.endsWith('2') ? 'klaviyo' : 'bloomreach');
    return ok({ parts: masked(user) ? parts.map(hide) : parts, masked: masked(user) });
  },
  'GET /arrivals/*/bytes': ({ params }) =>
    ok({ parts: [`{"eventid":"${params[0]}","eventtype":"order.closed","orderid":1048213}`], masked: false }),
  'GET /records/*/preview': ({ params }) => {
    const one = recordOf(params[0] ?? '');
    if (!one) return missing();
    if (!one.person) return ok({ deliveries: [], notes: ['Unidentified: nothing would be planned.'] });
    return ok({
      deliveries: ['bloomreach', 'klaviyo'].map((connection) => {
        const sent = bytesOf(one, connection);
        const now = bytesOf(one, connection, connection === 'klaviyo');
        return {
          connection,
          flow: `sale_to_${connection}`,
          effect: connection === 'klaviyo' ? 'Placed Order' : 'purchase',
          sent,
          now,
          same: JSON.stringify(sent) === JSON.stringify(now),
        };
      }),
      notes: ['Settings version 6 of today; the record was planned with version 4.'],
    });
  },
  'POST /records/*/send-again': ({ params, user }) => {
    const one = recordOf(params[0] ?? '');
    if (!one) return missing();
    const stuck = Object.entries(one.lanes).filter(([, state]) => state === 'parked' || state === 'blocked');
    if (stuck.length === 0) return refuse(409, 'conflict', 'Nothing of this record is parked or blocked.');
    for (const [name] of stuck) one.lanes[name] = 'waiting';
    one.sentAgain.push({ at: new Date().toISOString(), by: user?.name ?? '' });
    audit(user?.name ?? '', 'record.send_again', `record ${one.key}`);
    return ok({ done: true, message: `${stuck.length} deliveries wait to be sent again.` });
  },
  'POST /records/*/rebuild': ({ params, user, body }) => {
    const one = recordOf(params[0] ?? '');
    if (!one) return missing();
    for (const name of Object.keys(one.lanes))
      if (one.lanes[name] !== 'delivered') one.lanes[name] = 'waiting';
    audit(user?.name ?? '', 'record.rebuild', `record ${one.key}`, String(body['note']));
    return ok({ done: true, message: 'Rebuilt with settings version 6 and waiting to be sent.' });
  },
  'POST /records/*/attribute': ({ params, body }) => {
    const one = recordOf(params[0] ?? '');
    const person = customers.find((each) => each.number === body['customer']);
    if (!one) return missing();
    if (!person) return refuse(422, 'invalid', `There is no customer ${String(body['customer'])}.`);
    one.person = person;
    one.customer = person.number;
    one.state = 'planned';
    one.reason = null;
    for (const name of Object.keys(one.lanes)) one.lanes[name] = 'waiting';
    return ok({ done: true, message: `It belongs to customer ${person.number} now and waits to be sent.` });
  },
  'POST /deliveries/*/edit': ({ params, body }) => {
    const one = recordOf((params[0] ?? '').slice(0, -1));
    if (!one) return missing();
    try {
      for (const text of body['parts'] as string[]) JSON.parse(text);
    } catch {
      return refuse(422, 'invalid', 'Part 1 is not JSON any more.');
    }
    one.lanes[params[0]?.endsWith('2') ? 'klaviyo' : 'bloomreach'] = 'waiting';
    return ok({ done: true, message: 'The edited delivery waits to be sent.' });
  },
  'POST /deliveries/*/skip': ({ params }) => {
    const one = recordOf((params[0] ?? '').slice(0, -1));
    if (!one) return missing();
    one.lanes[params[0]?.endsWith('2') ? 'klaviyo' : 'bloomreach'] = 'skipped';
    return ok({ done: true, message: 'Skipped. The lane goes on.' });
  },
  'POST /merge': () => ok({ done: true, message: 'Merged.' }),
  'GET /blocked': ({ query }) =>
    ok(
      pageOf(
        world.records
          .filter((one) => one.lanes['klaviyo'] === 'blocked')
          .map((one) => ({
            delivery_id: `${one.id}2`,
            connection: 'klaviyo',
            customer: one.customer ?? '',
            record_id: one.id,
            record_key: one.key,
            since: one.happened_at,
            reason: '409: the profile belongs to customer 100273',
            waiting_behind: Number(one.order) % 5,
          })),
        query,
        (one) => one.delivery_id,
      ),
    ),
};
