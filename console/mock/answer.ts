// The mock hub's routing: method and path to a handler. What it answers follows docs/console.md.
import type { MockAccount } from './people.ts';
import { accounts } from './people.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { caseRoutes } from './routes/cases.ts';
import { connectionRoutes } from './routes/connections.ts';
import { otherRoutes } from './routes/others.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { recordRoutes } from './routes/records.ts';
import { sessionRoutes } from './routes/session.ts';
import { settingsRoutes } from './routes/settings.ts';
import { setupRoutes } from './routes/setup.ts';
import { todayRoutes } from './routes/today.ts';

export interface Asked {
  params: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  user: MockAccount | null;
}
export interface Answer {
  status: number;
  body: unknown;
  cookie?: string;
}
export type Handler = (asked: Asked) => Answer;
export type Routes = Record<string, Handler>;

export const ok = (body: unknown = { done: true }): Answer => ({ status: 200, body });
export const refuse = (status: number, error: string, message: string): Answer => ({
  status,
  body: { error, message },
});

export function pageOf<T>(items: readonly T[], query: URLSearchParams, idOf: (item: T) => string) {
  const limit = Number(query.get('limit') ?? 50);
  const after = query.get('after');
  const start = after === null ? 0 : items.findIndex((item) => idOf(item) === after) + 1;
  const slice = items.slice(start, start + limit);
  const last = slice.at(-1);
  return { items: slice, next: start + limit < items.length && last ? idOf(last) : null };
}

const table: Routes = {
  ...sessionRoutes,
  ...todayRoutes,
  ...recordRoutes,
  ...caseRoutes,
  ...bulkRoutes,
  ...alertRoutes,
  ...accountRoutes,
  ...settingsRoutes,
  ...connectionRoutes,
  ...privacyRoutes,
  ...setupRoutes,
  ...otherRoutes,
};
// "GET /records/*/document": * is one part, ** the rest.
const compiled = Object.entries(table).map(([route, handler]) => {
  const [method = '', path = ''] = route.split(' ');
  const pattern = path.replaceAll('**', '(.+)').replace(/\/\*/g, '/([^/]+)');
  return { method, pattern: new RegExp(`^${pattern}$`), fixed: !path.includes('*'), handler };
});
compiled.sort((a, b) => Number(b.fixed) - Number(a.fixed));

const open = new Set(['GET /session', 'POST /session', 'POST /first-run']);

export function answer(
  method: string,
  url: string,
  body: Record<string, unknown>,
  headers: { cookie?: string | undefined; csrf?: string | undefined },
): Answer {
  const { pathname, searchParams } = new URL(url, 'http://mock');
  const path = pathname.replace(/^\/api\/v1/, '');
  const name = /mock_user=([a-z]+)/.exec(headers.cookie ?? '')?.[1];
  const user = accounts.find((one) => one.name === name) ?? null;
  if (!user && !open.has(`${method} ${path}`)) return refuse(401, 'unauthorized', 'Sign in first.');
  if (user && method !== 'GET' && path !== '/session' && headers.csrf !== 'mock-csrf') {
    return refuse(403, 'forbidden', 'The page is too old. Reload it.');
  }
  for (const { method: wanted, pattern, handler } of compiled) {
    if (wanted !== method) continue;
    const found = pattern.exec(path);
    if (found) {
      return handler({ params: found.slice(1).map(decodeURIComponent), query: searchParams, body, user });
    }
  }
  return refuse(404, 'not_found', `There is no ${method} ${path}.`);
}
