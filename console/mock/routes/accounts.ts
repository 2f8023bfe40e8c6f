import { ok, type Routes, refuse } from '../answer.ts';
import { accounts, type MockAccount } from '../people.ts';
import { freshId } from '../random.ts';

const shown = ({ preferences: _p, ...row }: MockAccount) => row;
let tokens = [
  {
    id: freshId(),
    name: 'nightly report',
    role: 'viewer',
    teams: [] as string[],
    created_at: '2026-05-02T09:00:00.000Z',
    by: 'anna',
    expires_at: '2027-05-02T09:00:00.000Z' as string | null,
    last_seen_at: new Date(Date.now() - 3_600_000).toISOString() as string | null,
  },
];

export const accountRoutes: Routes = {
  'GET /users': () => ok({ items: accounts.map(shown), next: null }),
  'POST /users': ({ body }) => {
    if (accounts.some((one) => one.name === body['name'])) {
      return refuse(400, 'rejected', `there is an account named ${String(body['name'])} already`);
    }
    const user = {
      source: 'password',
      disabled: false,
      must_change_password: true,
      created_at: new Date().toISOString(),
      last_seen_at: null,
      preferences: {},
      ...body,
    } as unknown as MockAccount;
    accounts.push(user);
    return ok({ user: shown(user), password: 'winter-lamp-39-oak' });
  },
  'PUT /users/*': ({ params, body }) => {
    const user = accounts.find((one) => one.name === params[0]);
    if (!user) return refuse(404, 'not_found', 'There is no such user.');
    const last = accounts.filter((one) => one.role === 'administrator' && !one.disabled).length === 1;
    if (
      last &&
      user.role === 'administrator' &&
      (body['role'] !== 'administrator' || body['disabled'] === true)
    ) {
      return refuse(400, 'rejected', `${user.name} is the last administrator; make somebody else one first`);
    }
    Object.assign(user, body);
    return ok(shown(user));
  },
  'DELETE /users/*': ({ params }) => {
    const at = accounts.findIndex((one) => one.name === params[0]);
    const others = accounts.filter((one) => one.role === 'administrator' && one.name !== params[0]);
    if (accounts[at]?.role === 'administrator' && others.length === 0)
      return refuse(400, 'rejected', 'anna is the last administrator; make somebody else one first');
    accounts.splice(at, 1);
    return ok();
  },
  'POST /users/*/password': () => ok({ password: 'spring-boat-71-elm' }),
  'GET /tokens': () => ok({ items: tokens, next: null }),
  'POST /tokens': ({ body, user }) => {
    tokens.push({
      id: freshId(),
      name: String(body['name']),
      role: String(body['role']),
      teams: (body['teams'] as string[]) ?? [],
      created_at: new Date().toISOString(),
      by: user?.name ?? '',
      expires_at: (body['expires_at'] as string | null) ?? null,
      last_seen_at: null,
    });
    return ok({ token: 'tb_mock_4f6c0b7d9a' });
  },
  'DELETE /tokens/*': ({ params }) => {
    tokens = tokens.filter((one) => one.id !== params[0]);
    return ok();
  },
};
