// What every spec stands on: the running hub, who works with it, and pages that fail for what a person would not see.
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, test as base, expect, type Page } from '@playwright/test';

export { expect };

interface Session {
  cookie: string;
  csrf: string;
}
interface Town {
  url: string; // the console
  control: string;
  token: string;
  sandbox: string;
  received: string;
  first_run: { url: string; code: string };
  people: Record<string, Session>;
  passwords: Record<string, string>;
}
export const town = JSON.parse(readFileSync(process.env['TILLBRIDGE_TOWN'] ?? '', 'utf8')) as Town;
export const artefacts = process.env['TILLBRIDGE_ARTEFACTS'] ?? 'console-screenshots';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
type Json = any;

async function ask(where: string, method: string, body: unknown, headers: Record<string, string>) {
  const answer = await fetch(where, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as Json };
}
async function good(where: string, method: string, body: unknown, headers: Record<string, string>): Promise<Json> {
  const answer = await ask(where, method, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${where}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

// The hub's API as its operators have it, and as somebody who is signed in has it.
export const hub = (method: string, path: string, body?: unknown): Promise<Json> =>
  good(`${town.control}/api/v1${path}`, method, body, { Authorization: town.token });
export const askAs = (name: string, method: string, path: string, body?: unknown) => {
  const session = town.people[name];
  if (!session) throw new Error(`nobody is called ${name}`);
  return ask(`${town.url}/api/v1${path}`, method, body, {
    Cookie: `tillbridge=${session.cookie}`,
    'X-CSRF-Token': session.csrf,
  });
};
export const sandbox = (method: string, path: string, body?: unknown): Promise<Json> =>
  good(`${town.sandbox}${path}`, method, body, {});
export const received = (): Promise<{ webhooks: Json[]; mails: Json[] }> => good(town.received, 'GET', undefined, {});

export const customer = (number: number) => ({
  customer_id: `c-8${number}`,
  email: `bo${number}@kund.tillbridge.dev`,
  phone: `+467018${String(number).padStart(5, '0')}`,
  name_first: 'Bo',
  name_last: 'Stark',
});

export async function sell(number: number): Promise<string> {
  const sold = await sandbox('POST', '/control/orders', { kind: 'sale', customer: customer(number) });
  return String(sold.order_id);
}
export async function journeyOf(order: string): Promise<Json | null> {
  const found = await hub('GET', `/records?text=${order}`);
  const row = found.items.find((one: Json) => one.key === `order/${order}`);
  return row ? hub('GET', `/records/${row.id}`) : null;
}
export async function waitFor<T>(what: string, look: () => Promise<T>, withinMs = 30_000): Promise<NonNullable<T>> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (Date.now() > until) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((go) => setTimeout(go, 100));
  }
}
async function atBloomreach(order: string, state: string): Promise<Json | null> {
  const journey = await journeyOf(order);
  const states = Object.fromEntries(
    (journey?.platforms ?? []).map((one: Json) => [one.connection, one.state]),
  ) as Record<string, string>;
  return states['bloomreach'] === state && states['klaviyo'] === 'delivered' ? journey : null;
}
export const whenDelivered = (order: string): Promise<Json> =>
  waitFor(`order ${order} delivered`, () => atBloomreach(order, 'delivered'));

// Sales that Bloomreach refuses; it takes everything again afterwards.
export async function parked(numbers: readonly number[]): Promise<string[]> {
  const refuse = (share: number) =>
    sandbox('POST', '/control/faults', { bloomreach: { faults: { '*': { refuse_command: share } } } });
  await refuse(1);
  try {
    const orders: string[] = [];
    for (const number of numbers) orders.push(await sell(number));
    for (const order of orders) await waitFor(`order ${order} parked`, () => atBloomreach(order, 'parked'));
    return orders;
  } finally {
    await refuse(0);
  }
}
export const openCase = (type: string): Promise<Json> =>
  waitFor(`a case ${type}`, async () =>
    (await hub('GET', '/cases')).items.find((one: Json) => one.type === type),
  );

// Somebody's browser. `mayComplain`: errors of the browser's console that have to come.
interface Wish extends BrowserContextOptions {
  mayComplain?: RegExp;
}
export interface Desk {
  nobody: (wish?: Wish) => Promise<Page>;
  as: (name: string, wish?: Wish) => Promise<Page>;
}

async function open(browser: Browser, wish: Wish, session: Session | null, complaints: string[]): Promise<Page> {
  const { mayComplain, ...options } = wish;
  const context = await browser.newContext({ baseURL: town.url, ...options });
  if (session)
    await context.addCookies([{ name: 'tillbridge', value: session.cookie, url: town.url, httpOnly: true }]);
  // Nothing leaves this machine: neither the console nor a page of the provider needs more.
  await context.route(
    (url) => url.hostname !== '127.0.0.1' && url.hostname !== 'localhost',
    (route) => route.abort(),
  );
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const page = await context.newPage();
  const complain = (text: string) => {
    if (mayComplain?.test(text) !== true) complaints.push(text);
  };
  page.on('console', (message) => {
    // Of the console only: what the provider's own pages say is not ours.
    if (message.type() !== 'error' || page.url().startsWith('http://localhost')) return;
    complain(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(`exception: ${error.message}`));
  return page;
}

export const test = base.extend<{ desk: Desk }>({
  desk: async ({ browser }, use, info) => {
    const complaints: string[] = [];
    const pages: Page[] = [];
    const made = async (wish: Wish, session: Session | null) => {
      const page = await open(browser, wish, session, complaints);
      pages.push(page);
      return page;
    };
    await use({
      nobody: (wish = {}) => made(wish, null),
      as: (name, wish = {}) => {
        const session = town.people[name];
        if (!session) throw new Error(`nobody is called ${name}`);
        return made(wish, session);
      },
    });
    if (info.status !== info.expectedStatus) {
      for (const [at, page] of pages.entries()) {
        if (!page.isClosed()) await page.screenshot({ path: info.outputPath(`page-${at}.png`), caret: 'initial' });
      }
    }
    for (const page of pages) await page.context().close();
    expect(complaints, 'errors in the browser').toEqual([]);
  },
});

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
