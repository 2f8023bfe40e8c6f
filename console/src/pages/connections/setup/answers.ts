// What was typed, what of it the hub is asked about, and which field each of its problems belongs to.
import type { ConsentRule, MappingRule, SetupAnswers, SetupProblem } from '@/api/setup';
import { allFields, type Field, steps } from './fields';

export interface MappingRow {
  key: number;
  from: string; // "first_name", "first_name, last_name", "": a fixed text
  constant: string;
  to: string;
  transform: string; // "trim, title"
}
export interface ConsentRow extends ConsentRule {
  key: number;
}
export interface Typed {
  texts: Record<string, string>;
  mapping: MappingRow[];
  consents: ConsentRow[];
}

let keys = 0;
export const newMapping = (rule: Partial<MappingRow> = {}): MappingRow => ({
  from: 'email',
  constant: '',
  to: 'properties.',
  transform: '',
  ...rule,
  key: ++keys,
});
export const newConsent = (): ConsentRow => ({
  key: ++keys,
  id: '',
  label: '',
  channel: 'email',
  default: 'no',
  bloomreach: '',
  klaviyo: '',
});

export const nothingTyped = (): Typed => ({
  texts: Object.fromEntries(allFields.map((one) => [one.name, one.fallback])),
  mapping: [],
  consents: [],
});

export const isYes = (typed: Typed, name: string): boolean => typed.texts[name] === 'yes';
export const isAsked = (typed: Typed, field: Field): boolean => field.when === '' || isYes(typed, field.when);

const list = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function answersOf(typed: Typed): SetupAnswers {
  const answers: SetupAnswers = {};
  for (const one of allFields) {
    const text = typed.texts[one.name] ?? '';
    // A secret is taken as it is: blanks may belong to it.
    const answer = one.kind === 'secret' ? text : text.trim();
    if (answer !== '' && isAsked(typed, one)) answers[one.name] = answer;
  }
  if (isYes(typed, 'bloomreach') && typed.mapping.length > 0) {
    answers['mapping'] = typed.mapping.map((row) => {
      const rule: MappingRule = { from: list(row.from), to: row.to.trim() };
      if (row.from === '') rule.constant = row.constant;
      const steps = list(row.transform);
      if (steps.length > 0) rule.transform = steps;
      return rule;
    });
  }
  if (isYes(typed, 'crm') && typed.consents.length > 0) {
    answers['consents'] = typed.consents.map(({ key: _key, ...rule }) => ({
      ...rule,
      id: rule.id.trim(),
      label: rule.label.trim(),
      bloomreach: rule.bloomreach.trim(),
    }));
  }
  return answers;
}

export interface ByStep {
  fields: Map<string, string>; // beside the field
  others: string[]; // of the step as a whole
  count: number;
}

const sentenceOf = ({ what, fix }: Pick<SetupProblem, 'what' | 'fix'>) => {
  const text = fix ? `${what}: ${fix}` : what;
  return text.charAt(0).toUpperCase() + text.slice(1);
};

// Problems by step. One whose field this page does not ask for stands at its step; of an unknown step, at the first.
export function problemsByStep(problems: readonly SetupProblem[]): Map<string, ByStep> {
  const found = new Map<string, ByStep>(
    steps.map((step) => [step.name, { fields: new Map<string, string>(), others: [], count: 0 }]),
  );
  for (const problem of problems) {
    const home = steps.find((step) => step.fields.some((one) => one.name === problem.field));
    const into = found.get(home?.name ?? problem.step) ?? found.get('company');
    if (!into) continue;
    const said = sentenceOf(problem);
    into.count++;
    if (home === undefined) {
      const named = problem.field === problem.step || problem.field === 'configuration';
      into.others.push(named ? said : `${problem.field}: ${said}`);
    } else {
      const before = into.fields.get(problem.field);
      into.fields.set(problem.field, before === undefined ? said : `${before}. ${said}`);
    }
  }
  return found;
}

// "/etc/tillbridge/nordic.klaviyo_api_key.secret" -> the question it answers.
export function fieldOfFile(file: string): Field | null {
  const name = /\.([a-z_]+)\.secret$/.exec(file)?.[1];
  return allFields.find((one) => one.name === name && one.kind === 'secret') ?? null;
}

export function madePassword(): string {
  const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const bytes = crypto.getRandomValues(new Uint8Array(96));
  // Bytes that would make some letters more common are left out.
  const even = 256 - (256 % letters.length);
  return [...bytes]
    .filter((byte) => byte < even)
    .slice(0, 28)
    .map((byte) => letters.charAt(byte % letters.length))
    .join('');
}

// The mapping that holds without rules (docs/flows/till.md), to begin with.
export function documentedMapping(hardId: string, from: string): MappingRow[] {
  const field = { crm_customer_id: 'customer_id', crm_member_number: 'member_number' }[from] ?? from;
  const properties = [
    'email',
    'phone',
    'first_name',
    'last_name',
    'member_number',
    'street',
    'zip',
    'city',
    'country',
    'gender',
    'birthday',
  ];
  return [
    newMapping({ from: field, to: `ids.${hardId}` }),
    ...properties.map((name) => newMapping({ from: name, to: `properties.${name}` })),
    newMapping({ from: 'home_store', to: 'properties.home_store_id' }),
  ];
}
