import { ok, type Routes } from '../answer.ts';
import { platforms } from '../records.ts';
import { world } from '../world.ts';
import { backlogOf } from './connections.ts';

function hours() {
  const end = Math.floor(Date.now() / 3_600_000);
  return Array.from({ length: 24 }, (_, i) => {
    const hour = end - 23 + i;
    const mine = world.records.filter((one) => Math.floor(Date.parse(one.happened_at) / 3_600_000) === hour);
    const per = (want: (state: string) => boolean) =>
      Object.fromEntries(
        platforms.map((name) => [name, mine.filter((one) => want(one.lanes[name] ?? 'none')).length]),
      );
    return {
      hour: new Date(hour * 3_600_000).toISOString(),
      records: {
        sale: mine.filter((one) => one.kind === 'sale').length,
        return: mine.filter((one) => one.kind === 'return').length,
      },
      planned: per((state) => state !== 'none'),
      delivered: per((state) => state === 'delivered'),
    };
  });
}

export const todayRoutes: Routes = {
  'GET /today': () => {
    const open = world.cases.filter((one) => one.state === 'open' || one.state === 'acknowledged');
    const waiting = world.records.filter((one) => Object.values(one.lanes).includes('waiting'));
    const oldest = waiting[0];
    return ok({
      at: new Date().toISOString(),
      platforms: platforms.map((name) => {
        const { waiting, parked, blocked, behind_s } = backlogOf(name);
        const paused = world.paused.get(`connections/${name}`) ?? null;
        return {
          workspace: 'nordic',
          connection: name,
          title: name === 'klaviyo' ? 'Klaviyo' : 'Bloomreach',
          mode: paused ? 'paused' : 'live',
          paused,
          breaker: 'closed',
          breaker_reason: null,
          behind_s,
          waiting,
          parked,
          blocked,
          p50_s: name === 'klaviyo' ? 2.4 : 0.9,
          p99_s: name === 'klaviyo' ? 41 : 4.2,
          clearing: waiting === 0 ? 'clear' : paused ? 'not_moving' : 'clearing',
          clear_in_s: waiting === 0 || paused ? null : Math.round(waiting * 0.7),
          clear_text:
            waiting === 0
              ? 'Nothing waits.'
              : paused
                ? 'Paused: nothing is sent until it is resumed.'
                : `${waiting} deliveries wait; at this speed clear in about ${Math.max(1, Math.round((waiting * 0.7) / 60))} min.`,
          error_share: name === 'klaviyo' ? 0.021 : 0.003,
        };
      }),
      hours: hours(),
      oldest: oldest
        ? { connection: 'klaviyo', record_id: oldest.id, record_key: oldest.key, since: oldest.happened_at }
        : null,
      cases: ['integration', 'retail operations', 'marketing', 'data steward'].map((team) => ({
        team,
        open: open.filter((one) => one.team === team).length,
        overdue: open.filter((one) => one.team === team && one.overdue).length,
        unowned: open.filter((one) => one.team === team && one.assignee === null).length,
      })),
      yesterday: {
        day: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
        records: { sale: 1712, return: 188, cancelled_order: 21 },
        unidentified: 402,
        planned: { bloomreach: 1498, klaviyo: 1498 },
        delivered: { bloomreach: 1498, klaviyo: 1464 },
        complete: false,
      },
      alerts: world.alerts,
      counts: {
        records: 1_204_391,
        arrivals: 2_481_002,
        arrivals_waiting: 3,
        deliveries_waiting: waiting.length,
        deliveries_parked: 174,
        cases_open: open.length,
        bytes_on_disk: 8_412_331_008,
      },
    });
  },
};
