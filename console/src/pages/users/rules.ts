import type { Account } from '@/api/accounts';
import type { Role } from '@/api/session';

export const roles: readonly { value: Role; label: string; may: string }[] = [
  { value: 'viewer', label: 'Viewer', may: 'Reads; personal data is masked' },
  { value: 'operator', label: 'Operator', may: 'Works on cases of the own teams, sends again, pauses' },
  { value: 'steward', label: 'Data steward', may: 'Sees personal data, merges, exports and erases people' },
  { value: 'administrator', label: 'Administrator', may: 'Users, tokens, settings and alerts too' },
];

const administers = (one: Pick<Account, 'role' | 'disabled'>) =>
  one.role === 'administrator' && !one.disabled;

// Without one nobody could give the role to anybody again.
export function isLastAdministrator(account: Account, all: readonly Account[]): boolean {
  return administers(account) && !all.some((one) => one.name !== account.name && administers(one));
}

// What stands in the way of a change; null: nothing.
export function refusalOf(
  account: Account,
  all: readonly Account[],
  me: string,
  wish: 'remove' | 'disable' | 'lower',
): string | null {
  if (isLastAdministrator(account, all)) {
    return `${account.display || account.name} is the last administrator. Make somebody else one first; without one nobody could manage the hub.`;
  }
  if (account.name === me && wish !== 'lower') {
    return 'This is you. Ask another administrator.';
  }
  return null;
}

export function nameProblem(name: string): string | null {
  const text = name.trim().toLowerCase();
  if (text === '') return 'Enter a name to sign in with';
  if (['me', 'hub', 'nobody'].includes(text)) return `The name ${text} has a meaning of its own here`;
  return /^[a-z0-9][a-z0-9._@+-]{0,63}$/.test(text)
    ? null
    : 'At most 64 letters a-z, digits and . _ - @ +, beginning with a letter or digit';
}
export function emailProblem(email: string): string | null {
  const text = email.trim();
  return text === '' || /^[^\s@]+@[^\s@]+$/.test(text) ? null : 'This is no e-mail address';
}

export type Lifetime = '30' | '90' | '365' | '';
export function expiryOf(days: Lifetime, now: Date): string | undefined {
  return days === '' ? undefined : new Date(now.getTime() + Number(days) * 86_400_000).toISOString();
}
