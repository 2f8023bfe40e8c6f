// Rules of the pages for stores, connections, bulk actions, users, audit and privacy.
import { describe, expect, it } from 'vitest';
import type { Account } from '@/api/accounts';
import type { Store } from '@/api/connections';
import { isMuted } from './alerts/kinds';
import { auditActWord, groupsWith, subjectProblem } from './audit/words';
import { filterText } from './bulk/words';
import { budgetText, isPaused, lagText, pauseMeaning } from './connections/words';
import { erasureLook, fileName, holdsNothing, problemOf, subjectOf } from './privacy/person';
import { share, sortStores, storeMatches } from './stores/order';
import { expiryOf, isLastAdministrator, nameProblem, refusalOf } from './users/rules';

describe('users', () => {
  const account = (name: string, role: Account['role'], disabled = false): Account => ({
    name,
    display: name,
    email: null,
    role,
    teams: [],
    source: 'password',
    disabled,
    last_seen_at: null,
  });
  const anna = account('anna', 'administrator');
  it('keep one administrator that may sign in', () => {
    const sleeping = account('old', 'administrator', true);
    expect(isLastAdministrator(anna, [anna, sleeping, account('o', 'operator')])).toBe(true);
    expect(isLastAdministrator(sleeping, [anna, sleeping])).toBe(false);
    expect(isLastAdministrator(anna, [anna, account('b', 'administrator')])).toBe(false);
    expect(refusalOf(anna, [anna], 'bea', 'lower')).toMatch(/last administrator/);
  });
  it('do not lock themselves out', () => {
    const all = [anna, account('bea', 'administrator')];
    expect(refusalOf(anna, all, 'anna', 'disable')).toMatch(/This is you/);
    expect(refusalOf(anna, all, 'anna', 'lower')).toBeNull();
    expect(refusalOf(anna, all, 'bea', 'remove')).toBeNull();
  });
  it('have names that the hub takes', () => {
    expect(['anna', 'Anna.B', 'a@b.se', 'x+1'].map(nameProblem)).toEqual([null, null, null, null]);
    for (const name of ['', ' ', 'me', 'åsa', '-a', 'a b', 'x'.repeat(65)])
      expect(nameProblem(name)).not.toBeNull();
  });
  it('give tokens an end, or none', () => {
    expect(expiryOf('30', new Date('2026-06-01T00:00:00Z'))).toBe('2026-07-01T00:00:00.000Z');
    expect(expiryOf('', new Date())).toBeUndefined();
  });
});

describe('stores', () => {
  const store = (name: string, state: Store['state']) => ({ store: name, state, text: 'Nordstan' }) as Store;
  it('come with what needs a look first', () => {
    const sorted = sortStores([
      store('B-10', 'closed'),
      store('B-2', 'trading'),
      store('B-10', 'trading'),
      store('Z', 'silent'),
    ]);
    expect(sorted.map((one) => `${one.store} ${one.state}`)).toEqual([
      'Z silent',
      'B-2 trading',
      'B-10 trading',
      'B-10 closed',
    ]);
  });
  it('are found by code and name', () => {
    expect(storeMatches(store('GOT-01', 'closed'), { text: 'nord' })).toBe(true);
    expect(storeMatches(store('GOT-01', 'closed'), { text: 'got', state: 'trading' })).toBe(false);
    expect([share(1, 3), share(0, 0)]).toEqual(['33 %', '']);
  });
});

describe('connections', () => {
  it('say what a pause stops', () => {
    expect(pauseMeaning({ name: 'sitoo', kind: 'source', title: 'Sitoo' })).toMatch(
      /no longer read from Sitoo/,
    );
    expect(pauseMeaning({ name: 'klaviyo', kind: 'target', title: 'Klaviyo' })).toMatch(/Nothing is lost/);
  });
  it('take a pause of a flow as it comes', () => {
    const flow = (paused: boolean | null | { by: string; at: string; reason: string }) =>
      isPaused({ name: 'f', title: 'F', paused });
    expect([flow(true), flow(false), flow(null), flow({ by: 'a', at: '', reason: '' })]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
  it('show what the hub does not know', () => {
    expect(budgetText({ per_second: null, in_flight: 0 })).toBe('–');
    const lag = (behind_s: number | null, kind: 'target' | 'source' = 'target') =>
      lagText({ behind_s, kind, breaker: 'closed', paused: null });
    expect([lag(0), lag(null), lag(90), lag(0, 'source')]).toEqual([
      'Up to date',
      'Up to date',
      '1 min',
      'Reading',
    ]);
  });
});

describe('alerts', () => {
  it('are muted until then', () => {
    const now = new Date('2026-06-12T10:00:00Z');
    expect(isMuted({ muted_until: '2026-06-12T10:00:01Z' }, now)).toBe(true);
    expect(isMuted({ muted_until: '2026-06-12T09:59:59Z' }, now)).toBe(false);
    expect(isMuted({ muted_until: null }, now)).toBe(false);
  });
});

describe('bulk actions', () => {
  it('say their filter in words', () => {
    expect(filterText({ connection: 'klaviyo', delivery_state: 'parked' })).toBe(
      'deliveries that are parked, at Klaviyo',
    );
    expect(filterText({ case: '12' })).toBe('records of case 12');
    expect(filterText({ kind: 'sale', store: 'GOT-01', text: 'anna' })).toBe(
      'kind sale, store GOT-01, “anna”',
    );
  });
});

describe('the audit', () => {
  it('names acts, also those it does not know', () => {
    expect(auditActWord('case.hand_over')).toBe('Cases: hand over');
    expect(auditActWord('drills.clock')).toBe('Drills: clock');
  });
  it('keeps an act of a link in the choice', () => {
    expect(groupsWith('case.assign').at(-1)).toEqual({ value: 'case.assign', label: 'Cases: assign' });
    expect(groupsWith('case')).toBe(groupsWith(undefined));
  });
  it('does not ask for a subject that the hub would leave aside', () => {
    expect(subjectProblem('7205759403792793700')).toBeNull();
    expect(subjectProblem('user anna')).not.toBeNull();
  });
});

describe('privacy', () => {
  it('asks for exactly one identifier', () => {
    expect(subjectOf('email', ' a@b.se ')).toEqual({ email: 'a@b.se' });
    expect(subjectOf('customer', '100')).toEqual({ customer: '100' });
    expect(problemOf('email', 'a b')).not.toBeNull();
    expect(problemOf('phone', '070-174 06 05')).toBeNull();
  });
  it('does not call arrivals nothing', () => {
    expect(holdsNothing({ records: 0, facts: 0, addresses: [] })).toBe(true);
    expect(holdsNothing({ records: 0, facts: 0, arrivals: 1, addresses: [] })).toBe(false);
  });
  it('tells a refusal from a success, and names no person in a file', () => {
    expect(erasureLook('refused').tone).toBe('bad');
    expect(erasureLook('asked').tone).toBe('good');
    expect(fileName(new Date('2026-06-12T10:40:00Z'))).toBe('tillbridge-copy-2026-06-12-10-40.json');
  });
});
