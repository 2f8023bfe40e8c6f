import { ok, pageOf, type Routes, refuse } from '../answer.ts';
import { handbook } from '../handbook.ts';
import { stores } from '../people.ts';
import { audit, world } from '../world.ts';

const dayStart = () => new Date(new Date().setUTCHours(0, 0, 0, 0)).toISOString();

export const otherRoutes: Routes = {
  'GET /stores': () =>
    ok({
      items: stores.map((store) => {
        const code = store.slice(0, 6);
        const mine = world.records.filter((one) => one.store === code && one.happened_at >= dayStart());
        const sales = mine.filter((one) => one.kind === 'sale');
        const silent = code === 'LUL-01';
        return {
          store: code,
          state: silent ? 'silent' : sales.length === 0 ? 'closed' : 'trading',
          text: silent ? 'No sale since 10:40; usually one every 6 min at this hour' : store.slice(7),
          last_sale_at: sales.at(-1)?.happened_at ?? null,
          sales_today: sales.length,
          sales_yesterday: 130 + code.charCodeAt(1),
          returns_today: mine.filter((one) => one.kind === 'return').length,
          unidentified_today: mine.filter((one) => one.person === null).length,
          paused: world.paused.get(`stores/${code}`) ?? null,
        };
      }),
      next: null,
    }),
  'POST /workspaces/*/*/*/pause': ({ params, body, user }) => {
    world.paused.set(`${params[1]}/${params[2]}`, {
      by: user?.name ?? '',
      at: new Date().toISOString(),
      reason: String(body['reason'] ?? ''),
    });
    audit(user?.name ?? '', 'pause', `${params[1]} ${params[2]}`, String(body['reason'] ?? ''));
    return ok();
  },
  'POST /workspaces/*/*/*/resume': ({ params, user }) => {
    world.paused.delete(`${params[1]}/${params[2]}`);
    audit(user?.name ?? '', 'resume', `${params[1]} ${params[2]}`);
    return ok();
  },
  'GET /handbook': () =>
    ok({ items: handbook.map(({ page, title, summary }) => ({ page, title, summary })) }),
  'GET /handbook/**': ({ params }) => {
    const found = handbook.find((one) => one.page === params[0]);
    return found
      ? ok({ page: found.page, title: found.title, markdown: found.markdown })
      : refuse(404, 'not_found', 'The handbook has no such page.');
  },
  'GET /audit': ({ query }) =>
    ok(
      pageOf(
        world.audit.filter(
          (one) =>
            (!query.get('by') || one.by === query.get('by')) &&
            (!query.get('act') || `${one.act}.`.startsWith(`${query.get('act') ?? ''}.`)) &&
            (!query.get('subject') || one.subject === query.get('subject')),
        ),
        query,
        (one) => one.id,
      ),
    ),
};
