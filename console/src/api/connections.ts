import { queryOptions } from '@tanstack/react-query';
import { get, part, post } from './client';
import type { Breaker, Mode, Paused, PlatformToday } from './today';

export interface Flow {
  name: string;
  title: string;
  paused: Paused | boolean | null;
}

export interface Connection {
  workspace: string;
  name: string;
  title: string;
  kind: 'source' | 'target';
  mode: Mode;
  paused: Paused | null;
  breaker: Breaker;
  breaker_reason: string | null;
  breaker_until?: string | null;
  // in_flight: calls under way now.
  budget: { per_second: number | null; in_flight: number } | null;
  waiting: number;
  blocked?: number;
  held_by_pause?: number;
  behind_s: number | null;
  p50_s: number | null;
  p99_s: number | null;
  flows: Flow[];
  clearing?: PlatformToday['clearing'] | null;
  clear_in_s?: number | null;
  clear_text?: string | null;
  error_share?: number | null;
  details?: Record<string, unknown>;
}

export interface Store {
  store: string;
  state: 'trading' | 'closed' | 'silent' | 'unknown';
  text: string;
  last_sale_at: string | null;
  sales_today: number;
  sales_yesterday: number;
  returns_today: number;
  unidentified_today: number;
  paused: Paused | null;
}

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => get<{ items: Connection[] }>('/connections', undefined, signal),
  meta: { topics: ['connections'], everyMs: 2000 },
});

export const storesQuery = queryOptions({
  queryKey: ['stores'],
  queryFn: ({ signal }) => get<{ items: Store[] }>('/stores', undefined, signal),
  meta: { topics: ['records', 'connections'], everyMs: 5000 },
});

export type Pausable = 'connections' | 'stores' | 'flows';
export const pause = (workspace: string, what: Pausable, name: string, reason: string): Promise<unknown> =>
  post(`/workspaces/${part(workspace)}/${what}/${part(name)}/pause`, { reason });
export const resume = (workspace: string, what: Pausable, name: string): Promise<unknown> =>
  post(`/workspaces/${part(workspace)}/${what}/${part(name)}/resume`);
