import type { BulkAct, BulkFilter } from '../../src/api/bulk.ts';
import { ok, pageOf, type Routes, refuse } from '../answer.ts';
import { freshId } from '../random.ts';
import type { MockRecord } from '../records.ts';
import { audit, recordOf, world } from '../world.ts';
import { matching } from './records.ts';

function planOf(filter: Record<string, string>): MockRecord[] {
  if (filter['case']) {
    const one = world.cases.find((each) => each.id === filter['case']);
    return (one?.records ?? []).flatMap((id) => recordOf(id) ?? []);
  }
  const connection = filter['connection'];
  if (connection) return world.records.filter((one) => one.lanes[connection] === filter['delivery_state']);
  return matching({ get: (name) => filter[name] ?? null }).toReversed();
}
const shown = ({ items: _i, plan: _p, ...row }: (typeof world.bulk)[number]) => row;
const one = (id: string | undefined) => world.bulk.find((each) => each.id === id);

export const bulkRoutes: Routes = {
  'POST /bulk/estimate': ({ body }) => {
    const plan = planOf(body['filter'] as Record<string, string>);
    return ok({
      count: plan.length,
      exact: plan.length < 1000,
      platforms: plan.length
        ? {
            klaviyo: { calls: plan.length, seconds: plan.length * 0.4 },
            bloomreach: { calls: Math.ceil(plan.length / 50), seconds: 2 },
          }
        : {},
      sample: plan.slice(0, 5).map((each) => each.key),
    });
  },
  'POST /bulk': ({ body, user }) => {
    const plan = planOf(body['filter'] as Record<string, string>);
    if (Math.abs(plan.length - Number(body['count'])) > plan.length / 10) {
      return refuse(409, 'conflict', `There are ${plan.length} records now. Estimate again.`);
    }
    const id = freshId();
    audit(user?.name ?? '', 'bulk.begin', String(body['name']));
    world.bulk.unshift({
      id,
      name: String(body['name']),
      act: body['act'] as BulkAct,
      filter: body['filter'] as BulkFilter,
      by: user?.name ?? '',
      state: 'running',
      total: plan.length,
      done: 0,
      failed: 0,
      began_at: new Date().toISOString(),
      ended_at: null,
      items: [],
      plan: [...plan],
    });
    return ok({ id });
  },
  'GET /bulk': ({ query }) => {
    const page = pageOf(world.bulk, query, (each) => each.id);
    return ok({ items: page.items.map(shown), next: page.next });
  },
  'GET /bulk/*': ({ params }) => {
    const found = one(params[0]);
    return found ? ok(shown(found)) : refuse(404, 'not_found', 'There is no such bulk action.');
  },
  'GET /bulk/*/items': ({ params, query }) =>
    ok(
      pageOf(
        (one(params[0])?.items ?? []).filter(
          (item) => query.get('only') !== 'failed' || item.result === 'failed',
        ),
        query,
        (item) => item.record_id,
      ),
    ),
  'POST /bulk/*/cancel': ({ params }) => {
    const found = one(params[0]);
    if (!found) return refuse(404, 'not_found', 'There is no such bulk action.');
    found.state = 'cancelled';
    found.plan = [];
    found.ended_at = new Date().toISOString();
    return ok(shown(found));
  },
};
