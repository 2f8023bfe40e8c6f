import { ok, pageOf, type Routes, refuse } from '../answer.ts';
import { audit } from '../world.ts';

const at = () => new Date().toISOString();
const erasures: {
  id: string;
  state: string;
  by: string;
  at: string;
  identifiers: string[];
  proof: unknown[];
}[] = [];
const unknown = (body: Record<string, unknown>) => JSON.stringify(body).includes('nobody');

export const privacyRoutes: Routes = {
  'POST /privacy/find': ({ body }) =>
    ok(
      unknown(body)
        ? { records: 0, facts: 0, arrivals: 0, addresses: [], identifiers: [], notes: [], erased_before: [] }
        : {
            records: 14,
            facts: 3,
            arrivals: 2,
            addresses: ['maja.berg@mail.se', '+46701740601'],
            identifiers: [
              { kind: 'email', value: 'maja.berg@mail.se' },
              { kind: 'phone', value: '+46701740601' },
              { kind: 'customer', value: '100221' },
            ],
            notes: ['The phone +46701740601 belongs to customer 100344 as well: it was not followed.'],
            erased_before: [],
          },
    ),
  'POST /privacy/export': ({ body }) =>
    ok({
      at: at(),
      subject: body,
      records: [{ id: '7205759403792793700', key: 'order/1048213' }],
      facts: [],
      arrivals: [],
    }),
  'POST /privacy/erase': ({ body, user }) => {
    if (body['confirm'] !== 'erase') return refuse(400, 'invalid_input', 'this cannot be undone: confirm it');
    const erasure = {
      id: String(7_205_759_403_792_800 + erasures.length),
      state: erasures.length === 0 ? 'asked' : 'waiting',
      by: user?.name ?? '',
      at: at(),
      identifiers: ['email:5f1c…', 'phone:9be2…'],
      proof: [
        { what: 'records', where: 'journal', count: 14, at: at(), answer: 'overwritten' },
        { what: 'profile by email', where: 'klaviyo', count: 1, at: at(), answer: 'asked: 202 accepted' },
      ],
    };
    erasures.unshift(erasure);
    audit(user?.name ?? '', 'privacy.erase', 'a person', `erasure ${erasure.id}`);
    return ok({ ...erasure, notes: [] });
  },
  'GET /privacy/erasures': ({ query }) => ok(pageOf(erasures, query, (one) => one.id)),
  'GET /privacy/erasures/*': ({ params }) => {
    const found = erasures.find((one) => one.id === params[0]);
    return found ? ok(found) : refuse(404, 'not_found', `there is no erasure ${params[0]}`);
  },
};
