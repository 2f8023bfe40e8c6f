import { queryOptions } from '@tanstack/react-query';
import { call, get, post, put, remove, setCsrf } from './client';

export type Role = 'viewer' | 'operator' | 'steward' | 'administrator';
export type TimesMode = 'store' | 'utc' | 'relative';

export interface Preferences {
  times?: TimesMode;
  keys?: boolean;
  nav?: 'wide' | 'narrow';
}

export interface User {
  name: string;
  display: string;
  role: Role;
  teams: string[];
  must_change_password?: boolean;
  preferences: Preferences;
}

export interface Workspace {
  name: string;
  zone: string;
}

export interface Session {
  signed_in: boolean;
  first_run: boolean;
  user: User | null;
  csrf: string;
  single_sign_on: { label: string } | null;
  workspaces: Workspace[];
  teams: string[];
  version: string;
  demo: boolean;
}

export interface Person {
  name: string;
  display: string;
  teams: string[];
}

function taken(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => taken(await get<Session>('/session', undefined, signal)),
  staleTime: 5 * 60_000,
  retry: 1,
});

export const signIn = async (name: string, password: string): Promise<Session> =>
  taken(await post<Session>('/session', { name, password }));
export const signOut = (): Promise<void> => remove('/session');
export const firstRun = async (body: {
  code: string;
  name: string;
  display: string;
  password: string;
}): Promise<void> => {
  await post('/first-run', body);
};
export const changePassword = (old: string, fresh: string): Promise<void> =>
  put('/session/password', { old, new: fresh });
export const savePreferences = (preferences: Preferences): Promise<void> =>
  call('PUT', '/session/preferences', { body: preferences });

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) => get<{ items: Person[] }>('/people', undefined, signal),
  staleTime: 10 * 60_000,
});
