import { type Answer, ok, pageOf, type Routes, refuse } from '../answer.ts';
import type { MockCase } from '../cases.ts';
import type { MockAccount } from '../people.ts';
import { audit, recordOf, world } from '../world.ts';

const listed = ({ records: _r, history: _h, handbook: _b, actions: _a, ...row }: MockCase) => row;
const detail = ({ records: _r, ...row }: MockCase) => row;
const isOpen = (one: MockCase) => one.state === 'open' || one.state === 'acknowledged';

function change(
  id: string | undefined,
  user: MockAccount | null,
  act: string,
  text: string,
  apply: (one: MockCase) => void,
  anyTeam = false,
): Answer {
  const one = world.cases.find((each) => each.id === id);
  if (!one || !user) return refuse(404, 'not_found', 'There is no such case.');
  if (user.role === 'viewer') return refuse(403, 'forbidden', 'A viewer reads only.');
  if (!anyTeam && user.role !== 'administrator' && !user.teams.includes(one.team)) {
    return refuse(
      403,
      'forbidden',
      `The case is of the team ${one.team}. It can be taken over by hand-over.`,
    );
  }
  apply(one);
  one.history.push({ at: new Date().toISOString(), by: user.name, act, text });
  audit(user.name, `case.${act}`, `case ${one.type}`, text);
  return ok(detail(one));
}

function close(one: MockCase, state: 'resolved' | 'ignored', by: string): void {
  one.state = state;
  one.closed_at = new Date().toISOString();
  one.closed_by = by;
  one.records_open = 0;
  one.overdue = false;
}

export const caseRoutes: Routes = {
  'GET /cases': ({ query, user }) => {
    const closed = query.get('state') === 'closed';
    const assignee = query.get('assignee') === 'me' ? user?.name : query.get('assignee');
    const found = world.cases
      .filter(
        (one) =>
          isOpen(one) !== closed &&
          (!query.get('team') || one.team === query.get('team')) &&
          (!assignee || one.assignee === assignee) &&
          (!query.get('unowned') || one.assignee === null) &&
          (!query.get('overdue') || one.overdue) &&
          (!query.get('type') || one.type === query.get('type')),
      )
      .sort((a, b) => a.due_at.localeCompare(b.due_at));
    const page = pageOf(found, query, (one) => one.id);
    return ok({ items: page.items.map(listed), next: page.next });
  },
  'GET /cases/*': ({ params }) => {
    const one = world.cases.find((each) => each.id === params[0]);
    return one ? ok(detail(one)) : refuse(404, 'not_found', 'There is no such case.');
  },
  'GET /cases/*/records': ({ params, query }) => {
    const one = world.cases.find((each) => each.id === params[0]);
    if (!one) return refuse(404, 'not_found', 'There is no such case.');
    return ok(
      pageOf(
        one.records.map((id) => {
          const record = recordOf(id);
          return {
            case_id: `${id}0`,
            record_id: id,
            record_key: record?.key ?? null,
            delivery_id: `${id}2`,
            arrival_id: null,
            opened_at: record?.changed_at ?? one.opened_at,
            closed_at: one.closed_at,
            reason: one.reason,
            note: null,
          };
        }),
        query,
        (each) => each.case_id,
      ),
    );
  },
  'POST /cases/*/acknowledge': ({ params, user }) =>
    change(params[0], user, 'acknowledge', '', (one) => {
      one.state = 'acknowledged';
      one.assignee ??= user?.name ?? null;
    }),
  'POST /cases/*/assign': ({ params, user, body }) =>
    change(params[0], user, 'assign', `to ${String(body['to'])}`, (one) => {
      one.assignee = String(body['to']);
    }),
  'POST /cases/*/hand-over': ({ params, user, body }) =>
    change(
      params[0],
      user,
      'hand_over',
      `to ${String(body['team'])}: ${String(body['note'])}`,
      (one) => {
        one.team = String(body['team']);
        one.assignee = typeof body['to'] === 'string' && body['to'] !== '' ? body['to'] : null;
      },
      true,
    ),
  'POST /cases/*/note': ({ params, user, body }) =>
    change(params[0], user, 'note', String(body['text']), () => {}),
  'POST /cases/*/resolve': ({ params, user, body }) =>
    change(params[0], user, 'resolve', String(body['note'] ?? ''), (one) =>
      close(one, 'resolved', user?.name ?? ''),
    ),
  'POST /cases/*/ignore': ({ params, user, body }) =>
    change(params[0], user, 'ignore', String(body['note'] ?? ''), (one) =>
      close(one, 'ignored', user?.name ?? ''),
    ),
};
