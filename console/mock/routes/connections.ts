import { ok, type Routes } from '../answer.ts';
import { world } from '../world.ts';

export function backlogOf(name: string) {
  const count = (state: string) => world.records.filter((one) => one.lanes[name] === state).length;
  const oldest = world.records.find((one) => one.lanes[name] === 'waiting');
  return {
    waiting: count('waiting'),
    parked: count('parked'),
    blocked: count('blocked'),
    behind_s: oldest ? Math.round((Date.now() - Date.parse(oldest.happened_at)) / 1000) : 0,
  };
}

const flows = { sale: 'Sale', return: 'Return', cancelled: 'Cancelled order' };

export const connectionRoutes: Routes = {
  'GET /connections': () =>
    ok({
      items: [
        {
          workspace: 'nordic',
          name: 'sitoo',
          connection: 'sitoo',
          title: 'Sitoo',
          kind: 'source',
          mode: world.paused.has('connections/sitoo') ? 'paused' : 'live',
          paused: world.paused.get('connections/sitoo') ?? null,
          breaker: 'closed',
          breaker_reason: '',
          budget: { per_second: null, in_flight: 0 },
          waiting: 0,
          blocked: 0,
          held_by_pause: 0,
          behind_s: 0,
          p50_s: 0,
          p99_s: 0,
          flows: [],
          clearing: null,
          clear_in_s: null,
          clear_text: null,
          error_share: null,
        },
        ...['bloomreach', 'klaviyo'].map((name) => {
          const { waiting, behind_s, blocked } = backlogOf(name);
          const klaviyo = name === 'klaviyo';
          const paused = world.paused.get(`connections/${name}`) ?? null;
          return {
            workspace: 'nordic',
            name,
            connection: name,
            title: klaviyo ? 'Klaviyo' : 'Bloomreach',
            kind: 'target',
            mode: paused ? 'paused' : 'live',
            paused,
            breaker: klaviyo ? 'closed' : 'probing',
            breaker_reason: klaviyo ? '' : '503 Service Unavailable, five times in a row',
            budget: { per_second: klaviyo ? 10 : 50, in_flight: klaviyo ? 6 : 0 },
            waiting,
            blocked,
            held_by_pause: paused ? waiting : 0,
            behind_s,
            p50_s: klaviyo ? 2.4 : 0.9,
            p99_s: klaviyo ? 41 : 4.2,
            flows: Object.entries(flows).map(([flow, title]) => ({
              name: `${flow}_to_${name}`,
              title,
              paused: world.paused.has(`flows/${flow}_to_${name}`),
            })),
            clearing: waiting === 0 ? 'clear' : 'clearing',
            clear_in_s: waiting * 2,
            clear_text:
              waiting === 0
                ? 'Nothing waits.'
                : `Clear in about ${Math.ceil(waiting / 30)} min at this pace.`,
            error_share: klaviyo ? 0.004 : 0.031,
          };
        }),
      ],
      next: null,
    }),
};
