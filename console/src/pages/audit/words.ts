import { sentence } from '@/parts/state/words';

const subjects: Record<string, string> = {
  case: 'Cases',
  record: 'Records',
  delivery: 'Deliveries',
  bulk: 'Bulk actions',
  connection: 'Connections',
  store: 'Stores',
  flow: 'Flows',
  alert: 'Alerts',
  settings: 'Settings',
  setup: 'Set-up',
  user: 'Users',
  token: 'Tokens',
  session: 'Sign-in',
  privacy: 'Privacy',
  customer: 'Customers',
  consent: 'Consents',
  comparison: 'Comparisons',
  stock: 'Stock',
  backfill: 'Backfill',
  journal: 'Journal',
};
export const auditGroups = Object.entries(subjects).map(([value, label]) => ({ value, label }));

// "case.hand_over" -> "Cases: hand over"
export function auditActWord(act: string): string {
  const [group = '', ...rest] = act.split('.');
  const word = rest.join(' ').replaceAll('_', ' ').replaceAll('-', ' ');
  const head = subjects[group] ?? sentence(group);
  return word === '' ? head : `${head}: ${word}`;
}

// What stands in a link may be any act; the choice shows it too.
export function groupsWith(act: string | undefined): { value: string; label: string }[] {
  if (act === undefined || auditGroups.some((one) => one.value === act)) return auditGroups;
  return [...auditGroups, { value: act, label: auditActWord(act) }];
}

// The hub filters by an id only; anything else would find everything.
export function subjectProblem(subject: string | undefined): string | null {
  return subject === undefined || /^\d{1,19}$/.test(subject) ? null : 'An id has digits only';
}
