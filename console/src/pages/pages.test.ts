import { describe, expect, it } from 'vitest';
import type { Journey } from '@/api/records';
import { handbookTarget } from '@/parts/markdown/MarkdownText';
import { lookOf } from '@/parts/state/words';
import { bare, sameQuery } from '@/parts/views/query';
import { choicesFor } from './case/AssignForm';
import { actWord } from './case/CaseHistory';
import { excerptOf } from './case/excerpt';
import { caseFiltersOf } from './cases/view';
import { stepsOf } from './record/journeySteps';
import { lanesOf } from './record/lanes';

describe('cases', () => {
  it('ask the hub what the view means', () => {
    expect(caseFiltersOf({})).toMatchObject({ state: undefined, unowned: undefined, assignee: undefined });
    expect(caseFiltersOf({ view: 'mine', assignee: 'oskar' }).assignee).toBe('me');
    expect(caseFiltersOf({ view: 'unowned', team: 'marketing' })).toMatchObject({
      unowned: true,
      team: 'marketing',
    });
    expect(caseFiltersOf({ view: 'closed' }).state).toBe('closed');
  });
  it('offer people of the team first', () => {
    const person = (name: string, teams: string[]) => ({ name, display: name, teams });
    const groups = choicesFor([person('vera', []), person('maja', ['marketing'])], 'marketing', 'maja');
    expect(groups.map((group) => group.items.map((item) => item.label))).toEqual([['maja (you)'], ['vera']]);
  });
  it('say what was done, whatever the audit calls it', () => {
    expect([actWord('assign'), actWord('case.hand-over'), actWord('case.fancy_thing')]).toEqual([
      'Assigned',
      'Handed over',
      'Fancy thing',
    ]);
  });
  it('show of the handbook what to check and do', () => {
    const text =
      '# T\n\nIntro\n\n## What happened\n\nx\n\n## What to check\n\n1. y\n\n## What you can do\n\nz\n';
    expect(excerptOf(text)).toBe('### What to check\n\n1. y\n\n### What you can do\n\nz');
    expect(excerptOf('# T\n\nOnly this')).toBe('# T\n\nOnly this');
  });
});

describe('saved views', () => {
  it('do not depend on the order or the workspace', () => {
    expect(bare('?workspace=nordic&view=mine')).toBe('view=mine');
    expect(sameQuery('a=1&b=2', 'b=2&a=1')).toBe(true);
    expect(sameQuery('a=1', 'a=2')).toBe(false);
  });
});

describe('a record', () => {
  it('has a lane for each platform, connected or not', () => {
    const lanes = lanesOf([{ connection: 'klaviyo', title: 'Klaviyo', state: 'parked', deliveries: [] }]);
    expect(lanes.map((lane) => [lane.connection, lane.connected])).toEqual([
      ['klaviyo', true],
      ['bloomreach', false],
      ['bigcommerce', false],
      ['commercetools', false],
    ]);
  });
  it('tells its journey in the order it happened', () => {
    const journey = {
      arrivals: [
        {
          id: '1',
          connection: 'sitoo',
          source: 'event',
          event_id: '',
          subject: 'order 7',
          state: 'resolved',
          reason: '',
          received_at: '2026-06-12T10:00:00.000Z',
          tries: 1,
        },
      ],
      platforms: [
        {
          connection: 'klaviyo',
          title: 'Klaviyo',
          state: 'parked',
          deliveries: [
            {
              id: '2',
              effect: 'Placed Order',
              attempts: [
                {
                  number: 1,
                  trigger: 'first',
                  at: '2026-06-12T10:00:05.000Z',
                  outcome: 'rejected',
                  http_status: 400,
                  reason: 'no',
                },
              ],
            },
          ],
        },
      ],
      cases: [],
      notes: [{ at: '2026-06-12T10:00:02.000Z', kind: 'plan', text: 'planned' }],
      consents: [],
    } as unknown as Journey;
    const steps = stepsOf(journey);
    expect(steps.map((step) => step.text)).toEqual([
      'Arrived from Sitoo as event',
      'Planned',
      'Klaviyo: rejected, attempt 1 (first)',
    ]);
    expect(steps[2]?.more).toBe('Placed Order, 400, no');
    expect(steps[2]?.tone).toBe('bad');
  });
});

describe('words', () => {
  it('know a state however it is written, and show one they do not know', () => {
    expect(lookOf('record', 'in a case')).toEqual(lookOf('record', 'in_case'));
    expect(lookOf('record', 'something_new')).toEqual({ word: 'Something new', tone: 'quiet' });
  });
});

describe('handbook links', () => {
  it('lead to pages of the handbook, or out', () => {
    expect(handbookTarget('../how/holds.md', 'cases/lag_high')).toBe('how/holds');
    expect(handbookTarget('lag_high.md#check', 'cases/x')).toBe('cases/lag_high');
    expect(handbookTarget('https://status.example', 'cases/x')).toBeNull();
    expect(handbookTarget('#here', 'cases/x')).toBeNull();
  });
});
