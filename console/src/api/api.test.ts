import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, address, call, setCsrf, setWorkspace, whenSignedOut } from './client';
import { mergePages } from './keyset';
import { concerns, isDue, topicsOf } from './live-topics';
import { mayAs, mayHandOver, mayWorkOn } from './role';
import type { Role } from './session';

describe('pages of a list', () => {
  const page = (ids: string[]) => ({ items: ids.map((id) => ({ id })), next: null });
  const idOf = (one: { id: string }) => one.id;
  it('have every row once, where it was first', () => {
    const merged = mergePages([page(['5', '4', '3']), page(['4', '3', '2']), page(['1'])], idOf);
    expect(merged.map(idOf)).toEqual(['5', '4', '3', '2', '1']);
  });
  it('may be short or empty', () => {
    expect(mergePages([page([]), page(['1']), page([])], idOf).map(idOf)).toEqual(['1']);
  });
  it('tell ids apart that are the same number to JavaScript', () => {
    const ids = ['9007199254740993', '9007199254740992'];
    expect(mergePages([page(ids)], idOf)).toHaveLength(2);
  });
});

describe('live topics', () => {
  it('are taken from the event, unknown ones dropped', () => {
    expect(topicsOf('{"topics":["cases","weather","records"]}')).toEqual(['records', 'cases']);
    expect(topicsOf('{}')).toEqual([]);
    expect(topicsOf('not json')).toEqual([]);
  });
  it('concern the queries that name them', () => {
    expect(concerns({ topics: ['records', 'cases'] }, new Set(['cases']))).toBe(true);
    expect(concerns({ topics: ['records'] }, new Set(['cases']))).toBe(false);
    expect(concerns(undefined, new Set(['cases']))).toBe(false);
  });
  it('wait for what is dear to make', () => {
    expect(isDue({ everyMs: 5000 }, 1000, 5999)).toBe(false);
    expect(isDue({ everyMs: 5000 }, 1000, 6000)).toBe(true);
    expect(isDue({}, 1000, 1000)).toBe(true);
  });
});

describe('roles', () => {
  const user = (role: Role, teams: string[] = []) => ({ role, teams });
  it('have the rights of those before', () => {
    expect(mayAs(user('steward'), 'operator')).toBe(true);
    expect(mayAs(user('viewer'), 'operator')).toBe(false);
    expect(mayAs(null, 'viewer')).toBe(false);
  });
  it('work on cases of the own teams', () => {
    expect(mayWorkOn(user('operator', ['marketing']), 'marketing')).toBe(true);
    expect(mayWorkOn(user('operator', ['marketing']), 'integration')).toBe(false);
    expect(mayWorkOn(user('steward', ['data steward']), 'integration')).toBe(false);
    expect(mayWorkOn(user('administrator'), 'integration')).toBe(true);
    expect(mayWorkOn(user('viewer', ['marketing']), 'marketing')).toBe(false);
  });
  it('take over what is of another team', () => {
    expect(mayHandOver(user('operator'))).toBe(true);
    expect(mayHandOver(user('viewer'))).toBe(false);
  });
});

describe('requests', () => {
  afterEach(() => {
    setWorkspace(null);
    setCsrf('');
    vi.unstubAllGlobals();
  });
  const answers = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    const fetched = vi.fn(
      async (_url: string, _how: RequestInit) => new Response(JSON.stringify(body), { status, headers }),
    );
    vi.stubGlobal('fetch', fetched);
    return fetched;
  };
  it('leave out what is not asked, and carry the workspace', () => {
    expect(address('/records', { text: 'a b', kind: undefined, after: null, limit: 50 })).toBe(
      '/api/v1/records?text=a+b&limit=50',
    );
    setWorkspace('nordic');
    expect(address('/today')).toBe('/api/v1/today?workspace=nordic');
  });
  it('send the CSRF token with what changes something only', async () => {
    const fetched = answers(200, {});
    setCsrf('secret');
    await call('POST', '/bulk', { body: {} });
    await call('GET', '/bulk');
    const headers = fetched.mock.calls.map(([, how]) => how.headers as Record<string, string>);
    expect(headers[0]?.['X-CSRF-Token']).toBe('secret');
    expect(headers[1]?.['X-CSRF-Token']).toBeUndefined();
  });
  it('fail with the words of the hub', async () => {
    answers(429, { error: 'too_many', message: 'Too many tries.' }, { 'Retry-After': '30' });
    const error = await call('POST', '/session', { body: {} }).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      code: 'too_many',
      message: 'Too many tries.',
      retryAfterS: 30,
    });
  });
  it('notice that one is signed out, but not a wrong password', async () => {
    const told = vi.fn();
    whenSignedOut(told);
    answers(401, { error: 'unauthorized', message: 'Sign in.' });
    await expect(call('POST', '/session', { body: {} })).rejects.toThrow('Sign in.');
    expect(told).not.toHaveBeenCalled();
    await expect(call('GET', '/records')).rejects.toThrow('Sign in.');
    expect(told).toHaveBeenCalledOnce();
  });
  it('say when the hub is not there', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('network');
    });
    await expect(call('GET', '/today')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });
});
