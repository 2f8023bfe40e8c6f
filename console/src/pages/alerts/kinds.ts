import type { Alert } from '@/api/alerts';
import { sentence } from '@/parts/state/words';

export const alertKinds: readonly { value: string; word: string; page: string }[] = [
  { value: 'lag', word: 'Platform behind the tills', page: 'cases/lag_high' },
  { value: 'errors', word: 'Errors', page: 'cases/errors_high' },
  { value: 'breaker', word: 'Connection stopped', page: 'platform-down' },
  { value: 'silence', word: 'Silent store', page: 'till-silent' },
  { value: 'unidentified', word: 'Unidentified sales', page: 'cases/unidentified_high' },
  { value: 'overdue_cases', word: 'Overdue cases', page: 'who-owns-what' },
  { value: 'journal', word: 'Journal and disk', page: 'alerts' },
  { value: 'self_test', word: 'Notices do not arrive', page: 'alerts' },
];

export const alertKindWord = (kind: string): string =>
  alertKinds.find((one) => one.value === kind)?.word ?? sentence(kind);
export const alertPage = (kind: string): string =>
  alertKinds.find((one) => one.value === kind)?.page ?? 'alerts';

// Where one looks further.
export function placeOf(alert: Pick<Alert, 'kind'>): { to: string; word: string } {
  switch (alert.kind) {
    case 'lag':
    case 'errors':
    case 'breaker':
      return { to: '/connections', word: 'Connections' };
    case 'silence':
    case 'unidentified':
      return { to: '/stores', word: 'Stores' };
    case 'overdue_cases':
      return { to: '/cases', word: 'Cases' };
    default:
      return { to: '/alerts', word: 'Alerts' };
  }
}

export const isMuted = (alert: Pick<Alert, 'muted_until'>, now: Date): boolean =>
  alert.muted_until !== null && Date.parse(alert.muted_until) > now.getTime();
