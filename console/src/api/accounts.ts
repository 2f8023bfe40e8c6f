import { queryOptions } from '@tanstack/react-query';
import { get, part, post, put, remove } from './client';
import type { Role } from './session';

export interface Account {
  name: string;
  display: string;
  email: string | null;
  role: Role;
  teams: string[];
  source: 'password' | 'single_sign_on';
  disabled: boolean;
  must_change_password?: boolean;
  created_at?: string;
  last_seen_at: string | null;
}
export interface NewAccount {
  name: string;
  display: string;
  email: string;
  role: Role;
  teams: string[];
}
export type AccountChange = Omit<NewAccount, 'name'> & { disabled: boolean };
export interface Token {
  id: string;
  name: string;
  role: Role;
  teams: string[];
  created_at: string;
  by: string;
  expires_at: string | null;
  last_seen_at: string | null;
}

export const accountsQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => get<{ items: Account[] }>('/users', undefined, signal),
});
export const addAccount = (account: NewAccount): Promise<{ user: Account; password: string | null }> =>
  post('/users', account);
export const changeAccount = (name: string, change: Partial<AccountChange>): Promise<unknown> =>
  put(`/users/${part(name)}`, change);
export const removeAccount = (name: string): Promise<unknown> => remove(`/users/${part(name)}`);
export const newPassword = (name: string): Promise<{ password: string }> =>
  post(`/users/${part(name)}/password`);

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => get<{ items: Token[] }>('/tokens', undefined, signal),
});
export const addToken = (body: {
  name: string;
  role: Role;
  teams: string[];
  expires_at?: string;
}): Promise<{ token: string }> => post('/tokens', body);
export const removeToken = (id: string): Promise<unknown> => remove(`/tokens/${part(id)}`);
