import { createMemoryHistory } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../../mock/answer.ts';
import { world } from '../../mock/world.ts';
import { App } from './App';
import { live, queries } from './hub';
import { makeRouter } from './router';

// The whole console against the mock hub, without a browser.
let cookie = '';
const asked: string[] = [];

beforeEach(() => {
  cookie = '';
  asked.length = 0;
  vi.stubGlobal(
    'EventSource',
    class {
      addEventListener() {}
      close() {}
    },
  );
  vi.stubGlobal('fetch', async (url: string, how: RequestInit) => {
    const headers = how.headers as Record<string, string>;
    const made = answer(
      how.method ?? 'GET',
      url,
      typeof how.body === 'string' ? (JSON.parse(how.body) as Record<string, unknown>) : {},
      { cookie, csrf: headers['X-CSRF-Token'] },
    );
    asked.push(`${how.method} ${url}`);
    if (made.cookie) cookie = made.cookie;
    return new Response(JSON.stringify(made.body), { status: made.status });
  });
});
afterEach(() => {
  cleanup();
  live.stop();
  queries.clear();
  vi.unstubAllGlobals();
});

function show(path: string, as?: string) {
  if (as) cookie = `mock_user=${as}`;
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: [path] }))} />);
}
const slow = { timeout: 10_000 };

describe('signing in', () => {
  it('says what is wrong, and then shows what was asked for', async () => {
    const user = userEvent.setup();
    show('/cases');
    await user.type(await screen.findByLabelText('Name', undefined, slow), 'nobody');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByText('Enter your password')).toBeTruthy();
    await user.type(screen.getByLabelText('Password'), 'secret');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The name or the password is wrong.');
    await user.clear(screen.getByLabelText('Name'));
    await user.type(screen.getByLabelText('Name'), 'anna');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('heading', { name: 'Cases' }, slow)).toBeTruthy();
    expect(await screen.findByText('Orders that are closed but not paid', undefined, slow)).toBeTruthy();
    expect(document.title).toBe('Cases · Tillbridge');
  }, 40_000);
});

describe('what a role sees', () => {
  const ofTeam = (team: string) => {
    const found = world.cases.find(
      (one) => one.team === team && one.state === 'open' && one.records_open > 0,
    );
    if (!found) throw new Error(`no case of ${team}`);
    return found;
  };
  it('an operator acts on a case of the own team', async () => {
    show(`/cases/${ofTeam('retail operations').id}`, 'oskar');
    expect(await screen.findByRole('button', { name: 'Resolve' }, slow)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Take over/ })).toBeNull();
  }, 40_000);
  it('takes over a case of another team, and nothing else', async () => {
    show(`/cases/${ofTeam('marketing').id}`, 'oskar');
    expect(await screen.findByRole('button', { name: /Take over/ }, slow)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Resolve' })).toBeNull();
    expect(screen.queryByRole('button', { name: /Send all again/ })).toBeNull();
  }, 40_000);
  it('a viewer reads, without pages of administrators', async () => {
    show(`/cases/${ofTeam('marketing').id}`, 'vera');
    expect(await screen.findByRole('heading', { name: /refused deliveries/ }, slow)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Take over|Resolve|Assign/ })).toBeNull();
    const pages = screen.getAllByRole('navigation', { name: 'Pages' })[0];
    if (!pages) throw new Error('no navigation');
    expect(within(pages).queryByText('Settings')).toBeNull();
    expect(within(pages).getByText('Handbook')).toBeTruthy();
  }, 40_000);
});

describe('a record', () => {
  it('shows its lanes and is sent again', async () => {
    const user = userEvent.setup();
    const one = world.records.find((record) => record.lanes['klaviyo'] === 'parked');
    if (!one) throw new Error('nothing is parked');
    show(`/records/${one.id}`, 'anna');
    const lane = await screen.findByRole('region', { name: 'Klaviyo' }, slow);
    expect(within(lane).getAllByText('Parked').length).toBeGreaterThan(0);
    expect(screen.getByRole('region', { name: 'BigCommerce' }).textContent).toContain('Not connected');
    // Bodies are asked for when they are opened, not before.
    expect(asked.some((line) => line.includes('/bytes'))).toBe(false);
    await user.click(within(lane).getByRole('button', { name: 'What was sent' }));
    expect(await within(lane).findByText(/"Placed Order"|"Refunded Order"/, undefined, slow)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Send again' }));
    expect(await screen.findByText('1 deliveries wait to be sent again.', undefined, slow)).toBeTruthy();
    await waitFor(() => expect(within(lane).getAllByText('Waiting').length).toBeGreaterThan(0), slow);
  }, 40_000);
});

describe('searching', () => {
  it('takes the text from the address and finds', async () => {
    const person = world.records.find((record) => record.person)?.person;
    show(`/search?text=${person?.number}`, 'anna');
    const rows = await screen.findAllByRole('link', { name: /^order\// }, slow);
    expect(rows.length).toBeGreaterThan(0);
    expect(asked).toContain(`GET /api/v1/records?text=${person?.number}&limit=50`);
  }, 40_000);
});
