import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { chosenWorkspace } from '@/api/client';
import { mayAs } from '@/api/role';
import { type Preferences, type Role, type Session, sessionQuery, type User } from '@/api/session';

// Only below the gate, where somebody is signed in.
export const SignedInContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SignedInContext);
  if (session === null) throw new Error('Nobody is signed in here');
  return session;
}

export function useUser(): User {
  const { user } = useSession();
  if (user === null) throw new Error('Nobody is signed in here');
  return user;
}

export function useMay(least: Role): boolean {
  return mayAs(useUser(), least);
}

export function usePreferences(): Preferences {
  return useQuery({ ...sessionQuery, staleTime: Number.POSITIVE_INFINITY }).data?.user?.preferences ?? {};
}

// The zone of the chosen workspace: the stores' time.
export function useZone(): string {
  const { workspaces } = useSession();
  const chosen = chosenWorkspace();
  return (workspaces.find((one) => one.name === chosen) ?? workspaces[0])?.zone ?? 'UTC';
}
