import { ok, type Routes, refuse } from '../answer.ts';
import { accounts, type MockAccount, teams } from '../people.ts';
import { world } from '../world.ts';

const session = (user: MockAccount | null) => ({
  signed_in: user !== null,
  first_run: world.firstRun,
  user: user && {
    name: user.name,
    display: user.display,
    role: user.role,
    teams: user.teams,
    preferences: user.preferences,
  },
  csrf: 'mock-csrf',
  single_sign_on: null,
  workspaces: [{ name: 'nordic', zone: 'Europe/Stockholm' }],
  teams,
  version: '0.9.0-mock',
  demo: true,
});
let tries = 0;

export const sessionRoutes: Routes = {
  'GET /session': ({ user }) => ok(session(user)),
  'POST /session': ({ body }) => {
    const user = accounts.find((one) => one.name === body['name'] && !one.disabled);
    if (tries > 6) return refuse(429, 'too_many', 'Too many tries.');
    if (!user || String(body['password']).length < 4) {
      tries++;
      return refuse(401, 'unauthorized', 'The name or the password is wrong.');
    }
    tries = 0;
    user.last_seen_at = new Date().toISOString();
    return { status: 200, body: session(user), cookie: `mock_user=${user.name}; Path=/; SameSite=Strict` };
  },
  'DELETE /session': () => ({ status: 200, body: {}, cookie: 'mock_user=; Path=/; Max-Age=0' }),
  'POST /first-run': ({ body }) => {
    if (body['code'] !== 'MOCK-CODE') return refuse(403, 'forbidden', 'This is not the code in the log.');
    world.firstRun = false;
    return ok();
  },
  'PUT /session/password': ({ body }) =>
    body['old'] === 'wrong' ? refuse(403, 'forbidden', 'The password of now is another one.') : ok(),
  'PUT /session/preferences': ({ body, user }) => {
    if (user) user.preferences = body;
    return ok();
  },
  'GET /people': () =>
    ok({
      items: accounts
        .filter((one) => one.role !== 'viewer')
        .map(({ name, display, teams }) => ({ name, display, teams })),
    }),
  'GET /views': () => ok({ items: world.views }),
  'PUT /views/*': ({ params, body }) => {
    const name = params[0] ?? '';
    world.views = world.views.filter((view) => view.name !== name);
    world.views.push({ name, page: body['page'] as 'search' | 'cases', query: String(body['query']) });
    return ok();
  },
  'DELETE /views/*': ({ params }) => {
    world.views = world.views.filter((view) => view.name !== params[0]);
    return ok();
  },
};
