// Who may do what; the hub decides, this only keeps buttons away that would be refused.
import type { Role, User } from './session';

const rank: Record<Role, number> = { viewer: 0, operator: 1, steward: 2, administrator: 3 };

export function mayAs(user: Pick<User, 'role'> | null, least: Role): boolean {
  return user !== null && rank[user.role] >= rank[least];
}

// Cases of another team may be read, and taken over by hand-over only.
export function mayWorkOn(user: Pick<User, 'role' | 'teams'> | null, team: string): boolean {
  return mayAs(user, 'operator') && (user?.role === 'administrator' || (user?.teams.includes(team) ?? false));
}
export function mayHandOver(user: Pick<User, 'role'> | null): boolean {
  return mayAs(user, 'operator');
}

export const roleWords: Record<Role, string> = {
  viewer: 'Viewer',
  operator: 'Operator',
  steward: 'Data steward',
  administrator: 'Administrator',
};
