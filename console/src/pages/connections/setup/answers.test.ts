import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  answersOf,
  documentedMapping,
  fieldOfFile,
  madePassword,
  newConsent,
  newMapping,
  nothingTyped,
  problemsByStep,
  type Typed,
} from './answers';
import { allFields, steps } from './fields';
import { byConnection, verdict } from './validation';

const typed = (texts: Record<string, string>, rest: Partial<Typed> = {}): Typed => {
  const begun = nothingTyped();
  return { ...begun, ...rest, texts: { ...begun.texts, ...texts } };
};

describe('the questions', () => {
  it('are those of the hub', () => {
    const hub = readFileSync('../src/app/setup/setup_fields.cpp', 'utf8');
    const asked = [...hub.matchAll(/^ {4}\{"(\w+)", "(\w+)", Kind::(\w+)/gm)].map((one) =>
      one.slice(1, 4).join(' '),
    );
    const here = steps.flatMap((step) => step.fields.map((one) => `${one.name} ${step.name} ${one.kind}`));
    expect(asked.length).toBeGreaterThan(20);
    expect(here).toEqual(asked);
    const stepsThere = [...hub.matchAll(/^ {4}\{"(\w+)", "\d\. /gm)].map((one) => one[1]);
    expect(steps.map((step) => step.name)).toEqual(stepsThere);
  });
});

describe('answers', () => {
  it('leave out what is empty or not asked', () => {
    const answers = answersOf(
      typed({
        workspace: ' nordic ',
        bloomreach: 'no',
        bloomreach_key_id: 'x',
        klaviyo: 'yes',
        klaviyo_api_key: 'pk_1 ',
      }),
    );
    expect(answers['workspace']).toBe('nordic');
    expect(answers['klaviyo_api_key']).toBe('pk_1 ');
    expect(answers).not.toHaveProperty('bloomreach_key_id');
    expect(answers).not.toHaveProperty('hard_id');
    expect(answers).not.toHaveProperty('public_url');
    expect(answers).not.toHaveProperty('mapping');
    const names = new Set(allFields.map((one) => one.name));
    expect(Object.keys(answers).filter((name) => !names.has(name))).toEqual([]);
  });
  it('write rules as the hub reads them', () => {
    const answers = answersOf(
      typed(
        {},
        {
          mapping: [
            newMapping({
              from: 'first_name, last_name',
              to: ' properties.full_name ',
              transform: 'trim, title',
            }),
            newMapping({ from: '', constant: 'pos', to: 'properties.channel' }),
          ],
          consents: [{ ...newConsent(), id: 'newsletter', label: 'Newsletter', bloomreach: 'email' }],
        },
      ),
    );
    expect(answers['mapping']).toEqual([
      { from: ['first_name', 'last_name'], to: 'properties.full_name', transform: ['trim', 'title'] },
      { from: [], to: 'properties.channel', constant: 'pos' },
    ]);
    expect(answers['consents']).toEqual([
      {
        id: 'newsletter',
        label: 'Newsletter',
        channel: 'email',
        default: 'no',
        bloomreach: 'email',
        klaviyo: '',
      },
    ]);
    // The till's register is off: the hub would refuse consents.
    expect(
      answersOf(typed({ crm: 'no' }, { consents: [newConsent()], mapping: [newMapping()] })),
    ).not.toHaveProperty('consents');
  });
  it('begin the mapping with the hard ID', () => {
    expect(documentedMapping('registered', 'crm_member_number')[0]).toMatchObject({
      from: 'member_number',
      to: 'ids.registered',
    });
    expect(documentedMapping('registered', 'email')[0]).toMatchObject({
      from: 'email',
      to: 'ids.registered',
    });
  });
});

describe('problems', () => {
  it('stand beside their fields', () => {
    const found = problemsByStep([
      { step: 'company', field: 'public_url', what: 'is no address', fix: 'write https://host' },
      { step: 'authentication', field: 'klaviyo_api_key', what: 'is missing', fix: '' },
      { step: 'authentication', field: 'klaviyo_api_key', what: 'is no key', fix: '' },
    ]);
    expect(found.get('company')?.fields.get('public_url')).toBe('Is no address: write https://host');
    expect(found.get('authentication')?.fields.get('klaviyo_api_key')).toBe('Is missing. Is no key');
    expect(found.get('authentication')?.count).toBe(2);
    expect(found.get('webhooks')).toMatchObject({ count: 0, others: [] });
  });
  it('without a field of this page stand at their step, none is lost', () => {
    const found = problemsByStep([
      { step: 'mapping', field: 'mapping', what: 'two rules for one target', fix: 'remove one' },
      { step: 'company', field: 'workspace.klaviyo.metric', what: 'is missing', fix: '' },
      { step: 'tomorrow', field: 'new_question', what: 'is missing', fix: '' },
      // A field this page asks elsewhere is shown there.
      { step: 'webhooks', field: 'port', what: 'is no number', fix: '' },
    ]);
    expect(found.get('mapping')?.others).toEqual(['Two rules for one target: remove one']);
    expect(found.get('company')?.others).toEqual([
      'workspace.klaviyo.metric: Is missing',
      'new_question: Is missing',
    ]);
    expect(found.get('company')?.fields.get('port')).toBe('Is no number');
    expect([...found.values()].reduce((sum, one) => sum + one.count, 0)).toBe(4);
  });
  it('know which secret a file is for', () => {
    expect(fieldOfFile('/etc/tillbridge/nordic.klaviyo_api_key.secret')?.name).toBe('klaviyo_api_key');
    expect(fieldOfFile('/etc/tillbridge/nordic.workspace.secret')).toBeNull();
  });
  it('make passwords that differ', () => {
    const made = new Set(Array.from({ length: 20 }, madePassword));
    expect(made.size).toBe(20);
    for (const one of made) expect(one).toMatch(/^[a-zA-Z2-9]{28}$/);
  });
});

describe('a validation', () => {
  const step = (connection: string, ok: boolean, skipped = false) => ({
    connection,
    step: 'key',
    ok,
    skipped,
    detail: '',
    advice: '',
  });
  it('is not fine when steps were not tried', () => {
    const of = (steps: ReturnType<typeof step>[]) =>
      verdict({ ok: steps.every((one) => one.ok), workspace: 'n', test_customer: 't', steps });
    expect(of([step('sitoo', true)])).toMatchObject({ word: 'Fine' });
    expect(of([step('sitoo', true), step('till', true, true)])).toMatchObject({
      word: 'Fine so far',
      tone: 'warn',
    });
    expect(of([step('sitoo', true, true), step('klaviyo', false)]).text).toMatch(/^1 of 1 steps/);
  });
  it('keeps the order in which was tried', () => {
    const groups = byConnection([step('sitoo', true), step('klaviyo', true), step('sitoo', false)]);
    expect(groups.map(([name, all]) => [name, all.length])).toEqual([
      ['sitoo', 2],
      ['klaviyo', 1],
    ]);
  });
});
